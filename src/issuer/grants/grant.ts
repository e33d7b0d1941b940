import type { Request } from '#http/message.ts'
import type { Client } from '#store/clients.ts'
import type { LiveGrant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from '../context.ts'
import type { Parameters } from '../parameters.ts'
import { unauthorizedClient } from '../refusals.ts'
import type { Soon } from '../soon.ts'
import type { Authorization, Person, TokenAnswer } from '../tokens/authorization.ts'

/** What a grant is given; the client is authenticated, enabled and registered for this `grant_type`. */
export interface GrantRequest {
  readonly context: IssuerContext
  readonly realm: Realm
  readonly client: Client
  readonly parameters: Parameters
  readonly request: Request
}

/** What a grant found: an authorization to mint for, or the very answer that was lost on its way (refresh replay). */
export type Proof = { readonly authorization: Authorization } | { readonly replayed: TokenAnswer }

/** Proves, or refuses; it never issues. */
export type Grant = (request: GrantRequest) => Soon<Proof>

/** Refuses with `unauthorized_client` a client that is not registered for that grant (RFC 6749 §5.2). */
export function mayUse(client: Client, grantType: string): void {
  if (client.grant_types.includes(grantType)) return
  throw unauthorizedClient('this client may not use this grant_type', {
    client_id: client.client_id,
    sent: grantType,
    allowed: client.grant_types,
  })
}

/** Something that is good once was shown again. */
export function recordReuse(
  { context, realm, client, request }: GrantRequest,
  kind: 'code_reused' | 'refresh_token_reused',
  detail = '',
): void {
  const where = { address: request.address, request_id: request.id }
  context.events.record({ realm_id: realm.id, kind, client_id: client.client_id, detail, ...where })
}

/** The person behind a live grant; `asked`: what the authorization request wanted in the ID token, once. */
export function personOf(
  { grant, user }: LiveGrant,
  asked: Pick<Person, 'nonce' | 'idTokenClaims'> = { nonce: null, idTokenClaims: [] },
): Person {
  return {
    user,
    grantId: grant.id,
    sessionId: grant.session_id,
    authTime: grant.auth_time,
    amr: grant.amr,
    grantExpiresAt: grant.expires_at,
    ...asked,
  }
}
