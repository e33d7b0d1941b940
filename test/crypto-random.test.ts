import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { equalConstantTime, fingerprint, hmacSha256, sha256, sha256Base64url } from '#crypto/hash.ts'
import { randomId, randomSecret, randomToken } from '#crypto/random.ts'

const sample = 20_000

test('N176 a token has 256 bits, a secret the same, an id 122, and none comes twice', () => {
  const tokens = Array.from({ length: sample }, () => randomToken())
  for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(new Set(tokens).size).toBe(sample)
  expect(randomSecret()).toMatch(/^[A-Za-z0-9_-]{43}$/)
  expect(randomId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(new Set(Array.from({ length: sample }, () => randomId())).size).toBe(sample)
})

test('N176 every bit of a token is a coin of its own', () => {
  const ones: number[] = Array.from({ length: 256 }, () => 0)
  for (let i = 0; i < sample; i++) {
    const bytes = Buffer.from(randomToken(), 'base64url')
    for (let bit = 0; bit < 256; bit++) ones[bit] = (ones[bit] ?? 0) + (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1)
  }
  // Seven standard deviations: a fair generator misses this once in a billion runs.
  const bound = 7 * Math.sqrt(sample / 4)
  for (const count of ones) expect(Math.abs(count - sample / 2)).toBeLessThan(bound)
})

test('N176 tokens do not begin with a time or a counter: their order is that of a shuffled deck', () => {
  const tokens = Array.from({ length: sample }, () => Buffer.from(randomToken(), 'base64url').readUIntBE(0, 6))
  const ascents = tokens.filter((value, i) => i > 0 && value > (tokens[i - 1] ?? 0)).length
  expect(Math.abs(ascents - (sample - 1) / 2)).toBeLessThan(7 * Math.sqrt((sample + 1) / 12))
})

test('N176 the pool hands out no byte twice, whatever sizes are taken from it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 16, max: 5000 }), { minLength: 2, maxLength: 20 }), (sizes) => {
      const tokens = sizes.map((size) => Buffer.from(randomToken(size), 'base64url'))
      expect(tokens.map((token) => token.length)).toEqual(sizes)
      const heads = tokens.flatMap((token) => [token.toString('hex', 0, 16), token.toString('hex', token.length - 16)])
      const distinct = tokens.reduce((count, token) => count + (token.length === 16 ? 1 : 2), 0)
      expect(new Set(heads).size).toBe(distinct)
    }),
    { numRuns: 200 },
  )
  expect(() => randomToken(0)).toThrow(RangeError)
  expect(() => randomToken(1.5)).toThrow(RangeError)
})

test('digests are those of FIPS 180-4 and RFC 4231 §4.3', () => {
  expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  expect(fingerprint('abc')).toBe('ba7816bf')
  expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex')).toBe(
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  )
})

test('RFC 7636 appendix B: the challenge of the example verifier', () => {
  expect(sha256Base64url('dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk')).toBe(
    'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
  )
})

test('digests agree with the streaming hash for any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(sha256(text)).toEqual(createHash('sha256').update(text, 'utf8').digest())
    }),
  )
})

test('equalConstantTime is equality, for texts of any two lengths', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (a, b) => {
      expect(equalConstantTime(a, a)).toBe(true)
      expect(equalConstantTime(a, b)).toBe(a === b)
      expect(equalConstantTime(a, `${a}x`)).toBe(false)
    }),
  )
})
