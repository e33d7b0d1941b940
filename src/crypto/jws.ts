/**
 * Signed tokens in the compact form (RFC 7515 §3.1). Our own are signed and verified here with `node:crypto` and key
 * objects that are kept; what others signed (client assertions) is verified by `jose`. Decisions: 0005-own-jws.md.
 * Reading is strict and bounded before any key is touched. Headers that point at keys (`jku`, `x5u`, `jwk`, `x5c`) are
 * never followed, `kid` is an opaque name (RFC 8725 §3.10). Encrypted tokens (JWE) are not supported anywhere.
 * Owns form and signature; claims (`iss`, `aud`, `exp`, `typ` of a slot …) are the caller's.
 */
import { isUtf8 } from 'node:buffer'
import { type KeyObject, sign, verify } from 'node:crypto'
import { compactVerify } from 'jose'
import { decodeBase64url } from './base64url.ts'
import { fitsAlg, importPublicJwk, type Jwk, type SigningAlg, sameAlg, UnusableKey } from './jwk.ts'
import { parseStrictJson } from './strict-json.ts'

/** Longer tokens are refused unread. */
const maximumLength = 16_384
/** A client with more fitting keys than this has its first ones tried: work per assertion stays bounded. */
const maximumCandidates = 8

export interface JwsHeader {
  readonly alg: string
  readonly typ?: string
  readonly kid?: string
  readonly [name: string]: unknown
}

export interface DecodedJws {
  readonly header: JwsHeader
  readonly payload: Readonly<Record<string, unknown>>
  /** What the signature is over: the first two segments as they came. */
  readonly signingInput: string
  readonly signature: Buffer
}

export interface Signer {
  readonly alg: SigningAlg
  readonly kid: string
  /** The compact token; `typ` is one of our own names for kinds of token, never a caller's text (they are kept). */
  sign(typ: string, payloadJson: string): string
}

export interface AssertionKeys {
  /** The client's registered public keys. */
  readonly jwks?: readonly Jwk[]
  /** The client's secret, for client_secret_jwt. */
  readonly secret?: string
}

/** Signs with one key; synchronous, because the signature costs less than a trip through the thread pool. */
export function createSigner(options: { alg: SigningAlg; kid: string; privateKey: KeyObject }): Signer {
  const { alg, kid, privateKey } = options
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' as const }
  const headers = new Map<string, string>()

  function headerSegment(typ: string): string {
    const segment = `${Buffer.from(JSON.stringify({ alg, typ, kid })).toString('base64url')}.`
    headers.set(typ, segment)
    return segment
  }

  return {
    alg,
    kid,
    sign(typ, payloadJson) {
      const header = headers.get(typ) ?? headerSegment(typ)
      const signingInput = header + Buffer.from(payloadJson, 'utf8').toString('base64url')
      return `${signingInput}.${sign('sha256', Buffer.from(signingInput, 'latin1'), key).toString('base64url')}`
    },
  }
}

/**
 * The parts of a compact JWS whose payload is a JSON object, or undefined: wrong number of segments, longer than 16 KB,
 * padding or foreign characters, members twice, no usable `alg`, a `crit` (RFC 7515 §4.1.11: none is understood).
 * Nothing is verified yet. Never throws; the work is linear in at most 16 KB.
 */
export function decodeJws(token: string): DecodedJws | undefined {
  if (token.length > maximumLength) return undefined
  const [first, second, third, ...more] = token.split('.', 4)
  if (!first || !second || !third || more.length > 0) return undefined
  const header = decodeObject(first)
  if (!header || !isUsableHeader(header)) return undefined
  const payload = decodeObject(second)
  const signature = decodeBase64url(third)
  if (!payload || !signature) return undefined
  return { header, payload, signingInput: `${first}.${second}`, signature }
}

/** Whether the token carries our key's signature. The key decides the algorithm, the header only has to agree. */
export function verifyJws(decoded: DecodedJws, key: KeyObject, alg: SigningAlg): boolean {
  if (decoded.header.alg !== alg || key.type !== 'public' || !isWellFormedSignature(decoded.signature, key, alg)) {
    return false
  }
  const input = Buffer.from(decoded.signingInput, 'latin1')
  return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, decoded.signature)
}

/**
 * Whether a client's assertion is signed by one of its keys, with one of the algorithms that are allowed for it.
 * HMAC algorithms only ever meet the secret and the others only ever meet public keys, so that neither can stand in for
 * the other (RFC 8725 §2.1). Keys that are not fit for the algorithm are passed over. Verified by `jose`.
 */
export async function verifyAssertionSignature(
  decoded: DecodedJws,
  keys: AssertionKeys,
  allowedAlgs: readonly string[],
): Promise<boolean> {
  const { alg } = decoded.header
  if (!allowedAlgs.includes(alg)) return false
  const token = `${decoded.signingInput}.${decoded.signature.toString('base64url')}`
  for (const key of alg.startsWith('HS') ? secretKeys(keys.secret, alg) : publicKeys(keys.jwks, decoded.header)) {
    if (await verifies(token, key, alg)) return true
  }
  return false
}

async function verifies(token: string, key: KeyObject | Uint8Array, alg: string): Promise<boolean> {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

/** An HMAC key is at least as long as the hash (RFC 7518 §3.2); the secret's UTF-8 octets are the key. */
const secretBytes: ReadonlyMap<string, number> = new Map([
  ['HS256', 32],
  ['HS384', 48],
  ['HS512', 64],
])

function secretKeys(secret: string | undefined, alg: string): Uint8Array[] {
  const needed = secretBytes.get(alg)
  if (secret === undefined || needed === undefined) return []
  const key = Buffer.from(secret, 'utf8')
  return key.length >= needed ? [key] : []
}

/** The keys that the header's `kid` names; where it names none, those that have no name of their own. */
function publicKeys(jwks: readonly Jwk[] | undefined, { alg, kid }: JwsHeader): KeyObject[] {
  const fitting = (jwks ?? []).filter((jwk) => fitsAlg(jwk, alg) && (jwk.alg === undefined || sameAlg(jwk.alg, alg)))
  const named = kid === undefined ? fitting : fitting.filter((jwk) => jwk.kid === kid)
  const candidates = named.length > 0 ? named : fitting.filter((jwk) => jwk.kid === undefined)
  return candidates.slice(0, maximumCandidates).flatMap((jwk) => usableKey(jwk, alg))
}

/** Importing a key costs more than using it, and a client's parsed keys are kept by the caller from call to call. */
const imported = new WeakMap<Jwk, Map<string, KeyObject | undefined>>()

function usableKey(jwk: Jwk, alg: string): KeyObject[] {
  const byAlg = imported.get(jwk) ?? new Map<string, KeyObject | undefined>()
  if (!byAlg.has(alg)) byAlg.set(alg, importOrUndefined(jwk, alg))
  imported.set(jwk, byAlg)
  const key = byAlg.get(alg)
  return key ? [key] : []
}

function importOrUndefined(jwk: Jwk, alg: string): KeyObject | undefined {
  try {
    return importPublicJwk(jwk, alg)
  } catch (error) {
    if (error instanceof UnusableKey) return undefined
    throw error
  }
}

function decodeObject(segment: string): Record<string, unknown> | undefined {
  const bytes = decodeBase64url(segment)
  if (!bytes || !isUtf8(bytes)) return undefined
  const value = parseStrictJson(bytes.toString('utf8'))
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined
}

function isUsableHeader(header: Record<string, unknown>): header is Record<string, unknown> & JwsHeader {
  const { alg, typ, kid, crit, b64 } = header
  if (typeof alg !== 'string' || alg === '' || alg.toLowerCase() === 'none') return false
  if (typ !== undefined && typeof typ !== 'string') return false
  if (kid !== undefined && typeof kid !== 'string') return false
  // An unencoded payload (RFC 7797) would change what the signature is over.
  return crit === undefined && b64 === undefined
}

/** The order of P-256 (FIPS 186-5). */
const p256Order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
const zero = Buffer.alloc(32)

/** Length and, for ES256, that r and s are from 1 to the order less one: zeros never reach the mathematics. */
function isWellFormedSignature(signature: Buffer, key: KeyObject, alg: SigningAlg): boolean {
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {}
  if (alg === 'RS256') return key.asymmetricKeyType === 'rsa' && signature.length * 8 === modulusLength
  if (namedCurve !== 'prime256v1' || signature.length !== 64) return false
  return [signature.subarray(0, 32), signature.subarray(32)].every(
    (part) => part.compare(zero) > 0 && part.compare(p256Order) < 0,
  )
}
