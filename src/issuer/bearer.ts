/** Bearer tokens at our own doors (RFC 6750): userinfo, the management API. */
import { parseAuthorization } from '#http/authorization.ts'
import type { Request } from '#http/message.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'
import type { IssuerContext } from './context.ts'
import type { Parameters } from './parameters.ts'
import { invalidRequest, invalidToken, missingToken } from './refusals.ts'
import type { AccessTokenClaims } from './tokens/access-token.ts'
import { checkAccessToken } from './tokens/check.ts'

export interface BearerToken {
  readonly sub: string
  readonly client: Client
  /** Undefined: the client acts for itself. */
  readonly user: User | undefined
  readonly scopes: ReadonlySet<string>
  readonly claims: AccessTokenClaims
}

/**
 * The live token of this request, meant for `audience`, as tokens with `scope` are. Refuses as RFC 6750 §3: a bare
 * challenge where there is none, `invalid_request` where it came in two ways, `invalid_token` otherwise. A token in the
 * URL counts as none.
 */
export async function authenticateBearer(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  options: { readonly audience: string; readonly scope: string; readonly form?: Parameters },
): Promise<BearerToken> {
  const live = await checkAccessToken(context, realm, presentedToken(request, options.form))
  if (live === undefined) throw invalidToken('the token is unknown, expired or revoked')
  const { claims, client, user } = live
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : claims.aud
  if (!audiences.includes(options.audience)) {
    const detail = `the token is meant for another API: for this one ask for the scope ${options.scope}`
    throw invalidToken(detail, { aud: audiences, wanted: options.audience })
  }
  return { sub: claims.sub, client, user, scopes: new Set((claims.scope ?? '').split(' ')), claims }
}

/** From the header, or from a form body (RFC 6750 §2.1, §2.2). */
function presentedToken(request: Request, form: Parameters | undefined): string {
  const header = request.headers['authorization']
  const inForm = form?.get('access_token')
  if (header !== undefined && inForm !== undefined) throw invalidRequest('the token came in two ways at once')
  if (inForm !== undefined) return inForm
  if (header === undefined) throw missingToken()
  const authorization = parseAuthorization(header)
  if (authorization === undefined || authorization === 'malformed' || authorization.scheme !== 'bearer') {
    throw invalidToken('the Authorization header must hold one Bearer token')
  }
  return authorization.value
}
