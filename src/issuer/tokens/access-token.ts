/**
 * Access tokens: JWT per RFC 9068 or opaque. The `jti` carries what a check has to look up: `g.{grant}` where a person
 * is in it, `c.{client}.{epoch}` for a client's own, then 128 random bits. So one read tells whether it still holds.
 */

import type { Signer } from '#crypto/jws.ts'
import { randomToken } from '#crypto/random.ts'
import type { Authorization } from './authorization.ts'

const JTI_RANDOM_BYTES = 16

export interface AccessTokenClaims {
  readonly iss: string
  readonly sub: string
  readonly aud: string | readonly string[]
  readonly client_id: string
  readonly scope?: string
  readonly roles?: readonly string[]
  readonly auth_time?: number
  readonly exp: number
  readonly iat: number
  readonly jti: string
}

type LastingClaims = Omit<AccessTokenClaims, 'exp' | 'iat' | 'jti'>

/** Claims that stay the same from token to token of one client and scope, printed once (RFC 9068 §2.2). */
export function lastingClaims(issuer: string, authorization: Authorization): LastingClaims {
  const { client, person, scopes, audience, realm } = authorization
  const first = audience[0]
  return {
    iss: issuer,
    sub: person ? person.user.id : `client:${client.id}`,
    aud: audience.length === 1 && first !== undefined ? first : audience,
    client_id: client.client_id,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(person && { auth_time: person.authTime }),
    ...(person && realm.name !== 'system' && scopes.includes('role') && { roles: person.user.roles }),
  }
}

export function newJti(authorization: Authorization): string {
  const { client, person } = authorization
  const random = randomToken(JTI_RANDOM_BYTES)
  return person ? `g.${person.grantId}.${random}` : `c.${client.id}.${client.token_epoch}.${random}`
}

/** What a `jti` says about where the token comes from; undefined: not one of ours. */
export type TokenOrigin = { readonly grantId: string } | { readonly clientId: string; readonly epoch: number }

export function originOf(jti: string): TokenOrigin | undefined {
  const [kind, id, third, fourth] = jti.split('.')
  if (kind === 'g' && id && third !== undefined && fourth === undefined) return { grantId: id }
  if (kind === 'c' && id && third && /^\d+$/.test(third) && fourth) return { clientId: id, epoch: Number(third) }
  return undefined
}

/** Prints the claims around the lasting part that is already JSON. */
export function signAccessToken(signer: Signer, lastingJson: string, iat: number, exp: number, jti: string): string {
  return signer.sign('at+jwt', `${lastingJson.slice(0, -1)},"exp":${exp},"iat":${iat},"jti":"${jti}"}`)
}
