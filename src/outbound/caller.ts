/**
 * Who asks at the door out, and for whose connection: a bearer token of the realm, meant for this door, with the scope
 * of what is asked, of a client that the server allows. A user's bearer gets that user's connection, a client's own the
 * application's. Order of the checks: token, scope, server, allow list.
 */
import { issuerUrl } from '#http/doors.ts'
import type { Request } from '#http/message.ts'
import { authenticateBearer, type BearerToken } from '#issuer/bearer.ts'
import { insufficientScope, unknownRealm } from '#issuer/refusals.ts'
import { findOAuthServer, type OAuthServer } from '#store/oauth-servers.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import type { TokenFor } from './fresh-token.ts'
import { noSuchServer, notAllowed } from './problem.ts'
import { mayUse } from './who-may-use.ts'

export type OutboundScope = 'outbound:token' | 'outbound:call'

export interface OutboundCaller {
  readonly realm: Realm
  readonly server: OAuthServer
  readonly bearer: BearerToken
  readonly wanted: TokenFor
}

/** For what names no server in its path. */
export async function authenticateRealm(
  context: OutboundContext,
  request: Request,
  scope: OutboundScope,
): Promise<Pick<OutboundCaller, 'realm' | 'bearer'>> {
  const name = request.params['realm'] ?? ''
  const realm = await findRealm(context.db, name)
  if (!realm?.enabled) throw unknownRealm(name)
  const audience = `${issuerUrl(context.publicUrl, realm.name)}/outbound`
  const bearer = await authenticateBearer(context, realm, request, { audience, scope })
  if (!bearer.scopes.has(scope)) throw insufficientScope(scope)
  return { realm, bearer }
}

/** The client of that bearer, if the server lets it. */
export async function allowOutbound(
  context: OutboundContext,
  realm: Realm,
  bearer: BearerToken,
  server: OAuthServer,
): Promise<OutboundCaller> {
  const { client, user } = bearer
  if (!(await mayUse(context.db, server, client.id))) throw notAllowed()
  const subject =
    user === undefined ? ({ kind: 'application' } as const) : ({ kind: 'user', user_id: user.id } as const)
  const layers = { environment: client.environment_id, application: client.application_id }
  return { realm, server, bearer, wanted: { realm, server, subject, ...layers } }
}

export async function authenticateOutbound(
  context: OutboundContext,
  request: Request,
  scope: OutboundScope,
): Promise<OutboundCaller> {
  const { realm, bearer } = await authenticateRealm(context, request, scope)
  const server = await findOAuthServer(context.db, realm.id, request.params['slug'] ?? '')
  if (server === undefined) throw noSuchServer()
  return await allowOutbound(context, realm, bearer, server)
}
