/**
 * Keys that sign: made, named, and let in. Whatever is imported is checked against the algorithm that it will serve
 * (RFC 8725 §3.1, §3.4, §3.5; RFC 7518 §3, §6), so that the rooms above never meet a weak key, a point off its curve,
 * or a private key where a public one belongs.
 * Owns the checks and the key objects; which key is current, announced or retired is the issuer's.
 */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign, verify } from 'node:crypto'
import { promisify } from 'node:util'
import { decodeBase64url } from './base64url.ts'
import { sha256Base64url } from './hash.ts'

const generate = promisify(generateKeyPair)

/** What our own tokens are signed with. */
export type SigningAlg = 'ES256' | 'RS256'

/** A JSON Web Key (RFC 7517) as text says it: members that are not named here are kept and not trusted. */
export interface Jwk {
  readonly kty: string
  readonly kid?: string | undefined
  readonly use?: string | undefined
  readonly alg?: string | undefined
  readonly key_ops?: readonly string[] | undefined
  readonly crv?: string | undefined
  readonly x?: string | undefined
  readonly y?: string | undefined
  readonly n?: string | undefined
  readonly e?: string | undefined
  readonly [member: string]: unknown
}

export interface SigningKey {
  readonly kid: string
  readonly publicJwk: Jwk
  readonly privateJwk: Jwk
}

/** A key is not usable for what it was given for; the message says why and never holds key material. */
export class UnusableKey extends Error {
  constructor(why: string) {
    super(why)
    this.name = 'UnusableKey'
  }
}

type KeyShape = { kty: 'RSA' } | { kty: 'EC'; crv: string; bytes: number } | { kty: 'OKP'; crv: 'Ed25519' }

const rsa: KeyShape = { kty: 'RSA' }
const ed25519: KeyShape = { kty: 'OKP', crv: 'Ed25519' }
const shapes: ReadonlyMap<string, KeyShape> = new Map<string, KeyShape>([
  ['ES256', { kty: 'EC', crv: 'P-256', bytes: 32 }],
  ['ES384', { kty: 'EC', crv: 'P-384', bytes: 48 }],
  ['ES512', { kty: 'EC', crv: 'P-521', bytes: 66 }],
  ['RS256', rsa],
  ['RS384', rsa],
  ['RS512', rsa],
  ['PS256', rsa],
  ['PS384', rsa],
  ['PS512', rsa],
  ['EdDSA', ed25519],
  ['Ed25519', ed25519],
])

const minimumRsaBits = 2048
/** A longer modulus makes one verification cost what a flood of requests does. */
const maximumRsaBits = 8192
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** A new key pair, made off the event loop; RSA has 2048 bits. The `kid` is the RFC 7638 thumbprint. */
export async function generateSigningKey(alg: SigningAlg): Promise<SigningKey> {
  const pair =
    alg === 'ES256'
      ? await generate('ec', { namedCurve: 'P-256' })
      : await generate('rsa', { modulusLength: minimumRsaBits, publicExponent: 65_537 })
  const exported = exportJwk(pair.publicKey)
  const kid = thumbprint(exported)
  const marks = { kid, alg, use: 'sig' }
  return {
    kid,
    publicJwk: { ...exported, ...marks },
    privateJwk: { ...exportJwk(pair.privateKey), ...marks },
  }
}

/**
 * The public key of a JWK for one signature algorithm (ES*, RS*, PS*, EdDSA or Ed25519).
 * Throws `UnusableKey`: private members, another type or curve, a point that is not on it, RSA under 2048 bits,
 * a `use`, `key_ops` or `alg` that says it is for something else.
 */
export function importPublicJwk(jwk: Jwk, alg: string): KeyObject {
  if (privateMembers.some((name) => jwk[name] !== undefined)) {
    throw new UnusableKey('the key has private members; only a public key belongs here')
  }
  if (jwk.key_ops !== undefined && !(Array.isArray(jwk.key_ops) && jwk.key_ops.includes('verify'))) {
    throw new UnusableKey('the key_ops of the key do not allow to verify')
  }
  return readPublicKey(publicMembers(jwk, alg))
}

/** One of our own private keys; throws `UnusableKey` where its halves do not belong together. */
export function importPrivateJwk(jwk: Jwk, alg: SigningAlg): KeyObject {
  const publicHalf = publicMembers(jwk, alg)
  const publicKey = readPublicKey(publicHalf)
  const privateKey = readPrivateKey({ ...jwk, ...publicHalf })
  const probe = Buffer.from('the two halves of a key belong together')
  if (!verify('sha256', probe, publicKey, sign('sha256', probe, privateKey))) {
    throw new UnusableKey('the private key does not belong to its public members')
  }
  return privateKey
}

/** SHA-256 thumbprint of a key's required members (RFC 7638 §3), base64url; no other member counts. */
export function thumbprint(jwk: Jwk): string {
  const { kty, crv, x, y, n, e } = jwk
  // Members in lexicographic order and no white space: the text itself is hashed.
  if (kty === 'EC' && crv && x && y) return sha256Base64url(JSON.stringify({ crv, kty, x, y }))
  if (kty === 'OKP' && crv && x) return sha256Base64url(JSON.stringify({ crv, kty, x }))
  if (kty === 'RSA' && e && n) return sha256Base64url(JSON.stringify({ e, kty, n }))
  throw new UnusableKey('a thumbprint needs the required members of an EC, OKP or RSA key')
}

/** Whether a key's type and curve are those of the algorithm, before anything is imported. */
export function fitsAlg(jwk: Jwk, alg: string): boolean {
  const shape = shapes.get(alg)
  return shape !== undefined && jwk.kty === shape.kty && (shape.kty === 'RSA' || jwk.crv === shape.crv)
}

/** The checked public members; everything else a JWK may carry (x5u, x5c, …) is left behind unread. */
function publicMembers(jwk: Jwk, alg: string): { kty: string; [member: string]: string } {
  const shape = shapes.get(alg)
  if (!shape) throw new UnusableKey('the algorithm is not one that a public key can serve')
  if (!fitsAlg(jwk, alg)) throw new UnusableKey(`the key is not of the type and curve that ${alg} needs`)
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new UnusableKey('the use of the key is not sig')
  if (jwk.alg !== undefined && !sameAlg(jwk.alg, alg)) throw new UnusableKey(`the key is not meant for ${alg}`)
  if (shape.kty === 'RSA') return rsaMembers(jwk)
  if (shape.kty === 'EC') return ecMembers(jwk, shape.crv, shape.bytes)
  return edMembers(jwk)
}

/** `EdDSA` and the fully specified `Ed25519` (RFC 9864) are the same signature here. */
export function sameAlg(a: string, b: string): boolean {
  return a === b || (shapes.get(a) === ed25519 && shapes.get(b) === ed25519)
}

function rsaMembers(jwk: Jwk): { kty: string; n: string; e: string } {
  const n = member(jwk, 'n')
  const e = member(jwk, 'e')
  const significant = n.bytes.subarray(n.bytes.findIndex((byte) => byte !== 0))
  const bits = significant.length * 8 - Math.clz32(significant[0] ?? 0) + 24
  if (bits < minimumRsaBits) throw new UnusableKey(`an RSA key needs at least ${minimumRsaBits} bits`)
  if (bits > maximumRsaBits) throw new UnusableKey(`an RSA key may have at most ${maximumRsaBits} bits`)
  const exponent = e.bytes.length <= 4 ? e.bytes.readUIntBE(0, e.bytes.length) : 0
  if (exponent < 3 || exponent % 2 === 0) throw new UnusableKey('the RSA exponent must be odd, from 3 to 2^32')
  if (((n.bytes.at(-1) ?? 0) & 1) === 0) throw new UnusableKey('the RSA modulus is even')
  return { kty: 'RSA', n: n.text, e: e.text }
}

function ecMembers(jwk: Jwk, crv: string, bytes: number): { kty: string; crv: string; x: string; y: string } {
  const x = member(jwk, 'x')
  const y = member(jwk, 'y')
  if (x.bytes.length !== bytes || y.bytes.length !== bytes) {
    throw new UnusableKey(`the coordinates of a ${crv} key have ${bytes} bytes each`)
  }
  return { kty: 'EC', crv, x: x.text, y: y.text }
}

function edMembers(jwk: Jwk): { kty: string; crv: string; x: string } {
  const x = member(jwk, 'x')
  if (x.bytes.length !== 32) throw new UnusableKey('an Ed25519 key has 32 bytes')
  if (isLowOrder(x.bytes)) throw new UnusableKey('the Ed25519 key is a point of low order: anyone could sign for it')
  return { kty: 'OKP', crv: 'Ed25519', x: x.text }
}

/** The y coordinates of the points of order 1, 2, 4 and 8, and their unreduced spellings (RFC 8032 §5.1.3). */
const lowOrder: ReadonlySet<string> = new Set([
  `00${'00'.repeat(31)}`,
  `01${'00'.repeat(31)}`,
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  `ec${'ff'.repeat(30)}7f`,
  `ed${'ff'.repeat(30)}7f`,
  `ee${'ff'.repeat(30)}7f`,
])

function isLowOrder(point: Buffer): boolean {
  const y = Buffer.from(point)
  y.writeUInt8(y.readUInt8(31) & 0x7f, 31)
  return lowOrder.has(y.toString('hex'))
}

function member(jwk: Jwk, name: 'x' | 'y' | 'n' | 'e'): { text: string; bytes: Buffer } {
  const text: unknown = jwk[name]
  const bytes = typeof text === 'string' ? decodeBase64url(text) : undefined
  if (typeof text !== 'string' || !bytes || bytes.length === 0) {
    throw new UnusableKey(`the member ${name} of the key is not base64url`)
  }
  return { text, bytes }
}

function exportJwk(key: KeyObject): Jwk {
  const { kty = '', ...members } = key.export({ format: 'jwk' })
  return { kty, ...members }
}

/** The import itself checks that a point is on its curve. */
function readPublicKey(jwk: Record<string, unknown>): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new UnusableKey('the key cannot be read: its point is not on the curve, or a member is out of range')
  }
}

function readPrivateKey(jwk: Record<string, unknown>): KeyObject {
  try {
    return createPrivateKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new UnusableKey('the private members of the key cannot be read')
  }
}
