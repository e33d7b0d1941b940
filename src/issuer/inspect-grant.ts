/** What a token rests on, in sentences: the grant, its person, its client, its session, each dead or alive. */
import { nowSeconds } from '#observe/clock.ts'
import { findClient } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { type ClientFacts, findClientFacts, findGrantFacts, type GrantFacts } from '#store/token-facts.ts'
import type { IssuerContext } from './context.ts'

export interface Check {
  readonly rule: string
  readonly passed: boolean
  /** One of our own sentences, with names and times of the rows. */
  readonly detail: string
}

/** Whom a token is about. */
export interface Known {
  readonly client_id: string | null
  readonly client_name: string | null
  readonly user_id: string | null
  readonly username: string | null
  readonly grant_id: string | null
  readonly scope: string | null
}

export const nobody: Known = {
  client_id: null,
  client_name: null,
  user_id: null,
  username: null,
  grant_id: null,
  scope: null,
}

interface About {
  readonly known: Known
  readonly checks: readonly Check[]
}

/** A grant that nothing is known of ended long ago, or is another realm's: nobody learns which. */
export async function aboutGrant(context: IssuerContext, realm: Realm, id: string): Promise<About> {
  const facts = await findGrantFacts(context.db, realm.id, id)
  if (!facts) {
    return {
      known: nobody,
      checks: [{ rule: 'grant', passed: false, detail: 'what it came from is gone: it expired' }],
    }
  }
  const { user, client } = facts
  const { client_id, client_name } = client
  const known = { client_id, client_name, user_id: user.id, username: user.username, grant_id: id, scope: facts.scope }
  const isUser = {
    rule: 'user',
    passed: user.isLive,
    detail: `the user is ${user.isLive ? 'enabled' : 'disabled or deleted'}`,
  }
  return { known, checks: [clientCheck(client), isUser, grantCheck(facts), sessionCheck(facts)] }
}

function grantCheck({ revoked_at, revoked_because, expires_at, created_at }: GrantFacts): Check {
  const rule = 'grant'
  if (revoked_at !== null) {
    const because = (revoked_because ?? 'no reason is known').replaceAll('_', ' ')
    return { rule, passed: false, detail: `revoked with its grant ${ago(revoked_at)}: ${because}` }
  }
  if (expires_at <= nowSeconds()) return { rule, passed: false, detail: `its grant expired ${ago(expires_at)}` }
  return { rule, passed: true, detail: `its grant of ${ago(created_at)} holds` }
}

function sessionCheck({ offline, session_id, session }: GrantFacts): Check {
  const rule = 'session'
  if (offline || session_id === null) return { rule, passed: true, detail: 'it outlives the session' }
  if (session === null) return { rule, passed: false, detail: 'its session has ended' }
  if (session.ended_at !== null) return { rule, passed: false, detail: `its session ended ${ago(session.ended_at)}` }
  if (session.expires_at > nowSeconds()) return { rule, passed: true, detail: 'its session goes on' }
  return { rule, passed: false, detail: `its session expired ${ago(session.expires_at)}` }
}

/** A client's own token, made in that epoch. */
export async function aboutClient(context: IssuerContext, realm: Realm, rowId: string, epoch: number): Promise<About> {
  const facts = await findClientFacts(context.db, realm.id, rowId)
  if (!facts) return { known: nobody, checks: [{ rule: 'client', passed: false, detail: 'there is no such client' }] }
  const isCurrent = facts.token_epoch === epoch
  const detail = isCurrent
    ? 'no tokens of the client were revoked since'
    : 'all tokens of the client were revoked since'
  const { client_id, client_name } = facts
  const known = { ...nobody, client_id, client_name }
  return { known, checks: [clientCheck(facts), { rule: 'epoch', passed: isCurrent, detail }] }
}

/** The client that an ID token was issued to, by its name. */
export async function aboutNamedClient(
  context: IssuerContext,
  realm: Realm,
  { aud, sub }: Readonly<Record<string, unknown>>,
): Promise<About> {
  const name = [aud].flat()[0]
  const client = typeof name === 'string' ? await findClient(context.db, realm.id, name) : undefined
  const user_id = typeof sub === 'string' ? sub : null
  if (!client) {
    const check = { rule: 'client', passed: false, detail: 'the client that it was issued to is not there any more' }
    return { known: { ...nobody, user_id }, checks: [check] }
  }
  const { client_id, client_name, enabled } = client
  const known = { ...nobody, user_id, client_id, client_name }
  return { known, checks: [clientCheck({ client_id, isLive: enabled })] }
}

function clientCheck({ client_id, isLive }: Pick<ClientFacts, 'client_id' | 'isLive'>): Check {
  return {
    rule: 'client',
    passed: isLive,
    detail: `the client ${client_id} is ${isLive ? 'enabled' : 'disabled or deleted'}`,
  }
}

export function expiry(at: number | undefined, what: string): Check {
  const rule = 'expiry'
  if (at === undefined) return { rule, passed: false, detail: `${what} does not say when it ends` }
  const now = nowSeconds()
  if (at <= now) return { rule, passed: false, detail: `${what} expired ${ago(at)}` }
  return { rule, passed: true, detail: `${what} ends in ${span(at - now)}` }
}

/** `5 minutes ago`, of a time in seconds since 1970. */
export function ago(at: number): string {
  const seconds = nowSeconds() - at
  return seconds < 1 ? 'just now' : `${span(seconds)} ago`
}

const units = [
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
  [1, 'second'],
] as const

function span(seconds: number): string {
  const [size, name] = units.find(([each]) => seconds >= each) ?? [1, 'second']
  const count = Math.floor(seconds / size)
  return `${count} ${name}${count === 1 ? '' : 's'}`
}
