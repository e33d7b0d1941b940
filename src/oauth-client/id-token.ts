/**
 * The claims of an ID token that came from the token endpoint itself (OIDC Core §3.1.3.7): the connection to it is what
 * proves who made it (item 6), so the signature is not looked at, and one that came any other way must not come here.
 */
import { decodeJws } from '#crypto/jws.ts'
import type { ServerSettings } from './settings.ts'

const SKEW_SECONDS = 60

export type IdToken =
  | { readonly kind: 'claims'; readonly claims: Readonly<Record<string, unknown>> }
  | { readonly kind: 'refused'; readonly claim: string }

/** `nonce`: what the authorization request carried; `now`: Unix seconds. */
export function readIdToken(settings: ServerSettings, token: string, nonce: string | null, now: number): IdToken {
  const claims = decodeJws(token)?.payload
  if (!claims) return { kind: 'refused', claim: 'form' }
  const { iss, aud, azp, exp, sub } = claims
  const audience = Array.isArray(aud) ? aud : [aud]
  const issuer = expectedIssuer(settings, claims)
  if (issuer !== null && iss !== issuer) return { kind: 'refused', claim: 'iss' }
  if (!audience.includes(settings.client_id)) return { kind: 'refused', claim: 'aud' }
  if ((audience.length > 1 || azp !== undefined) && azp !== settings.client_id) return { kind: 'refused', claim: 'azp' }
  if (typeof exp !== 'number' || exp < now - SKEW_SECONDS) return { kind: 'refused', claim: 'exp' }
  if (typeof sub !== 'string' || sub === '') return { kind: 'refused', claim: 'sub' }
  // A refresh may answer without one (OIDC Core §12.2); a login may not.
  if (nonce !== null && claims['nonce'] !== nonce) return { kind: 'refused', claim: 'nonce' }
  return { kind: 'claims', claims }
}

function expectedIssuer({ issuer, profile }: ServerSettings, claims: Readonly<Record<string, unknown>>): string | null {
  if (profile.id_token_issuer === undefined) return issuer
  return profile.id_token_issuer.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = Object.hasOwn(claims, name) ? claims[name] : undefined
    // A tenant's name is one segment: it must not write the rest of the issuer.
    return typeof value === 'string' && /^[\w-]+$/.test(value) ? value : ''
  })
}
