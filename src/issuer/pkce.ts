/** Proof Key for Code Exchange (RFC 7636), S256 only (RFC 9700 §2.1.1). */
import { equalConstantTime, sha256Base64url } from '#crypto/hash.ts'
import { invalidGrant, invalidRequest } from './refusals.ts'

/** BASE64URL(SHA256(…)) without padding. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/
/** §4.1 */
const VERIFIER = /^[A-Za-z0-9._~-]{43,128}$/

/** Checks what the authorization request sent (§4.3, §4.4.1); refuses with `invalid_request`. */
export function readChallenge(
  challenge: string | undefined,
  method: string | undefined,
  isRequired: boolean,
): string | undefined {
  if (challenge === undefined) {
    if (method !== undefined) throw invalidRequest('code_challenge_method came without code_challenge')
    if (isRequired) throw invalidRequest('code_challenge is missing: this client must use PKCE with S256')
    return undefined
  }
  if (method !== 'S256') throw invalidRequest('code_challenge_method must be S256', { sent: method ?? 'plain' })
  if (!CHALLENGE.test(challenge)) throw invalidRequest('code_challenge must be 43 characters of base64url')
  return challenge
}

/** Compares at the token endpoint (§4.6); refuses with `invalid_grant`, also a verifier that nobody asked for. */
export function checkVerifier(challenge: string | null, verifier: string | undefined): void {
  if (challenge === null) {
    if (verifier !== undefined) throw invalidGrant('the code was asked for without a code_challenge')
    return
  }
  if (verifier === undefined) throw invalidGrant('code_verifier is missing')
  if (!VERIFIER.test(verifier)) throw invalidGrant('code_verifier must be 43 to 128 unreserved characters')
  if (!equalConstantTime(sha256Base64url(verifier), challenge)) {
    throw invalidGrant('code_verifier does not match the code_challenge')
  }
}
