/**
 * The token endpoint (RFC 6749 §3.2). What every grant must do stands here, so that no grant can forget it:
 * authenticate the client, check that it may use the grant, mint.
 */
import type { Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { Client } from '#store/clients.ts'
import { deviceCodeGrantType } from '#store/device-codes.ts'
import type { Realm } from '#store/realms.ts'
import { authenticateClient } from '../client-authentication.ts'
import type { IssuerContext } from '../context.ts'
import { authorizationCode } from '../grants/authorization-code.ts'
import { clientCredentials } from '../grants/client-credentials.ts'
import { deviceCode } from '../grants/device-code.ts'
import { type Grant, type GrantRequest, mayUse } from '../grants/grant.ts'
import { password } from '../grants/password.ts'
import { refreshToken } from '../grants/refresh-token.ts'
import { type Parameters, readBody, required } from '../parameters.ts'
import { invalidGrant, unsupportedGrantType } from '../refusals.ts'
import { caught, type Soon, soon } from '../soon.ts'
import type { TokenAnswer } from '../tokens/authorization.ts'
import { issueTokens } from '../tokens/issue.ts'
import { allowCaller, readableInRealm, readableRefusals } from './cross-origin.ts'

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', authorizationCode],
  ['client_credentials', clientCredentials],
  ['refresh_token', refreshToken],
  ['password', password],
  [deviceCodeGrantType, deviceCode],
])

/** The grant types that some client of the realm may use. */
export function grantTypesOf(realm: Realm): readonly string[] {
  return [...GRANTS.keys()].filter((name) => isOffered(name, realm))
}

/** The password grant is off until the realm's switch turns it on (RFC 9700 §2.4); in `system` nothing does. */
function isOffered(grantType: string, realm: Realm): boolean {
  return grantType !== 'password' || (realm.settings.allow_password_grant && realm.name !== 'system')
}

/** Answers RFC 6749 §5.1; refuses as §5.2. */
export function token(context: IssuerContext, realm: Realm, request: Request): Soon<Response> {
  return soon(exchange(context, realm, request, readBody(request)), ({ client, answer }) => ({
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...allowCaller(request, client),
    },
    body: JSON.stringify(answer),
  }))
}

export interface Exchange {
  readonly client: Client
  readonly answer: TokenAnswer
}

/** From parameters to tokens, whatever shape the answer takes. `admit` may refuse the client once it is authenticated. */
export function exchange(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  parameters: Parameters,
  admit?: (client: Client) => void,
): Soon<Exchange> {
  const grantType = required(parameters, 'grant_type')
  const grant = isOffered(grantType, realm) ? GRANTS.get(grantType) : undefined
  if (grant === undefined) throw unsupportedGrantType('this grant_type is not supported', { sent: grantType })
  const authenticated = readableInRealm(context, realm, request, () =>
    authenticateClient(context, realm, request, parameters),
  )
  return soon(authenticated, (client) =>
    readableRefusals(request, client, () =>
      noted(context, request, client, () => {
        admit?.(client)
        mayUse(client, grantType)
        const answer = proveAndIssue(grant, { context, realm, client, parameters, request }, ATTEMPTS)
        return soon(answer, (issued) => ({ client, answer: issued }))
      }),
    ),
  )
}

/** Refusals that tell a device to come again (RFC 8628 §3.5): nothing is wrong. */
const WAITING: ReadonlySet<string> = new Set(['authorization_pending', 'slow_down'])

/** From where the client came, and what was refused to it: an administrator sees both. */
function noted(context: IssuerContext, request: Request, client: Client, work: () => Soon<Exchange>): Soon<Exchange> {
  const done = caught(work, (error) => {
    if (error instanceof Refusal && !WAITING.has(error.error)) context.activity.refused(client, error, request.address)
    throw error
  })
  return soon(done, (exchanged) => {
    // A public client says its name only; now it has shown something besides.
    if (client.token_endpoint_auth_method === 'none') context.activity.cameFrom(client, request.address)
    return exchanged
  })
}

/** Who loses the race for a one-time thing asks again: the second look sees that it is spent, and how to answer. */
const ATTEMPTS = 2

function proveAndIssue(grant: Grant, grantRequest: GrantRequest, attempts: number): Soon<TokenAnswer> {
  if (attempts === 0) throw invalidGrant('it was used by another request at the same moment')
  return soon(grant(grantRequest), (proof) => {
    if ('replayed' in proof) return proof.replayed
    const issued = issueTokens(grantRequest.context, proof.authorization)
    return soon(issued, (answer) => answer ?? proveAndIssue(grant, grantRequest, attempts - 1))
  })
}
