import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { CompactSign } from 'jose'
import { expect, test } from 'vitest'
import type { Jwk } from '#crypto/jwk.ts'
import { type DecodedJws, decodeJws, verifyAssertionSignature } from '#crypto/jws.ts'
import { randomSecret } from '#crypto/random.ts'

const rsaAlgs = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
const publicAlgs = [...rsaAlgs, 'ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519']
const secretAlgs = ['HS256', 'HS384', 'HS512']
const allAlgs = [...publicAlgs, ...secretAlgs]

interface Pair {
  jwk: Jwk
  privateKey: KeyObject
}

function asPair({ publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject }): Pair {
  const { kty = '', ...members } = publicKey.export({ format: 'jwk' })
  return { jwk: { kty, ...members }, privateKey }
}

const rsa = asPair(generateKeyPairSync('rsa', { modulusLength: 2048 }))
const p256 = asPair(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
const p384 = asPair(generateKeyPairSync('ec', { namedCurve: 'P-384' }))
const p521 = asPair(generateKeyPairSync('ec', { namedCurve: 'P-521' }))
const ed25519 = asPair(generateKeyPairSync('ed25519'))

function pairFor(alg: string): Pair {
  if (rsaAlgs.includes(alg)) return rsa
  return { ES256: p256, ES384: p384, ES512: p521 }[alg] ?? ed25519
}

async function assertion(alg: string, key: KeyObject | Uint8Array, header: object = {}): Promise<DecodedJws> {
  const payload = new TextEncoder().encode('{"iss":"client"}')
  return decoded(await new CompactSign(payload).setProtectedHeader({ alg, ...header }).sign(key))
}

function decoded(token: string): DecodedJws {
  const jws = decodeJws(token)
  if (!jws) throw new Error('the assertion was not decoded')
  return jws
}

/** A token with any header, signed as `signature` says. */
function crafted(header: object, signature: (input: Buffer) => Buffer): DecodedJws {
  const segments = [header, { iss: 'client' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  const input = segments.join('.')
  return decoded(`${input}.${signature(Buffer.from(input)).toString('base64url')}`)
}

/** Ed25519 writes its numbers with the least significant byte first. */
function reversed(bytes: Buffer): Buffer {
  return Buffer.from([...bytes].toReversed())
}

test.for(publicAlgs)('RFC 7523 §2.2 private_key_jwt: %s', async (alg) => {
  const { jwk, privateKey } = pairFor(alg)
  const jws = await assertion(alg, privateKey)
  expect(await verifyAssertionSignature(jws, { jwks: [jwk] }, [alg])).toBe(true)
  expect(
    await verifyAssertionSignature(
      jws,
      { jwks: [jwk] },
      allAlgs.filter((other) => other !== alg),
    ),
  ).toBe(false)
  expect(await verifyAssertionSignature(jws, { jwks: [] }, [alg])).toBe(false)
  expect(await verifyAssertionSignature(jws, {}, [alg])).toBe(false)
  const changed = { ...jws, signingInput: `${jws.signingInput}AA` }
  expect(await verifyAssertionSignature(changed, { jwks: [jwk] }, [alg])).toBe(false)
})

test.for(secretAlgs)('OpenID Connect Core §9 client_secret_jwt: %s', async (alg) => {
  const secret = randomSecret() + randomSecret()
  const jws = await assertion(alg, Buffer.from(secret))
  expect(await verifyAssertionSignature(jws, { secret }, secretAlgs)).toBe(true)
  expect(await verifyAssertionSignature(jws, { secret: randomSecret() + randomSecret() }, secretAlgs)).toBe(false)
  expect(await verifyAssertionSignature(jws, {}, secretAlgs)).toBe(false)
  expect(await verifyAssertionSignature(jws, { secret, jwks: [rsa.jwk] }, publicAlgs)).toBe(false)
})

test('N102 a secret shorter than the hash is no key (RFC 7518 §3.2); a generated one serves HS256', async () => {
  for (const [alg, length] of [
    ['HS256', 31],
    ['HS384', 47],
    ['HS512', 63],
  ] as const) {
    const short = 'x'.repeat(length)
    const signature = createHmac(alg.replace('HS', 'sha'), short)
    const jws = crafted({ alg }, (input) => signature.update(input).digest())
    expect(await verifyAssertionSignature(jws, { secret: short }, secretAlgs)).toBe(false)
  }
  const secret = randomSecret()
  expect(await verifyAssertionSignature(await assertion('HS256', Buffer.from(secret)), { secret }, ['HS256'])).toBe(
    true,
  )
})

test('N096 HS256 keyed with the text of the public key is refused, in every text of it', async () => {
  const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey
  const texts = [
    pem.export({ format: 'pem', type: 'spki' }),
    pem.export({ format: 'pem', type: 'pkcs1' }),
    JSON.stringify(pem.export({ format: 'jwk' })),
    rsa.jwk.n ?? '',
  ]
  for (const text of texts) {
    const jws = crafted({ alg: 'HS256' }, (input) => createHmac('sha256', text).update(input).digest())
    expect(await verifyAssertionSignature(jws, { jwks: [rsa.jwk] }, allAlgs)).toBe(false)
    expect(await verifyAssertionSignature(jws, { jwks: [rsa.jwk], secret: randomSecret() }, allAlgs)).toBe(false)
  }
})

test("N096 the algorithm of the header must be one of the key's own", async () => {
  const jws = await assertion('RS256', rsa.privateKey)
  expect(await verifyAssertionSignature(jws, { jwks: [{ ...rsa.jwk, alg: 'PS256' }] }, allAlgs)).toBe(false)
  expect(await verifyAssertionSignature(jws, { jwks: [{ ...rsa.jwk, use: 'enc' }] }, allAlgs)).toBe(false)
  for (const alg of ['rs256', 'none', 'constructor', 'HS1', 'ES256K']) {
    const odd = { ...jws, header: { alg } }
    expect(await verifyAssertionSignature(odd, { jwks: [rsa.jwk], secret: randomSecret() }, [alg])).toBe(false)
  }
})

test('N099 kid is an opaque name: paths, statements, addresses and 10 KB match nothing', async () => {
  const names = [
    '../../dev/null',
    "' or 1=1 --",
    'https://evil.example/jwks',
    '__proto__',
    'x'.repeat(10_000),
    '',
    '\0',
  ]
  for (const kid of names) {
    const jws = await assertion('ES256', p256.privateKey, { kid })
    expect(await verifyAssertionSignature(jws, { jwks: [{ ...p256.jwk, kid: 'k1' }] }, ['ES256'])).toBe(false)
    expect(await verifyAssertionSignature(jws, { jwks: [{ ...p256.jwk, kid }] }, ['ES256'])).toBe(true)
  }
  const listed = Buffer.from('{"alg":"ES256","kid":["k1"]}').toString('base64url')
  expect(decodeJws(`${listed}.e30.AAAA`)).toBeUndefined()
})

test('N099 keys in the header, or behind its addresses, are neither used nor fetched', async () => {
  const evil = asPair(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  for (const header of [
    { jwk: evil.jwk },
    { jku: 'http://127.0.0.1:9/jwks' },
    { x5u: 'http://127.0.0.1:9/chain.pem' },
    { x5c: ['MIIB'] },
  ]) {
    const forged = crafted({ alg: 'ES256', ...header }, (input) =>
      sign('sha256', input, { key: evil.privateKey, dsaEncoding: 'ieee-p1363' }),
    )
    expect(await verifyAssertionSignature(forged, { jwks: [p256.jwk] }, ['ES256'])).toBe(false)
    const honest = crafted({ alg: 'ES256', ...header }, (input) =>
      sign('sha256', input, { key: p256.privateKey, dsaEncoding: 'ieee-p1363' }),
    )
    expect(await verifyAssertionSignature(honest, { jwks: [p256.jwk] }, ['ES256'])).toBe(true)
  }
})

test('the key is found by kid, and without one among all that fit', async () => {
  const other = asPair(generateKeyPairSync('ec', { namedCurve: 'P-256' }))
  const jwks = [rsa.jwk, { ...other.jwk, kid: 'a' }, { ...p256.jwk, kid: 'b' }, ed25519.jwk]
  const verifies = async (header: object, keys: readonly Jwk[] = jwks) =>
    verifyAssertionSignature(await assertion('ES256', p256.privateKey, header), { jwks: keys }, ['ES256'])
  expect(await verifies({ kid: 'b' })).toBe(true)
  expect(await verifies({ kid: 'a' })).toBe(false)
  expect(await verifies({})).toBe(true)
  expect(await verifies({ kid: 'b' }, [p256.jwk])).toBe(true)
  expect(await verifies({ kid: 'b' }, [other.jwk, { ...p256.jwk, kid: 'c' }])).toBe(false)
})

test('N102 weak keys are passed over, and a good one beside them still serves', async () => {
  const weak = asPair(generateKeyPairSync('rsa', { modulusLength: 1024 }))
  const byWeak = crafted({ alg: 'RS256' }, (input) => sign('sha256', input, weak.privateKey))
  expect(await verifyAssertionSignature(byWeak, { jwks: [weak.jwk, rsa.jwk] }, ['RS256'])).toBe(false)
  const jws = await assertion('RS256', rsa.privateKey)
  expect(await verifyAssertionSignature(jws, { jwks: [weak.jwk, rsa.jwk] }, ['RS256'])).toBe(true)
  const { privateKey, jwk } = rsa
  const leaked = { ...jwk, d: privateKey.export({ format: 'jwk' }).d }
  expect(await verifyAssertionSignature(jws, { jwks: [leaked] }, ['RS256'])).toBe(false)
})

test('N102 signatures of zeros, and an Ed25519 signature with S + L, are refused', async () => {
  for (const [alg, length] of [
    ['ES256', 64],
    ['ES384', 96],
    ['ES512', 132],
    ['EdDSA', 64],
    ['RS256', 256],
  ] as const) {
    const zeros = crafted({ alg }, () => Buffer.alloc(length))
    expect(await verifyAssertionSignature(zeros, { jwks: [pairFor(alg).jwk] }, [alg])).toBe(false)
  }
  const jws = await assertion('EdDSA', ed25519.privateKey)
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  const s = BigInt(`0x${reversed(jws.signature.subarray(32)).toString('hex')}`) + order
  const shifted = reversed(Buffer.from(s.toString(16).padStart(64, '0'), 'hex'))
  const signature = Buffer.concat([jws.signature.subarray(0, 32), shifted])
  expect(await verifyAssertionSignature({ ...jws, signature }, { jwks: [ed25519.jwk] }, ['EdDSA'])).toBe(false)
})

test('RFC 7518 §3.5 a PSS signature with another salt length is refused', async () => {
  const jws = crafted({ alg: 'PS256' }, (input) =>
    sign('sha256', input, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 0 }),
  )
  expect(await verifyAssertionSignature(jws, { jwks: [rsa.jwk] }, ['PS256'])).toBe(false)
})
