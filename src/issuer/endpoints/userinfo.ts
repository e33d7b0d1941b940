/** Userinfo (OpenID Connect Core §5.3): the claims that the token's scopes open, read now. GET and POST. */
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import type { Realm } from '#store/realms.ts'
import { authenticateBearer } from '../bearer.ts'
import type { IssuerContext } from '../context.ts'
import { readBody } from '../parameters.ts'
import { insufficientScope } from '../refusals.ts'
import { claimsByScope } from '../tokens/claims.ts'
import { allowCaller } from './cross-origin.ts'

export async function userinfo(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const audience = issuerUrl(context.publicUrl, realm.name)
  const form = request.method === 'POST' && request.body !== '' ? { form: readBody(request) } : {}
  const { client, user, scopes } = await authenticateBearer(context, realm, request, { audience, ...form })
  if (user === undefined || !scopes.has('openid')) {
    throw insufficientScope('openid', { client_id: client.client_id, scope: [...scopes] })
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...allowCaller(request, client) },
    body: JSON.stringify({ ...claimsByScope(user, [...scopes], realm.name), sub: user.id }),
  }
}
