/** How this client proves who it is (RFC 6749 §2.3, RFC 7523 §2.2, OpenID Connect Core §9), made in the browser. */
import type { Client } from '#contract/client.ts'

export interface Proof {
  readonly headers: Readonly<Record<string, string>>
  readonly parameters: Readonly<Record<string, string>>
}

/** What the administrator typed: kept by the page, and by nothing else. */
export interface Typed {
  readonly secret: string
  /** A private key as a JWK. */
  readonly key: string
}

/** Throws an `Error` with a sentence where the key is none that can sign. */
export async function proofOf(client: Client, typed: Typed, issuer: string): Promise<Proof> {
  const { client_id, token_endpoint_auth_method: method } = client
  if (method === 'none') return { headers: {}, parameters: { client_id } }
  if (method === 'client_secret_post') return { headers: {}, parameters: { client_id, client_secret: typed.secret } }
  if (method === 'client_secret_basic') return { headers: basic(client_id, typed.secret), parameters: {} }
  const signer = method === 'client_secret_jwt' ? await secretSigner(typed.secret) : await keySigner(typed.key)
  return {
    headers: {},
    parameters: {
      client_id,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(client_id, issuer, signer),
    },
  }
}

function basic(id: string, secret: string): Readonly<Record<string, string>> {
  // Both are form-encoded before they are put together, so the rest is ASCII.
  return { authorization: `Basic ${btoa(`${formEncoded(id)}:${formEncoded(secret)}`)}` }
}

function formEncoded(text: string): string {
  return new URLSearchParams({ '': text }).toString().slice(1)
}

interface Signer {
  readonly alg: string
  readonly kid?: string
  readonly key: CryptoKey
  readonly algorithm: AlgorithmIdentifier | EcdsaParams | RsaPssParams
}

/** Good for a minute: it is sent at once. */
async function assertion(clientId: string, issuer: string, { alg, kid, key, algorithm }: Signer): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: clientId, sub: clientId, aud: issuer, jti: crypto.randomUUID(), iat: now, exp: now + 60 }
  const header = { alg, ...(kid === undefined ? {} : { kid }) }
  const signed = `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}`
  const signature = await crypto.subtle.sign(algorithm, key, bytesOf(signed))
  return `${signed}.${base64urlOf(new Uint8Array(signature))}`
}

async function secretSigner(secret: string): Promise<Signer> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  if (secret === '') throw new Error('The secret is missing.')
  const key = await crypto.subtle.importKey('raw', bytesOf(secret), algorithm, false, ['sign'])
  return { alg: 'HS256', key, algorithm }
}

async function keySigner(typed: string): Promise<Signer> {
  const jwk = parsed(typed)
  if (jwk === undefined || jwk.d === undefined) throw new Error('The key has to be a private key as a JWK.')
  const [alg, algorithm] = algorithmOf(jwk)
  try {
    const { key_ops: _, use: __, alg: ___, ...plain } = jwk
    const key = await crypto.subtle.importKey('jwk', plain, algorithm, false, ['sign'])
    return { alg, key, algorithm, ...(typeof jwk.kid === 'string' ? { kid: jwk.kid } : {}) }
  } catch {
    throw new Error('The browser cannot use this key: its members do not fit together.')
  }
}

type KeyAlgorithmName = [alg: string, algorithm: RsaHashedImportParams & EcKeyImportParams & EcdsaParams & RsaPssParams]

/** RFC 7518 §3.1; the key's own `alg` says which of those that its kind has. */
function algorithmOf({ kty, crv, alg }: JsonWebKey): KeyAlgorithmName {
  const named = (name: string, hash: string, rest: object = {}) => ({ name, hash, ...rest }) as KeyAlgorithmName[1]
  if (kty === 'EC' && crv === 'P-256') return ['ES256', named('ECDSA', 'SHA-256', { namedCurve: crv })]
  if (kty === 'EC' && crv === 'P-384') return ['ES384', named('ECDSA', 'SHA-384', { namedCurve: crv })]
  if (kty === 'EC' && crv === 'P-521') return ['ES512', named('ECDSA', 'SHA-512', { namedCurve: crv })]
  if (kty === 'OKP' && crv === 'Ed25519') return ['EdDSA', named('Ed25519', 'SHA-512')]
  const family = /^(RS|PS)(256|384|512)$/.exec(alg ?? 'RS256')
  if (kty !== 'RSA' || family === null) throw new Error('This kind of key is none that signs assertions here.')
  const [said, kind, bits] = family
  const name = kind === 'PS' ? 'RSA-PSS' : 'RSASSA-PKCS1-v1_5'
  return [said, named(name, `SHA-${bits}`, { saltLength: Number(bits) / 8 })]
}

function parsed(text: string): (JsonWebKey & { kid?: unknown }) | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

function base64url(text: string): string {
  return base64urlOf(bytesOf(text))
}

export function base64urlOf(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** 256 bits, for state and verifier. */
export function random(): string {
  return base64urlOf(crypto.getRandomValues(new Uint8Array(32)))
}

/** RFC 7636 §4.2. */
export async function challengeOf(verifier: string): Promise<string> {
  return base64urlOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytesOf(verifier))))
}
