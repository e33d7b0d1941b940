import { generateKeyPairSync, sign, verify } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { expect, test } from 'vitest'
import {
  generateSigningKey,
  importPrivateJwk,
  importPublicJwk,
  type Jwk,
  thumbprint,
  UnusableKey,
} from '#crypto/jwk.ts'

/** The RSA key of RFC 7638 §3.1. */
const rfc7638: Jwk = {
  kty: 'RSA',
  n:
    '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknj' +
    'hMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQ' +
    'vRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK' +
    'nqDKgw',
  e: 'AQAB',
  alg: 'RS256',
  kid: '2011-04-29',
}

function publicJwk(kind: 'rsa' | 'ec' | 'ed25519', size = 2048, namedCurve = 'P-256'): Jwk {
  const pair =
    kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: size })
      : kind === 'ec'
        ? generateKeyPairSync('ec', { namedCurve })
        : generateKeyPairSync('ed25519')
  const { kty = '', ...members } = pair.publicKey.export({ format: 'jwk' })
  return { kty, ...members }
}

const p256 = publicJwk('ec')
const rsa = publicJwk('rsa')
const ed25519 = publicJwk('ed25519')

function refusal(jwk: Jwk, alg: string): string {
  try {
    importPublicJwk(jwk, alg)
  } catch (error) {
    if (error instanceof UnusableKey) return error.message
    throw error
  }
  return 'accepted'
}

test('RFC 7638 §3.1 the thumbprint of the example key', () => {
  expect(thumbprint(rfc7638)).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
})

test('RFC 7638 §3.2 thumbprints of every key type agree with another implementation', async () => {
  for (const jwk of [p256, rsa, ed25519, publicJwk('ec', 0, 'P-521')]) {
    expect(thumbprint({ ...jwk, kid: 'x', use: 'sig' })).toBe(await calculateJwkThumbprint(jwk as JWK))
  }
  expect(() => thumbprint({ kty: 'EC', crv: 'P-256' })).toThrow(UnusableKey)
})

test.for(['ES256', 'RS256'] as const)(
  'a generated %s key names itself, and its halves belong together',
  async (alg) => {
    const { kid, publicJwk: shown, privateJwk } = await generateSigningKey(alg)
    expect(kid).toBe(thumbprint(shown))
    expect(shown).toMatchObject({ kid, alg, use: 'sig' })
    for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) expect(shown).not.toHaveProperty(name)
    const data = Buffer.from('x')
    const signature = sign('sha256', data, importPrivateJwk(privateJwk, alg))
    expect(verify('sha256', data, importPublicJwk(shown, alg), signature)).toBe(true)
    const other = await generateSigningKey(alg)
    expect(() => importPrivateJwk({ ...privateJwk, ...other.publicJwk }, alg)).toThrow(UnusableKey)
    expect(() => importPrivateJwk(shown, alg)).toThrow(UnusableKey)
  },
)

test('a key in every algorithm that it fits is accepted', () => {
  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']) expect(refusal(rsa, alg)).toBe('accepted')
  expect(refusal(p256, 'ES256')).toBe('accepted')
  expect(refusal(publicJwk('ec', 0, 'P-384'), 'ES384')).toBe('accepted')
  expect(refusal(publicJwk('ec', 0, 'P-521'), 'ES512')).toBe('accepted')
  for (const alg of ['EdDSA', 'Ed25519']) expect(refusal({ ...ed25519, alg: 'EdDSA' }, alg)).toBe('accepted')
  expect(refusal({ ...p256, use: 'sig', alg: 'ES256', key_ops: ['verify'] }, 'ES256')).toBe('accepted')
})

test('N102 a key of another type, curve or purpose is refused', () => {
  expect(refusal(rsa, 'ES256')).toMatch(/type and curve/)
  expect(refusal(p256, 'RS256')).toMatch(/type and curve/)
  expect(refusal(p256, 'ES384')).toMatch(/type and curve/)
  expect(refusal(publicJwk('ec', 0, 'secp256k1'), 'ES256')).toMatch(/type and curve/)
  for (const alg of ['HS256', 'none', 'constructor', '']) expect(refusal(rsa, alg)).toMatch(/algorithm/)
  expect(refusal({ ...p256, use: 'enc' }, 'ES256')).toMatch(/use/)
  expect(refusal({ ...p256, key_ops: ['sign'] }, 'ES256')).toMatch(/key_ops/)
  expect(refusal({ ...rsa, alg: 'RS512' }, 'RS256')).toMatch(/not meant for/)
})

test('N102 RSA below 2048 bits, also when padded with zeros, above 8192, or with a weak exponent', () => {
  const short = publicJwk('rsa', 1024)
  expect(refusal(short, 'RS256')).toMatch(/at least 2048/)
  const padded = Buffer.concat([Buffer.alloc(128), Buffer.from(short.n ?? '', 'base64url')]).toString('base64url')
  expect(refusal({ ...short, n: padded }, 'RS256')).toMatch(/at least 2048/)
  const long = Buffer.alloc(2048, 0xff).toString('base64url')
  expect(refusal({ ...rsa, n: long }, 'RS256')).toMatch(/at most 8192/)
  for (const e of ['AQ', 'Ag', 'AAAAAQ', '_____________w']) expect(refusal({ ...rsa, e }, 'RS256')).toMatch(/exponent/)
  expect(refusal({ ...rsa, n: Buffer.alloc(256, 0xfe).toString('base64url') }, 'RS256')).toMatch(/even/)
})

test('N102 a point that is off the curve, the origin, or of another length is refused', () => {
  const origin = Buffer.alloc(32).toString('base64url')
  const y = Buffer.from(p256.y ?? '', 'base64url')
  y.writeUInt8(y.readUInt8(31) ^ 1, 31)
  expect(refusal({ ...p256, y: y.toString('base64url') }, 'ES256')).toMatch(/not on the curve/)
  expect(refusal({ ...p256, x: origin, y: origin }, 'ES256')).toMatch(/not on the curve/)
  expect(refusal({ ...p256, x: 'AA' }, 'ES256')).toMatch(/32 bytes/)
  expect(refusal({ kty: 'EC', crv: 'P-256', x: p256.x }, 'ES256')).toMatch(/member y/)
  expect(refusal({ ...p256, x: `${p256.x}=` }, 'ES256')).toMatch(/base64url/)
})

test('N102 an Ed25519 key of low order, for which anyone could sign, is refused in every spelling', () => {
  const points = [
    `01${'00'.repeat(31)}`,
    `01${'00'.repeat(30)}80`,
    '00'.repeat(32),
    `${'00'.repeat(31)}80`,
    `ec${'ff'.repeat(30)}7f`,
    `ed${'ff'.repeat(31)}`,
    `ee${'ff'.repeat(30)}7f`,
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  ]
  for (const hex of points) {
    const x = Buffer.from(hex, 'hex').toString('base64url')
    expect(refusal({ kty: 'OKP', crv: 'Ed25519', x }, 'EdDSA')).toMatch(/low order/)
  }
})

test('N104 a private key where a public one belongs is refused', async () => {
  for (const alg of ['ES256', 'RS256'] as const) {
    const { privateJwk } = await generateSigningKey(alg)
    expect(refusal(privateJwk, alg)).toMatch(/private members/)
  }
  expect(refusal({ kty: 'oct', k: 'c2VjcmV0' }, 'HS256')).toMatch(/private members/)
})
