/** The realm's public keys (RFC 7517 §5): the current, the announced and the retired ones. */
import type { Response } from '#http/message.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from '../context.ts'
import { realmKeys } from '../signing-keys.ts'

/** Far shorter than the time that a key is announced before it signs. */
const CACHE_SECONDS = 300

export async function jwks(context: IssuerContext, realm: Realm): Promise<Response> {
  const keys = await realmKeys(context, realm)
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': `public, max-age=${CACHE_SECONDS}` },
    body: keys.jwks,
  }
}
