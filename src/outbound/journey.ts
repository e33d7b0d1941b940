/**
 * What a journey to a provider rests on, looked up at each of its steps: the server as its caller gets it, the client
 * that asked, and that neither was taken away meanwhile. Owns: tickets, and who may go on. Does not own:
 * the pages (`connect.ts`), the callback (`callback.ts`) and the exchange (`exchange.ts`).
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import type { SealContext } from '#crypto/seal.ts'
import { issuerUrl } from '#http/doors.ts'
import type { Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { CurrentSession } from '#login/session.ts'
import { staleRequest } from '#login/visit.ts'
import type { ServerSettings } from '#oauth-client/settings.ts'
import { type Client, findClientById } from '#store/clients.ts'
import { addConnectJourney, type ConnectJourney, type NewConnectJourney } from '#store/connect-journeys.ts'
import { APPLICATION } from '#store/connections.ts'
import { findOAuthServerById, type OAuthServer } from '#store/oauth-servers.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import { effectiveServer } from './effective-server.ts'
import { layersOf } from './places.ts'
import { mayUse } from './who-may-use.ts'

/** From the ticket to its opening. */
export const TICKET_SECONDS = 300

export interface Journey {
  readonly row: ConnectJourney
  readonly realm: Realm
  readonly server: OAuthServer
  /** Who asked: the application, or the console. */
  readonly client: Client
  /** Of this moment. */
  readonly settings: ServerSettings
}

/** One per server, so that no answer of one provider passes for another's (RFC 9700 §4.4). */
export function callbackUrl(publicUrl: string, realm: Pick<Realm, 'name'>, server: Pick<OAuthServer, 'slug'>): string {
  return `${issuerUrl(publicUrl, realm.name)}/outbound/${server.slug}/callback`
}

export interface Ticket {
  readonly url: string
  readonly expires_in: number
}

/** A link that one browser can open, once, within minutes. */
export async function makeTicket(
  { db, publicUrl }: OutboundContext,
  { realm, server }: { readonly realm: Realm; readonly server: OAuthServer },
  journey: Omit<NewConnectJourney, 'ticket_hash' | 'realm_id' | 'realm_name' | 'server_id'>,
): Promise<Ticket> {
  const ticket = randomToken()
  const place = { realm_id: realm.id, realm_name: realm.name, server_id: server.id }
  await addConnectJourney(db, { ...journey, ...place, ticket_hash: sha256Base64url(ticket) }, TICKET_SECONDS)
  const url = `${issuerUrl(publicUrl, realm.name)}/outbound/${server.slug}/connect?ticket=${ticket}`
  return { url, expires_in: TICKET_SECONDS }
}

/** Refuses where the server, its settings or the client's right to it have gone since the journey began. */
export async function readJourney(context: OutboundContext, row: ConnectJourney): Promise<Journey> {
  const realm = await findRealm(context.db, row.realm_name)
  const server = await findOAuthServerById(context.db, row.server_id)
  const client = await findClientById(context.db, row.client_id)
  if (!(realm?.enabled && realm.id === row.realm_id && server && client?.enabled)) {
    throw staleRequest({ reason: 'realm, server or client has gone' })
  }
  if (server.disabled_at !== null) {
    throw new Refusal(503, 'disabled', 'this connection is switched off at the moment', { server: server.slug })
  }
  const isAllowed = row.subject === APPLICATION || (await mayUse(context.db, server, client.id))
  if (!isAllowed) throw staleRequest({ reason: 'the client may not use the server any more' })
  const effective = await effectiveServer(context, realm.name, server, layersOf(row))
  if (effective.kind === 'refused') {
    const detail = { server: server.slug, code: effective.code, reason: effective.description }
    throw new Refusal(503, 'unavailable', 'the administrator has to look after this connection first', detail)
  }
  const settings = { ...effective.settings, redirect_uri: callbackUrl(context.publicUrl, realm, server) }
  return { row, realm, server, client, settings }
}

/** Nobody goes another person's way (N183); the application's own connection is for who may administer the realm now. */
export function requirePerson({ row }: Pick<Journey, 'row'>, session: CurrentSession | undefined): CurrentSession {
  if (session === undefined) throw staleRequest({ reason: 'nobody is signed in any more' })
  const isExpected = row.user_id === null || row.user_id === session.user.id
  const { roles } = session.user
  const isAllowed =
    row.subject !== APPLICATION || roles.includes('admin') || roles.includes(`realm-admin:${row.realm_name}`)
  if (isExpected && isAllowed) return session
  throw new Refusal(403, 'access_denied', 'this link is for somebody else', { journey: row.id })
}

/** Where the verifier and the nonce of a journey are sealed to. */
export function proofPlace(row: Pick<ConnectJourney, 'id' | 'realm_id'>): SealContext {
  return { realm: row.realm_id, table: 'connect_journeys', row: row.id, field: 'proof' }
}

export interface Proof {
  readonly code_verifier: string | null
  readonly nonce: string | null
}

export function seeOther(location: string, cookie?: string): Response {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status: 303, headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie }, body: '' }
}
