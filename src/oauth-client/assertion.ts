/** Assertions that we sign (RFC 7523 §3): who we are to a token endpoint, or the grant itself. */
import { constants, createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto'
import { UnusableKey } from '#crypto/jwk.ts'
import { randomToken } from '#crypto/random.ts'
import type { KeyAssertion, SecretAssertion, ServerSettings } from './settings.ts'
import { fill, type Places, UnusableSettings } from './template.ts'

const MINIMUM_RSA_BITS = 2048

/**
 * The private key of a PEM text, fit for `alg`: RSA of 2048 bits and more for RS256 and PS256, P-256 for ES256.
 * Throws `UnusableKey`, whose message never holds key material.
 */
export function readPrivateKey(pem: string, alg: KeyAssertion['alg']): KeyObject {
  const key = parsed(pem)
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (alg === 'ES256') {
    if (key.asymmetricKeyType !== 'ec' || namedCurve !== 'prime256v1') {
      throw new UnusableKey('ES256 needs a private key on the curve P-256')
    }
  } else if (key.asymmetricKeyType !== 'rsa' || modulusLength < MINIMUM_RSA_BITS) {
    throw new UnusableKey(`${alg} needs an RSA private key of at least ${MINIMUM_RSA_BITS} bits`)
  }
  return key
}

function parsed(pem: string): KeyObject {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    throw new UnusableKey('this is no private key in PEM form, or it is encrypted')
  }
}

/** A signed assertion of the client; `now`: Unix milliseconds. Throws `UnusableSettings`. */
export function signAssertion(
  settings: ServerSettings,
  by: KeyAssertion | SecretAssertion,
  places: Places,
  now: number,
): string {
  const payload = claimsOf(settings, by, places, Math.floor(now / 1000))
  if ('client_secret' in by) {
    const input = signingInput({ alg: 'HS256', typ: 'JWT' }, payload)
    return `${input}.${createHmac('sha256', by.client_secret).update(input).digest('base64url')}`
  }
  const { alg, kid } = by
  const input = signingInput({ alg, typ: 'JWT', ...(kid !== null && { kid }) }, payload)
  return `${input}.${signature(Buffer.from(input, 'latin1'), by).toString('base64url')}`
}

function claimsOf(
  settings: ServerSettings,
  by: KeyAssertion | SecretAssertion,
  places: Places,
  now: number,
): Record<string, unknown> {
  const { client_id, token_endpoint, issuer, profile } = settings
  const templates = Object.entries(profile.assertion_claims ?? {})
  return {
    iss: client_id,
    sub: client_id,
    aud: audienceOf(by, token_endpoint, issuer),
    iat: now,
    exp: now + by.lifetime_seconds,
    jti: randomToken(16),
    ...Object.fromEntries(templates.map(([name, template]) => [name, fill(template, places)])),
    ...by.claims,
  }
}

function audienceOf(
  { audience }: KeyAssertion | SecretAssertion,
  tokenEndpoint: string,
  issuer: string | null,
): string {
  if (typeof audience === 'object') return audience.value
  return audience === 'issuer' ? (issuer ?? tokenEndpoint) : tokenEndpoint
}

function signature(input: Buffer, { alg, private_key }: KeyAssertion): Buffer {
  const key = usableKey(private_key, alg)
  if (alg === 'ES256') return sign('sha256', input, { key, dsaEncoding: 'ieee-p1363' })
  if (alg === 'RS256') return sign('sha256', input, key)
  const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants
  return sign('sha256', input, { key, padding, saltLength })
}

function usableKey(pem: string, alg: KeyAssertion['alg']): KeyObject {
  try {
    return readPrivateKey(pem, alg)
  } catch (error) {
    if (error instanceof UnusableKey) throw new UnusableSettings(error.message)
    throw error
  }
}

function signingInput(header: Record<string, unknown>, payload: Record<string, unknown>): string {
  return [header, payload].map((part) => Buffer.from(JSON.stringify(part), 'utf8').toString('base64url')).join('.')
}
