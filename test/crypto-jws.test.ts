import fc from 'fast-check'
import { importJWK, type JWK, jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import { generateSigningKey, importPrivateJwk, importPublicJwk, type Jwk } from '#crypto/jwk.ts'
import { createSigner, decodeJws, verifyJws } from '#crypto/jws.ts'
import { parseStrictJson } from '#crypto/strict-json.ts'

const algs = ['ES256', 'RS256'] as const

async function keyOf(alg: (typeof algs)[number]) {
  const { kid, publicJwk, privateJwk } = await generateSigningKey(alg)
  const signer = createSigner({ alg, kid, privateKey: importPrivateJwk(privateJwk, alg) })
  return { alg, kid, publicJwk, publicKey: importPublicJwk(publicJwk, alg), signer }
}

const es256 = await keyOf('ES256')
const rs256 = await keyOf('RS256')

function segment(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

function unsigned(header: unknown, payload: unknown = {}): string {
  return `${segment(header)}.${segment(payload)}.AAAA`
}

function decoded(token: string) {
  const jws = decodeJws(token)
  if (!jws) throw new Error('the token was not decoded')
  return jws
}

describe.for([es256, rs256])('$alg', ({ alg, kid, publicJwk, publicKey, signer }) => {
  test('what we sign, we verify and jose verifies (RFC 7515 §5)', async () => {
    const payload = { iss: 'https://as.example', sub: 'ü', exp: Math.floor(Date.now() / 1000) + 60 }
    const token = signer.sign('at+jwt', JSON.stringify(payload))
    const jws = decoded(token)
    expect(jws.header).toEqual({ alg, typ: 'at+jwt', kid })
    expect(jws.payload).toEqual(payload)
    expect(verifyJws(jws, publicKey, alg)).toBe(true)
    const other = await jwtVerify(token, await importJWK(publicJwk as JWK, alg), { typ: 'at+jwt', algorithms: [alg] })
    expect(other.payload).toEqual(payload)
    expect(decoded(signer.sign('logout+jwt', '{}')).header.typ).toBe('logout+jwt')
  })

  test('any changed character of a token is noticed', () => {
    const token = signer.sign('JWT', '{"sub":"someone"}')
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), (at, character) => {
        fc.pre(token[at] !== character)
        const jws = decodeJws(token.slice(0, at) + character + token.slice(at + 1))
        expect(jws !== undefined && verifyJws(jws, publicKey, alg)).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('N102 a signature of another length, of zeros or of another key is refused', async () => {
    const jws = decoded(signer.sign('JWT', '{}'))
    const { length } = jws.signature
    for (const signature of [
      Buffer.alloc(0),
      Buffer.alloc(length),
      jws.signature.subarray(1),
      Buffer.concat([jws.signature, Buffer.alloc(1)]),
      Buffer.concat([Buffer.alloc(1), jws.signature]),
    ]) {
      expect(verifyJws({ ...jws, signature }, publicKey, alg)).toBe(false)
    }
    expect(verifyJws(jws, (await keyOf(alg)).publicKey, alg)).toBe(false)
  })
})

/** The payload of every example in RFC 7515 appendix A. */
const examplePayload = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'

test('RFC 7515 appendix A.3: the ES256 example verifies', () => {
  const jwk: Jwk = {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  }
  const token =
    `eyJhbGciOiJFUzI1NiJ9.${examplePayload}.` +
    'DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q'
  const jws = decoded(token)
  expect(jws.payload).toEqual({ iss: 'joe', exp: 1300819380, 'http://example.com/is_root': true })
  expect(verifyJws(jws, importPublicJwk(jwk, 'ES256'), 'ES256')).toBe(true)
})

test('RFC 7515 appendix A.2: the RS256 example verifies', () => {
  const jwk: Jwk = {
    kty: 'RSA',
    n:
      'ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yR' +
      'T-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXB' +
      'dQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9ia' +
      'GNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ',
    e: 'AQAB',
  }
  const token =
    `eyJhbGciOiJSUzI1NiJ9.${examplePayload}.` +
    'cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t' +
    '1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12j' +
    'zDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQ' +
    'Ge77Rw'
  expect(verifyJws(decoded(token), importPublicJwk(jwk, 'RS256'), 'RS256')).toBe(true)
})

test("N096 none in any spelling, and an algorithm that is not the key's, are refused", () => {
  for (const alg of ['none', 'nOnE', 'NONE', '', undefined, null, 7, ['ES256']]) {
    expect(decodeJws(unsigned({ alg }))).toBeUndefined()
  }
  const jws = decoded(es256.signer.sign('JWT', '{}'))
  expect(verifyJws(jws, es256.publicKey, 'RS256')).toBe(false)
  expect(verifyJws(jws, rs256.publicKey, 'ES256')).toBe(false)
  expect(verifyJws(jws, rs256.publicKey, 'RS256')).toBe(false)
  for (const alg of ['ES384', 'es256', 'HS256', 'RS256']) {
    expect(verifyJws({ ...jws, header: { ...jws.header, alg } }, es256.publicKey, 'ES256')).toBe(false)
  }
})

test('N100 a critical header, a member twice, JSON serialization, foreign characters are refused', () => {
  const refused = [
    unsigned({ alg: 'ES256', crit: ['exp'], exp: 1 }),
    unsigned({ alg: 'ES256', crit: [] }),
    unsigned({ alg: 'ES256', crit: ['b64'], b64: false }),
    unsigned({ alg: 'ES256', b64: false }),
    unsigned('{"alg":"ES256","alg":"none"}'),
    unsigned('{"alg":"ES256","\\u0061lg":"none"}'),
    unsigned({ alg: 'ES256' }, '{"sub":"a","sub":"b"}'),
    unsigned({ alg: 'ES256' }, '{"cnf":{"jkt":"a","jkt":"b"}}'),
    unsigned({ alg: 'ES256' }, '[{"a":1,"a":2}]'),
    unsigned({ alg: 'ES256' }, 'null'),
    unsigned({ alg: 'ES256' }, '"text"'),
    unsigned({ alg: 'ES256' }, '{"sub":"\\ud800"}'),
    unsigned({ alg: 'ES256' }, '\ufeff{}'),
    unsigned(['ES256']),
    unsigned({ alg: 'ES256', typ: 1 }),
    JSON.stringify({ payload: segment({}), protected: segment({ alg: 'ES256' }), signature: 'AAAA' }),
    `${segment({ alg: 'ES256' })}.${segment({})}.`,
    `${segment({ alg: 'ES256' })}.${segment({})}`,
    `${unsigned({ alg: 'ES256' })}=`,
    `${unsigned({ alg: 'ES256' })}\n`,
    ` ${unsigned({ alg: 'ES256' })}`,
    `${segment({ alg: 'ES256' })}.${segment({})}.AAB`,
    `${segment({ alg: 'ES256' })}.${segment({})}.A`,
    `${segment({ alg: 'ES256' })}.${Buffer.from('{"\xff":1}', 'latin1').toString('base64url')}.AAAA`,
  ]
  for (const token of refused) expect(decodeJws(token)).toBeUndefined()
})

test('N100 a megabyte, 100,000 dots, a nested token, depth: refused unread or at the first look', () => {
  const nested = es256.signer.sign('JWT', '{}')
  for (const token of [
    'A'.repeat(1_000_000),
    '.'.repeat(100_000),
    '.'.repeat(10_000),
    `${nested}.${nested}`,
    `${segment({ alg: 'ES256', cty: 'JWT' })}.${segment(nested)}.AAAA`,
    unsigned({ alg: 'ES256' }, `{"a":${'['.repeat(4000)}${']'.repeat(4000)}}`),
    unsigned({ alg: 'ES256' }, { a: 'x'.repeat(20_000) }),
  ]) {
    expect(decodeJws(token)).toBeUndefined()
  }
})

test('N101 encrypted tokens are not read, whatever their header asks for', () => {
  const headers = [
    { alg: 'PBES2-HS512+A256KW', enc: 'A256GCM', p2c: 2 ** 31, p2s: 'AAAA' },
    { alg: 'dir', enc: 'A256GCM', zip: 'DEF' },
    { alg: 'RSA1_5', enc: 'A128CBC-HS256' },
  ]
  for (const header of headers) expect(decodeJws(`${segment(header)}.AAAA.AAAA.AAAA.AAAA`)).toBeUndefined()
})

test('N102 ES256 signatures with r or s zero, the order, or above it are refused', () => {
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const jws = decoded(es256.signer.sign('JWT', '{}'))
  const parts = [Buffer.alloc(32), order, Buffer.alloc(32, 0xff)]
  for (const part of parts) {
    const good = jws.signature
    for (const signature of [
      Buffer.concat([part, part]),
      Buffer.concat([part, good.subarray(32)]),
      Buffer.concat([good.subarray(0, 32), part]),
    ]) {
      expect(verifyJws({ ...jws, signature }, es256.publicKey, 'ES256')).toBe(false)
    }
  }
})

test('decodeJws never throws, whatever it is given', () => {
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.base64String({ maxLength: 40 }), { maxLength: 6 }).map((parts) => parts.join('.')),
    fc.tuple(fc.json(), fc.json()).map(([header, payload]) => unsigned(header, payload)),
    fc.json().map((payload) => unsigned({ alg: 'ES256' }, payload)),
  )
  fc.assert(
    fc.property(texts, (text) => {
      const jws = decodeJws(text)
      expect(jws ? `${jws.signingInput}.${jws.signature.toString('base64url')}` : text).toBe(text)
    }),
    { numRuns: 1000 },
  )
})

test('any JSON object that is signed comes back as it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), (payload) => {
      const json = JSON.stringify(payload)
      expect(decoded(es256.signer.sign('JWT', json)).payload).toEqual(JSON.parse(json))
    }),
  )
})

test('strict JSON is JSON where no member comes twice', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(parseStrictJson(text)).toEqual(JSON.parse(text))
      expect(parseStrictJson(`{"a":${text},"a":${text}}`)).toBeUndefined()
      expect(parseStrictJson(`{"a":${text},"b":[${text}]}`)).toEqual({ a: JSON.parse(text), b: [JSON.parse(text)] })
    }),
  )
  expect(parseStrictJson('{"a":["b","b"],"c":{"a":1,"b":2}}')).toEqual({ a: ['b', 'b'], c: { a: 1, b: 2 } })
})

test('strict JSON grows with the text and no faster: megabytes of the worst kinds are judged', () => {
  const names = Array.from({ length: 100_000 }, (_, i) => `"${i}":0`).join(',')
  expect(parseStrictJson(`{${names}}`)).toBeDefined()
  expect(parseStrictJson(`{${names},"0":0}`)).toBeUndefined()
  expect(parseStrictJson(`"${'\\\\'.repeat(1_000_000)}"`)).toBeDefined()
  expect(parseStrictJson(`[${'"\\"",'.repeat(300_000)}0]`)).toBeDefined()
  expect(parseStrictJson('"'.repeat(1_000_001))).toBeUndefined()
  expect(parseStrictJson('[{'.repeat(500_000))).toBeUndefined()
})
