/**
 * The one client that we are ourselves: the back end of the console. It proves itself at the token endpoint as any other
 * client with `private_key_jwt` does (RFC 7523 §2.2, OpenID Connect Core §9), only that its key is made when the process
 * starts, is kept in memory, and verifies nothing but what this process signed. Its exchange is a call within the
 * process, so no other node ever needs the key, and nothing that is stored or configured can stand in for it.
 */

import { generateSigningKey, importPrivateJwk, type Jwk } from '#crypto/jwk.ts'
import { createSigner } from '#crypto/jws.ts'
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Client } from '#store/clients.ts'

export const consoleClientId = 'sallyport-console'
/** It is used at once. */
const ASSERTION_SECONDS = 30

export interface OwnClient {
  readonly publicJwk: Jwk
  /** A client assertion for that issuer, good for one use within seconds. */
  assertion(issuer: string): string
}

export async function createOwnClient(): Promise<OwnClient> {
  const { kid, publicJwk, privateJwk } = await generateSigningKey('ES256')
  const signer = createSigner({ alg: 'ES256', kid, privateKey: importPrivateJwk(privateJwk, 'ES256') })
  return {
    publicJwk,
    assertion(issuer) {
      const iat = nowSeconds()
      const about = { iss: consoleClientId, sub: consoleClientId, aud: issuer }
      return signer.sign(
        'client-authentication+jwt',
        JSON.stringify({ ...about, iat, exp: iat + ASSERTION_SECONDS, jti: randomId() }),
      )
    },
  }
}

/** Whether that client is the one that we are: built in, so nobody else can have made it. */
export function isOwnClient(client: Pick<Client, 'client_id' | 'built_in'>): boolean {
  return client.built_in && client.client_id === consoleClientId
}
