import { expect, test } from 'vitest'
import { createPasswordHasher, HashQueueFull, needsRehash } from '#crypto/password.ts'

/** From the test suite of the argon2 reference implementation: the password is `password`, the salt `somesalt`. */
const reference = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'

test('RFC 9106: a hash is argon2id with 19 MiB and two passes, and only its password verifies', async () => {
  const hasher = createPasswordHasher()
  const phc = await hasher.hash('correct horse')
  expect(phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(await hasher.verify('correct horse', phc)).toBe(true)
  expect(await hasher.verify('correct horsf', phc)).toBe(false)
  expect(await hasher.verify('', phc)).toBe(false)
  expect(await hasher.hash('correct horse')).not.toBe(phc)
  expect(needsRehash(phc)).toBe(false)
})

test('a hash of the reference implementation verifies and asks to be made again', async () => {
  const hasher = createPasswordHasher()
  expect(await hasher.verify('password', reference)).toBe(true)
  expect(await hasher.verify('passwore', reference)).toBe(false)
  expect(needsRehash(reference)).toBe(true)
})

test('RFC 8265 §4.2: two keyboards that compose a character differently type the same password', async () => {
  const hasher = createPasswordHasher()
  expect(await hasher.verify('pa\u0308ssword', await hasher.hash('p\u00e4ssword'))).toBe(true)
})

test('N032 an unknown user costs the same work as a known one', async () => {
  const hasher = createPasswordHasher()
  const phc = await hasher.hash('known')
  const before = { ...hasher.counters }
  expect(await hasher.verify('guess', phc)).toBe(false)
  const known = { ...hasher.counters }
  expect(await hasher.verifyDummy('guess')).toBe(false)
  const unknown = { ...hasher.counters }
  expect(known.hashed - before.hashed).toBe(1)
  expect(unknown.hashed - known.hashed).toBe(1)
  expect(known.dummies).toBe(before.dummies)
  expect(unknown.dummies).toBe(before.dummies + 1)
})

test('N179 of 1,000 logins at once a few run, a few wait, and the rest is turned away before any work', async () => {
  const hasher = createPasswordHasher({ concurrency: 2, queueLimit: 10 })
  const attempts = Array.from({ length: 1000 }, (_, i) => (i % 2 ? hasher.hash('x') : hasher.verifyDummy('x')))
  const settled = Promise.allSettled(attempts)
  expect(hasher.counters.waiting).toBe(10)
  const results = await settled
  const refused = results.filter((result) => result.status === 'rejected')
  expect(refused).toHaveLength(988)
  for (const { reason } of refused) expect(reason).toBeInstanceOf(HashQueueFull)
  expect(hasher.counters).toMatchObject({ hashed: 12, rejected: 988, waiting: 0 })
  await expect(hasher.hash('afterwards')).resolves.toContain('$argon2id$')
})

test('N179 a stored string cannot ask for more memory, passes or lanes than the bounds', async () => {
  const hasher = createPasswordHasher()
  const tail = 'c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'
  const refused = [
    `$argon2id$v=19$m=4194304,t=2,p=1$${tail}`,
    `$argon2id$v=19$m=65536,t=999,p=1$${tail}`,
    `$argon2id$v=19$m=65536,t=2,p=200$${tail}`,
    `$argon2id$v=19$m=65536,t=0,p=1$${tail}`,
    `$argon2id$v=19$m=4,t=2,p=1$${tail}`,
    `$argon2id$v=16$m=65536,t=2,p=1$${tail}`,
    `$argon2i$v=19$m=65536,t=2,p=1$${tail}`,
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$',
    '$2b$12$abcdefghijklmnopqrstuv',
    '',
  ]
  for (const phc of refused) {
    await expect(hasher.verify('password', phc)).rejects.toThrow('PHC string')
    expect(needsRehash(phc)).toBe(true)
  }
  expect(hasher.counters.hashed).toBe(0)
})

test('a place in the queue is given back when a hash fails', async () => {
  const hasher = createPasswordHasher({ concurrency: 1, queueLimit: 1 })
  const unusable = Symbol('not a password') as unknown as string
  await expect(hasher.hash(unusable)).rejects.toThrow(TypeError)
  await expect(hasher.hash('next')).resolves.toContain('$argon2id$')
})
