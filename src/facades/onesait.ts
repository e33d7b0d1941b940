/**
 * onesait's own controller beside Spring's: check_token in a shape of its own, which tells errors with status 200, and
 * revoke_token, which ends the access token together with its refresh token.
 */
import type { Refused, Request, Response } from '#http/message.ts'
import { authenticateClient } from '#issuer/client-authentication.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { authenticateAsker } from '#issuer/endpoints/introspect.ts'
import { revokeToken } from '#issuer/endpoints/revoke.ts'
import { readBody, required } from '#issuer/parameters.ts'
import type { Realm } from '#store/realms.ts'
import { jsonAnswer, withTokenFromUrl } from './facade.ts'
import { authoritiesOf, grantTypeOf, nameOf, springRefused, tokenOrRefuse } from './spring.ts'

/** `POST /oauth-server/openplatform-oauth/check_token` */
export async function onesaitCheckToken(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const asked = withTokenFromUrl(request)
  const parameters = readBody(asked)
  const caller = await authenticateAsker(context, realm, asked, parameters)
  context.legacyUses.record(caller.id, 'onesait')
  const token = await tokenOrRefuse(context, realm, caller, required(parameters, 'token'))
  return jsonAnswer(200, {
    scope: [caller.client_id],
    name: nameOf(token),
    user_name: nameOf(token),
    principal: nameOf(token),
    jti: token.claims.jti,
    exp: token.claims.exp,
    grant_type: grantTypeOf(token),
    client_id: token.client.client_id,
    authorities: authoritiesOf(token),
  })
}

/** `POST /oauth-server/openplatform-oauth/revoke_token`. An unknown token is answered like a revoked one (RFC 7009 §2.2). */
export async function onesaitRevokeToken(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const asked = withTokenFromUrl(request)
  const parameters = readBody(asked)
  const client = await authenticateClient(context, realm, asked, parameters)
  context.legacyUses.record(client.id, 'onesait')
  const token = required(parameters, 'token')
  await revokeToken(context, realm, client, token, 'family')
  return jsonAnswer(200, { access_token: token, state: 'invalid_token' })
}

/** What the caller did wrong is told with status 200; what is ours to mend, and "come later", never is. */
export function onesaitCheckRefused(request: Request, refused: Refused): Response {
  if (![400, 401, 403].includes(refused.status)) return springRefused(request, refused)
  const error = refused.error === 'invalid_client' ? 'access_denied' : 'invalid_token'
  return jsonAnswer(200, { error, error_description: refused.description })
}
