/** ID tokens that come back as hints: true ones, and those that somebody made up. */
import { realmKeys } from '#issuer/signing-keys.ts'
import { nowSeconds } from '#observe/clock.ts'
import { realmOf } from './clients.ts'
import type { House } from './house.ts'

export interface HintClaims {
  readonly sub: string
  readonly aud: string
  readonly sid?: string
  readonly iss?: string
  readonly exp?: number
}

/** Signed by a key of the realm; `iss` is that realm's issuer where it is not given. */
export async function signHint(
  house: House,
  claims: HintClaims,
  { realm = 'default', typ = 'JWT' }: { readonly realm?: string; readonly typ?: string } = {},
): Promise<string> {
  const { signers } = await realmKeys(house.app.context, await realmOf(house, realm))
  const now = nowSeconds()
  return signers.RS256.sign(typ, JSON.stringify({ iss: house.issuer(realm), iat: now, exp: now + 60, ...claims }))
}

/** The same claims with `alg: none` and an empty signature (RFC 8725 §2.1). */
export function forgeUnsigned(token: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'JWT' })).toString('base64url')
  return `${header}.${token.split('.')[1]}.`
}
