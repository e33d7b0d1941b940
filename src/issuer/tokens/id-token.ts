/** ID tokens (OpenID Connect Core §2, §3.1.3.6). */
import { sha256 } from '#crypto/hash.ts'
import type { Signer } from '#crypto/jws.ts'
import type { Authorization, Person } from './authorization.ts'
import { claimsByName } from './claims.ts'

/** Left half of the hash that the signature algorithm uses: SHA-256 for ES256 and RS256. */
export function atHash(accessToken: string): string {
  return sha256(accessToken).subarray(0, 16).toString('base64url')
}

export function signIdToken(
  signer: Signer,
  issuer: string,
  authorization: Authorization,
  person: Person,
  accessToken: string,
  iat: number,
): string {
  const { realm, client, scopes } = authorization
  const claims = {
    ...claimsByName(person.user, person.idTokenClaims, scopes, realm.name),
    iss: issuer,
    sub: person.user.id,
    aud: client.client_id,
    exp: iat + realm.settings.id_token_seconds,
    iat,
    auth_time: person.authTime,
    ...(person.nonce !== null && { nonce: person.nonce }),
    amr: person.amr,
    ...(person.sessionId !== null && { sid: person.sessionId }),
    at_hash: atHash(accessToken),
  }
  return signer.sign('JWT', JSON.stringify(claims))
}
