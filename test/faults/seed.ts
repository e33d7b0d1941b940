/** What the experiments work on: a few clients, a user, and codes as a login would have left them. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { addAuthorizationCode } from '#store/authorization-codes.ts'
import { type Client, findClient } from '#store/clients.ts'
import { type Sql, transaction } from '#store/database.ts'
import { createGrant } from '#store/grants.ts'
import { updateRealm } from '#store/realms.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR } from '../clients.ts'
import { pkce, REDIRECT_URI } from '../code-flow.ts'
import { type House, openHouse } from '../house.ts'
import type { Place } from './place.ts'

const HOUR = 3600
export const SCOPE = 'openid offline_access'
/** The longest there is: a retry after a crash must find it open. */
const REPLAY_SECONDS = 60

export interface Seeds {
  /** Gets JWTs for itself. */
  readonly machine: Credentials
  /** Gets opaque tokens for itself, and may ask about everybody's. */
  readonly opaque: Credentials
  /** Redeems codes and refreshes. */
  readonly web: Credentials
  /** Authenticates with `signingKey`. */
  readonly assertion: { readonly client_id: string; readonly signingKey: KeyObject }
  /** The user behind every code. */
  readonly userId: string
  readonly verifier: string
  /** Takes a code that nobody has shown yet; undefined: all are taken. */
  nextCode(): string | undefined
}

/** Starts the installation at `place` and ends again, leaving `codes` codes. */
export async function seed(place: Place, codes: number): Promise<Seeds> {
  const house = await openHouse({ env: place.env })
  try {
    return await sow(house, codes)
  } finally {
    await house.close()
  }
}

async function sow(house: House, count: number): Promise<Seeds> {
  const settings = { settings: { refresh_replay_seconds: REPLAY_SECONDS } }
  await updateRealm(house.app.context.db, TEST_ACTOR, 'default', () => settings)
  const own = { grant_types: ['client_credentials'] }
  const machine = await addClient(house, { client_id: 'machine', ...own })
  const opaque = await addClient(house, {
    client_id: 'opaque',
    access_token_format: 'opaque',
    introspect_all: true,
    ...own,
  })
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const assertion = { client_id: 'assertion', signingKey: privateKey }
  await addClient(house, {
    client_id: assertion.client_id,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }] },
    ...own,
  })
  const web = await addClient(house, {
    client_id: 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [REDIRECT_URI],
    scope: SCOPE,
  })
  const userId = await addUser(house, { username: 'alice' })
  const { verifier, challenge } = pkce()
  const codes = await addCodes(house, { clientId: web.client_id, userId, challenge, count })
  return { machine, opaque, web, assertion, userId, verifier, nextCode: () => codes.pop() }
}

interface Wanted {
  readonly clientId: string
  readonly userId: string
  readonly challenge: string
  readonly count: number
}

const BATCH = 500

async function addCodes(house: House, wanted: Wanted): Promise<string[]> {
  const { db } = house.app.context
  const realm = await realmOf(house, 'default')
  const client = await findClient(db, realm.id, wanted.clientId)
  if (client === undefined) throw new Error(`no client ${wanted.clientId}`)
  const codes = Array.from({ length: wanted.count }, () => randomToken())
  for (let at = 0; at < codes.length; at += BATCH) {
    await transaction(db, async (sql) => {
      for (const code of codes.slice(at, at + BATCH)) await addCode(sql, client, wanted, code)
    })
  }
  return codes
}

async function addCode(sql: Sql, client: Client, { userId, challenge }: Wanted, code: string): Promise<void> {
  const now = nowSeconds()
  const whose = { realm_id: client.realm_id, client_id: client.id }
  const grant = await createGrant(sql, {
    ...whose,
    user_id: userId,
    session_id: null,
    kind: 'authorization_code',
    scope: SCOPE,
    offline: true,
    auth_time: now,
    amr: ['pwd'],
    created_at: now,
    expires_at: now + 24 * HOUR,
  })
  await addAuthorizationCode(sql, {
    ...whose,
    code_hash: sha256Base64url(code),
    grant_id: grant.id,
    redirect_uri: REDIRECT_URI,
    redirect_uri_was_sent: true,
    code_challenge: challenge,
    nonce: null,
    id_token_claims: [],
    created_at: now,
    expires_at: now + HOUR,
  })
}
