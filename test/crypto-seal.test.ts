import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomToken } from '#crypto/random.ts'
import {
  createSeal,
  generateMasterKey,
  generateWrappedDataKey,
  openUnder,
  parseMasterKey,
  SealBroken,
  type SealContext,
  sealUnder,
  unwrapDataKey,
  WrongMasterKey,
  wrapDataKey,
} from '#crypto/seal.ts'

const place: SealContext = { realm: 'acme', table: 'connections', row: 'c1', field: 'refresh_token_sealed' }
const masterKey = parseMasterKey(generateMasterKey())
const dataKey = generateWrappedDataKey(masterKey)
const seal = createSeal(masterKey, [dataKey])
const places = fc.record({ realm: fc.string(), table: fc.string(), row: fc.string(), field: fc.string() })

test('what was sealed opens at its place, byte by byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), places, (bytes, context) => {
      const plain = Buffer.from(bytes)
      expect(seal.open(seal.seal(plain, context), context)).toEqual(plain)
    }),
  )
  expect(seal.open(seal.seal('secret – ü', place), place).toString('utf8')).toBe('secret – ü')
})

test('N170 a value that was moved to another realm, table, row or field does not open', () => {
  const sealed = seal.seal('upstream secret', place)
  for (const name of ['realm', 'table', 'row', 'field'] as const) {
    expect(() => seal.open(sealed, { ...place, [name]: 'other' })).toThrow(SealBroken)
  }
  fc.assert(
    fc.property(places, places, (a, b) => {
      fc.pre(JSON.stringify(a) !== JSON.stringify(b))
      expect(() => seal.open(seal.seal('x', a), b)).toThrow(SealBroken)
    }),
  )
})

test('N170 two rows that swap their values open neither, and no place runs into the next', () => {
  const first = { ...place, row: 'a' }
  const second = { ...place, row: 'b' }
  expect(() => seal.open(seal.seal('of a', first), second)).toThrow(SealBroken)
  const shifted = seal.seal('x', { realm: 'ab', table: 'c', row: 'r', field: 'f' })
  expect(() => seal.open(shifted, { realm: 'a', table: 'bc', row: 'r', field: 'f' })).toThrow(SealBroken)
})

test('N170 the sealed text shows neither the secret nor that two secrets are equal', () => {
  const canary = 'CANARY-SECRET-VALUE'
  const sealed = seal.seal(canary, place)
  expect(sealed).not.toContain(canary)
  expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').includes(canary)).toBe(false)
  expect(seal.seal(canary, place)).not.toBe(sealed)
})

test('N170 any changed character of a sealed value is noticed', () => {
  const sealed = seal.seal('upstream secret', place)
  fc.assert(
    fc.property(fc.nat(sealed.length - 1), fc.constantFrom(...'AZaz09-_.=+/ '), (at, character) => {
      fc.pre(sealed[at] !== character)
      const changed = sealed.slice(0, at) + character + sealed.slice(at + 1)
      expect(() => seal.open(changed, place)).toThrow(SealBroken)
    }),
  )
  for (let length = 0; length < sealed.length; length++) {
    expect(() => seal.open(sealed.slice(0, length), place)).toThrow(SealBroken)
  }
  expect(() => seal.open(`${sealed}.x`, place)).toThrow(SealBroken)
})

test('N170 a value under a data key of another database does not open', () => {
  const other = createSeal(masterKey, [generateWrappedDataKey(masterKey)])
  expect(() => other.open(seal.seal('x', place), place)).toThrow(/is not here/)
})

test('N170 a new data key seals, the old one still opens, also under a new master key', () => {
  const old = seal.seal('before', place)
  const newer = generateWrappedDataKey(masterKey)
  const rotated = createSeal(masterKey, [dataKey, newer])
  expect(rotated.open(old, place).toString()).toBe('before')
  const fresh = rotated.seal('after', place)
  expect(fresh.split('.')[1]).toBe(newer.id)
  expect(() => seal.open(fresh, place)).toThrow(SealBroken)
  const nextMaster = parseMasterKey(generateMasterKey())
  const rewrapped = [dataKey, newer].map(({ id, wrapped }) => ({
    id,
    wrapped: wrapDataKey(nextMaster, unwrapDataKey(masterKey, wrapped)),
  }))
  const moved = createSeal(nextMaster, rewrapped)
  expect(moved.open(old, place).toString()).toBe('before')
  expect(moved.open(fresh, place).toString()).toBe('after')
})

test('a wrong master key is told apart from a damaged data key, with a sentence that helps', () => {
  const wrong = parseMasterKey(generateMasterKey())
  expect(() => createSeal(wrong, [dataKey])).toThrow(WrongMasterKey)
  expect(() => createSeal(wrong, [dataKey])).toThrow(/start with the master key that belongs to this database/)
  const damaged = `${dataKey.wrapped.slice(0, -8)}AAAAAAAA`
  expect(() => createSeal(masterKey, [{ ...dataKey, wrapped: damaged }])).toThrow(SealBroken)
  expect(() => createSeal(masterKey, [{ ...dataKey, wrapped: '' }])).toThrow(/restore the database from a backup/)
  expect(() => createSeal(masterKey, [{ ...dataKey, id: 'other' }])).toThrow(SealBroken)
  expect(() => createSeal(masterKey, [])).toThrow('at least one data key')
})

test('a master key is 32 bytes in base64, base64url or hex, and nothing else', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => 255 - i))
  for (const text of [key.toString('base64'), key.toString('base64url'), key.toString('hex')]) {
    expect(parseMasterKey(text)).toEqual(key)
    expect(parseMasterKey(` ${text}\n`)).toEqual(key)
  }
  expect(parseMasterKey(key.toString('hex').toUpperCase())).toEqual(key)
  const refused = [
    '',
    'short',
    'x'.repeat(43),
    `${key.toString('base64')}=`,
    key.toString('hex').slice(2),
    '🔑'.repeat(32),
  ]
  for (const text of refused) expect(() => parseMasterKey(text)).toThrow(/exactly 32 bytes.*openssl rand -base64 32/)
  expect(parseMasterKey(generateMasterKey())).toHaveLength(32)
})

test('an answer sealed under a token opens for who presents the token again, for that purpose only', () => {
  const token = randomToken()
  const sealed = sealUnder(token, 'refresh answer', '{"access_token":"ü"}')
  expect(openUnder(token, 'refresh answer', sealed)).toBe('{"access_token":"ü"}')
  expect(sealed).not.toContain('access_token')
  expect(() => openUnder(randomToken(), 'refresh answer', sealed)).toThrow(SealBroken)
  expect(() => openUnder(token, 'another purpose', sealed)).toThrow(SealBroken)
  for (const text of ['', 'v1', 'v1.', 'v2.AAAA', `${sealed}.x`, sealed.slice(0, -4), seal.seal('x', place)]) {
    expect(() => openUnder(token, 'refresh answer', text)).toThrow(SealBroken)
  }
})
