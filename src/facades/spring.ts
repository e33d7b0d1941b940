/**
 * The shapes of Spring Security OAuth2, under the prefix that onesait gave them: its token and check_token endpoints
 * over ours. Who may ask, and what holds, is decided by the issuer; here it is only worded.
 */
import type { Refused, Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { authenticateAsker, findVisibleToken } from '#issuer/endpoints/introspect.ts'
import { exchange } from '#issuer/endpoints/token.ts'
import { type Parameters, readBody, required } from '#issuer/parameters.ts'
import { invalidGrant, invalidRequest } from '#issuer/refusals.ts'
import { checkAccessToken, type LiveToken } from '#issuer/tokens/check.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { jsonAnswer, withTokenFromUrl } from './facade.ts'

/** `POST /oauth-server/oauth/token` */
export async function springToken(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const parameters = readBody(request)
  if (parameters.get('grant_type') === undefined) throw invalidRequest('Missing grant type')
  try {
    const { answer } = await exchange(context, realm, request, parameters, (client) => {
      context.legacyUses.record(client.id, 'spring')
      refuseAnotherClient(client, parameters)
    })
    const token = await checkAccessToken(context, realm, answer.access_token)
    if (token === undefined) throw invalidGrant('the authorization ended at this moment')
    return jsonAnswer(200, {
      access_token: answer.access_token,
      token_type: 'bearer',
      refresh_token: answer.refresh_token,
      expires_in: answer.expires_in,
      scope: answer.scope,
      jti: token.claims.jti,
      authorities: authoritiesOf(token),
      clientId: token.client.client_id,
      principal: nameOf(token),
      name: nameOf(token),
      grantType: grantTypeOf(token),
    })
  } catch (problem) {
    throw problem instanceof Refusal ? inItsWords(problem, parameters) : problem
  }
}

/** `GET|POST /oauth-server/oauth/check_token` */
export async function springCheckToken(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const asked = withTokenFromUrl(request)
  const parameters = readBody(asked)
  const caller = await authenticateAsker(context, realm, asked, parameters)
  context.legacyUses.record(caller.id, 'spring')
  if (request.method !== 'POST') {
    context.legacyUses.record(caller.id, 'spring_get')
    request.log.warn(
      { event: 'token_in_url', client_id: caller.client_id },
      'check_token was asked by GET: tokens in URLs are kept by proxies and histories',
    )
  }
  const token = await tokenOrRefuse(context, realm, caller, required(parameters, 'token'))
  return jsonAnswer(200, {
    ...(token.user && { user_name: token.user.username }),
    authorities: authoritiesOf(token),
    scope: token.claims.scope?.split(' ') ?? [],
    jti: token.claims.jti,
    exp: token.claims.exp,
    grant_type: grantTypeOf(token),
    client_id: token.client.client_id,
    aud: [token.claims.aud].flat(),
    active: true,
  })
}

/** What a caller may not see is not told apart from what is not there. */
export async function tokenOrRefuse(
  context: IssuerContext,
  realm: Realm,
  caller: Client,
  token: string,
): Promise<LiveToken> {
  const found = await findVisibleToken(context, realm, caller, token)
  if (found === 'expired') throw new Refusal(400, 'invalid_token', 'Token has expired')
  if (found === undefined) throw new Refusal(400, 'invalid_token', 'Token was not recognised')
  return found
}

/** The names of the user's roles as they are now. */
export function authoritiesOf({ user }: LiveToken): readonly string[] {
  return user?.roles ?? []
}

/** Where nobody but the client is in it, the client. */
export function nameOf({ user, client }: LiveToken): string {
  return user?.username ?? client.client_id
}

/** How the authorization began: a refreshed token keeps it. */
export function grantTypeOf({ grant }: LiveToken): string {
  if (grant === undefined) return 'client_credentials'
  return grant.kind === 'device_code' ? 'urn:ietf:params:oauth:grant-type:device_code' : grant.kind
}

function refuseAnotherClient(client: Client, parameters: Parameters): void {
  for (const name of ['clientId', 'client_id']) {
    const sent = parameters.get(name)
    if (sent === undefined || sent === client.client_id) continue
    throw invalidRequest(`${name} is another client than the one that is authenticated`, { sent })
  }
}

const INVALID_GRANT_WORDS: ReadonlyMap<string, string> = new Map([
  ['password', 'Bad credentials'],
  ['refresh_token', 'Invalid refresh token'],
  ['authorization_code', 'Invalid authorization code'],
])

/** No description of ours holds a token, whatever the original wrote into it. */
function inItsWords(problem: Refusal, parameters: Parameters): Refusal {
  const { status, error, detail, headers } = problem
  if (error === 'unsupported_grant_type') return new Refusal(status, error, 'Unsupported grant type', detail, headers)
  const words = INVALID_GRANT_WORDS.get(parameters.get('grant_type') ?? '')
  if (error !== 'invalid_grant' || words === undefined) return problem
  return new Refusal(status, error, words, { ...detail, because: problem.description }, headers)
}

const CHALLENGE = { 'www-authenticate': 'Basic realm="sallyport", charset="UTF-8"' }

export function springRefused(request: Request, refused: Refused): Response {
  const { status, error, description } = worded(request, refused)
  const challenge = status === 401 ? CHALLENGE : {}
  return jsonAnswer(status, { error, error_description: description }, { ...refused.headers, ...challenge })
}

function worded(request: Request, refused: Refused): Pick<Refused, 'status' | 'error' | 'description'> {
  if (refused.status === 405) {
    return { status: 405, error: 'method_not_allowed', description: 'Request method not supported' }
  }
  if (refused.error === 'invalid_client') {
    return hasCredentials(request)
      ? { status: 401, error: 'invalid_client', description: 'Bad client credentials' }
      : {
          status: 401,
          error: 'unauthorized',
          description: 'Full authentication is required to access this resource',
        }
  }
  const isDenied = refused.error === 'access_denied' || refused.error === 'insufficient_scope'
  return isDenied ? { ...refused, status: 403 } : refused
}

function hasCredentials(request: Request): boolean {
  return request.headers['authorization'] !== undefined || /(?:^|&)client_(?:secret|assertion)=/.test(request.body)
}
