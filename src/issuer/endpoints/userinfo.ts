/** Userinfo (OpenID Connect Core §5.3): the claims that the token's scopes open, read now. GET and POST. */
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import type { Realm } from '#store/realms.ts'
import { authenticateBearer, type BearerToken } from '../bearer.ts'
import type { IssuerContext } from '../context.ts'
import { readBody } from '../parameters.ts'
import { insufficientScope } from '../refusals.ts'
import { claimsByScope } from '../tokens/claims.ts'
import { allowCaller, readableInRealm, readableRefusals } from './cross-origin.ts'

export async function userinfo(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const bearer = await readableInRealm(context, realm, request, async () => {
    const form = request.method === 'POST' && request.body !== '' ? { form: readBody(request) } : {}
    const audience = issuerUrl(context.publicUrl, realm.name)
    return await authenticateBearer(context, realm, request, { audience, scope: 'openid', ...form })
  })
  const claims = await readableRefusals(request, bearer.client, async () => claimsOf(bearer, realm))
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...allowCaller(request, bearer.client),
    },
    body: JSON.stringify(claims),
  }
}

function claimsOf({ client, user, scopes }: BearerToken, realm: Realm): object {
  if (user === undefined || !scopes.has('openid')) {
    throw insufficientScope('openid', { client_id: client.client_id, scope: [...scopes] })
  }
  return { ...claimsByScope(user, [...scopes], realm.name), sub: user.id }
}
