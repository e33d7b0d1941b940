/** The public keys that a client registered, by value or by address (RFC 7591 §2, `jwks` and `jwks_uri`). */
import type { Client, JsonWebKeySet } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from './context.ts'

type Keys = JsonWebKeySet['keys']

/** Keys for an assertion that names `kid`. */
export async function clientKeySet(
  _context: IssuerContext,
  _realm: Realm,
  client: Client,
  _kid: string | undefined,
): Promise<Keys> {
  return client.jwks?.keys ?? []
}
