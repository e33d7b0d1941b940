/**
 * Refresh tokens: 256 random bits, kept as a hash. Each is spent by its first use, which stores its successor in the
 * same transaction (RFC 9700 §4.14.2). The answer that spent it is kept for the replay window, sealed under a key that
 * only the presented token gives, so that a lost answer can be fetched again and nothing readable is stored.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { openUnder, sealUnder } from '#crypto/seal.ts'
import type { NewRefreshToken } from '#store/refresh-tokens.ts'
import type { Authorization, Person, TokenAnswer } from './authorization.ts'

const REPLAY = 'refresh replay'

/** Whether this authorization may be refreshed: the client has the grant type, and a person is in it. */
export function isRefreshable(authorization: Authorization): boolean {
  return authorization.person !== undefined && authorization.client.grant_types.includes('refresh_token')
}

export function newRefreshToken(authorization: Authorization, person: Person, now: number): [string, NewRefreshToken] {
  const { realm, client } = authorization
  const token = randomToken()
  const idleSeconds = client.refresh_idle_seconds ?? realm.settings.refresh_idle_seconds
  const row = {
    token_hash: sha256Base64url(token),
    realm_id: realm.id,
    client_id: client.id,
    grant_id: person.grantId,
    created_at: now,
    idle_expires_at: Math.min(now + idleSeconds, person.grantExpiresAt),
    expires_at: person.grantExpiresAt,
  }
  return [token, row]
}

export function sealAnswer(refreshToken: string, answer: TokenAnswer): string {
  return sealUnder(refreshToken, REPLAY, JSON.stringify(answer))
}

export function openAnswer(refreshToken: string, sealed: string): TokenAnswer {
  return JSON.parse(openUnder(refreshToken, REPLAY, sealed)) as TokenAnswer
}
