/**
 * What clients did last, written behind the requests that they made. Owns: noting it in memory, where of many uses of
 * one client the last one counts; writing it at most once a second and when the house closes; and that a failure to
 * write never hurts a request. Does not own: the rows (`store/client-activity.ts`). A process that is killed loses the
 * notes of its last second: they are told to people and decide nothing.
 */
import { fingerprint, sha256Base64url } from '#crypto/hash.ts'
import type { Refusal } from '#http/refusal.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Log } from '#observe/log.ts'
import { type SeenClient, writeClientActivity, writeSecretActivity } from '#store/client-activity.ts'
import { type ClientContactRow, writeClientContacts } from '#store/client-contacts.ts'
import type { Client } from '#store/clients.ts'
import type { Database } from '#store/database.ts'

const WRITE_EVERY_MS = 1000
/** More codes of one client are not redeemed in a second in which it got no new one; the last of them count. */
const REDEEMED_LIMIT = 100

/** What is kept of a code or token that could not be written at once. */
interface Digest {
  readonly fingerprint: string
  readonly hash: string
}

export interface GivenCode {
  readonly code: string | Digest
  readonly redirectUri: string
  readonly grantId: string
  readonly userId: string
  readonly createdAt: number
  readonly expiresAt: number
}

export interface GivenToken {
  readonly accessToken: string | Digest
  /** Undefined: an opaque token. */
  readonly jti: string | undefined
  /** Undefined: the client's own token. */
  readonly grantId: string | undefined
  /** Somebody signed in for this very token: no code came before. */
  readonly userId: string | undefined
  /** It was given for the code of its grant. */
  readonly isForCode: boolean
  readonly createdAt: number
  readonly expiresAt: number
}

/** What waits to be written of one client. Codes and tokens are digested when they are written, not while they are made. */
interface Noted {
  lastUsedAt: number
  tokenEpoch: number
  code: GivenCode | undefined
  codeRedeemedAt: number | null
  token: GivenToken | undefined
  person: { readonly userId: string; readonly at: number } | undefined
  /** Grants whose code was written before and redeemed since. */
  redeemedGrants: string[]
}

export class ClientActivity {
  readonly #db: Database
  readonly #log: Log
  #clients = new Map<string, Noted>()
  /** By client_secrets.id: seconds. */
  #secrets = new Map<string, number>()
  #contacts = new Map<string, ClientContactRow>()
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> = Promise.resolve()
  #queued: Promise<void> | undefined
  #hasFailed = false

  constructor(db: Database, log: Log) {
    this.#db = db
    this.#log = log
  }

  /** The client proved who it is, or was asked for by a person. */
  used(client: Client): void {
    this.#noted(client)
  }

  /** It was let in from there. */
  cameFrom(client: Client, address: string): void {
    this.#contact(client, { address, address_at: nowSeconds() })
  }

  /** Something was refused to it, or to somebody who said its name. */
  refused(client: Client, { error, description }: Refusal, address: string): void {
    const told = { error, error_description: description, error_address: address, error_at: nowSeconds() }
    this.#contact(client, told)
  }

  secretUsed(secretId: string): void {
    this.#secrets.set(secretId, nowSeconds())
    this.#schedule()
  }

  codeGiven(client: Client, code: GivenCode): void {
    const noted = this.#noted(client)
    noted.code = code
    noted.codeRedeemedAt = null
    noted.person = { userId: code.userId, at: code.createdAt }
    noted.redeemedGrants = []
  }

  tokenGiven(client: Client, token: GivenToken): void {
    const noted = this.#noted(client)
    noted.token = token
    noted.tokenEpoch = client.token_epoch
    if (token.userId !== undefined) noted.person = { userId: token.userId, at: token.createdAt }
    if (token.isForCode && token.grantId !== undefined) redeem(noted, token.grantId)
  }

  /** Writes what waits. Never rejects: what could not be written is logged, kept and tried again. */
  flush(): Promise<void> {
    if (this.#queued !== undefined) return this.#queued
    const flight = this.#running.then(() => {
      this.#queued = undefined
      return this.#write()
    })
    this.#queued = flight
    this.#running = flight
    return flight
  }

  /** Writes the last of it; after this nothing is written of itself any more. */
  async close(): Promise<void> {
    await this.flush()
    clearTimeout(this.#timer)
  }

  #noted(client: Client): Noted {
    let noted = this.#clients.get(client.id)
    if (noted === undefined) {
      noted = emptyNote(client)
      this.#clients.set(client.id, noted)
      this.#schedule()
    }
    noted.lastUsedAt = nowSeconds()
    return noted
  }

  #contact({ id }: Client, told: Partial<ClientContactRow>): void {
    this.#contacts.set(id, { ...(this.#contacts.get(id) ?? noContact(id)), ...told })
    this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => void this.flush(), WRITE_EVERY_MS).unref()
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const [clients, secrets, contacts] = [this.#clients, this.#secrets, this.#contacts]
    if (clients.size === 0 && secrets.size === 0 && contacts.size === 0) return
    this.#clients = new Map()
    this.#secrets = new Map()
    this.#contacts = new Map()
    try {
      await writeClientActivity(this.#db, [...clients].map(seenOf))
      await writeSecretActivity(this.#db, secrets)
      await writeClientContacts(this.#db, [...contacts.values()])
      this.#hasFailed = false
    } catch (error) {
      if (!this.#hasFailed) this.#log.warn({ err: error }, 'what clients did last could not be written; it is kept')
      this.#hasFailed = true
      this.#takeBack(clients, secrets, contacts)
    }
  }

  /** What was noted meanwhile is newer. */
  #takeBack(
    clients: ReadonlyMap<string, Noted>,
    secrets: ReadonlyMap<string, number>,
    contacts: ReadonlyMap<string, ClientContactRow>,
  ): void {
    for (const [id, old] of clients) {
      const [kept, fresh] = [digested(old), this.#clients.get(id)]
      this.#clients.set(id, fresh === undefined ? kept : merged(kept, fresh))
    }
    for (const [id, at] of secrets) if (!this.#secrets.has(id)) this.#secrets.set(id, at)
    for (const [id, old] of contacts) this.#contacts.set(id, newerContact(old, this.#contacts.get(id)))
    this.#schedule()
  }
}

function noContact(client_id: string): ClientContactRow {
  const nothing = { error: null, error_description: null, error_address: null, error_at: null }
  return { client_id, address: null, address_at: null, ...nothing }
}

function newerContact(old: ClientContactRow, fresh: ClientContactRow | undefined): ClientContactRow {
  if (fresh === undefined) return old
  const { address, address_at } = fresh
  const withError = fresh.error_at === null ? old : fresh
  return address_at === null
    ? { ...withError, address: old.address, address_at: old.address_at }
    : { ...withError, address, address_at }
}

function emptyNote(client: Client): Noted {
  return {
    lastUsedAt: 0,
    tokenEpoch: client.token_epoch,
    code: undefined,
    codeRedeemedAt: null,
    token: undefined,
    person: undefined,
    redeemedGrants: [],
  }
}

/** The code that waits here, or else one that was written before; any older one is forgotten anyway. */
function redeem(noted: Noted, grantId: string): void {
  if (noted.code === undefined) noted.redeemedGrants = [...noted.redeemedGrants, grantId].slice(-REDEEMED_LIMIT)
  else if (noted.code.grantId === grantId) noted.codeRedeemedAt = nowSeconds()
}

/** However long the database is away, no code or token waits for it in the clear. */
function digested(noted: Noted): Noted {
  const { code, token } = noted
  return {
    ...noted,
    code: code && { ...code, code: digestOf(code.code) },
    token: token && { ...token, accessToken: digestOf(token.accessToken) },
  }
}

function digestOf(value: string | Digest): Digest {
  return typeof value === 'string' ? { fingerprint: fingerprint(value), hash: sha256Base64url(value) } : value
}

function merged(old: Noted, fresh: Noted): Noted {
  const both: Noted = {
    ...fresh,
    token: fresh.token ?? old.token,
    tokenEpoch: fresh.token === undefined ? old.tokenEpoch : fresh.tokenEpoch,
    person: fresh.person ?? old.person,
  }
  if (fresh.code !== undefined) return both
  const { code, codeRedeemedAt, redeemedGrants } = old
  const joined = { ...both, code, codeRedeemedAt, redeemedGrants }
  for (const grant of fresh.redeemedGrants) redeem(joined, grant)
  return joined
}

function seenOf([id, noted]: readonly [string, Noted]): SeenClient {
  const { code, token, person } = noted
  const codeDigest = code && digestOf(code.code)
  const tokenDigest = token && digestOf(token.accessToken)
  return {
    row: {
      client_id: id,
      last_used_at: noted.lastUsedAt,
      redirect_uri: code?.redirectUri ?? null,
      code_fingerprint: codeDigest?.fingerprint ?? null,
      code_grant_id: code?.grantId ?? null,
      code_created_at: code?.createdAt ?? null,
      code_expires_at: code?.expiresAt ?? null,
      code_redeemed_at: noted.codeRedeemedAt,
      passthru_user_id: person?.userId ?? null,
      passthru_user_at: person?.at ?? null,
      token_fingerprint: tokenDigest?.fingerprint ?? null,
      token_hash: token?.jti === undefined ? (tokenDigest?.hash ?? null) : null,
      token_jti: token?.jti ?? null,
      token_grant_id: token?.grantId ?? null,
      token_epoch: token ? noted.tokenEpoch : null,
      token_created_at: token?.createdAt ?? null,
      token_expires_at: token?.expiresAt ?? null,
    },
    codeHash: codeDigest?.hash,
    redeemedGrants: noted.redeemedGrants,
  }
}
