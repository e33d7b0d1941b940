import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  accountKey,
  addressKey,
  checkAttempt,
  createPace,
  forgive,
  giveBack,
  networkOf,
  throttleKey,
} from '#login/throttle.ts'
import type { Database } from '#store/database.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'

/** Where a second turns between the failure and the look, one is left less. */
function expectWaits(waits: readonly number[], wanted: readonly number[]): void {
  expect(waits.map((wait, at) => (wait + 1 === wanted[at] ? wanted[at] : wait))).toEqual(wanted)
}

describe.each(ENGINES)('N033 guesses on %s', (engine) => {
  let opened: TestDatabase
  let db: Database

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
  })

  afterAll(() => opened.drop())

  let names = 0
  const someone = () => accountKey('realm', `user ${names++}`)
  const times = (count: number) => Array.from({ length: count })
  const attempts = (keys: Parameters<typeof checkAttempt>[1], count: number) =>
    Promise.all(times(count).map(() => checkAttempt(db, keys)))
  /** The clock of the rows: as if so many seconds had passed since they were written. */
  const pass = (seconds: number) =>
    db.sql
      .updateTable('login_failures')
      .set((row) => ({ last_at: row('last_at', '-', seconds), expires_at: row('expires_at', '-', seconds) }))
      .execute()

  test('parallel guesses at an account cannot pass together', async () => {
    const waits = await attempts([someone()], 40)
    expect(waits.filter((wait) => wait === 0)).toHaveLength(10)
  })

  test('an address has more tries than an account', async () => {
    const from = addressKey('realm', '192.0.2.7')
    const waits = await Promise.all(times(50).map(() => checkAttempt(db, [someone(), from])))
    expect(waits.filter((wait) => wait === 0)).toHaveLength(30)
  })

  test('the wait grows with each failure, up to a quarter of an hour, and ends', async () => {
    const keys = [someone()]
    await attempts(keys, 10)
    const waits: number[] = []
    for (let wait = await checkAttempt(db, keys); waits.length < 12; wait = await checkAttempt(db, keys)) {
      waits.push(wait)
      await pass(wait)
      expect(await checkAttempt(db, keys)).toBe(0)
    }
    expectWaits(waits, [5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900, 900])
  })

  test('whoever has to wait is not counted: asking again makes nothing longer', async () => {
    const keys = [someone()]
    await attempts(keys, 10)
    await attempts(keys, 20)
    await pass(5)
    expect(await checkAttempt(db, keys)).toBe(0)
  })

  test('one key that has to wait counts nothing at the others', async () => {
    const account = someone()
    const from = addressKey('realm', '192.0.2.8')
    await attempts([account], 10)
    await attempts([account, from], 40)
    expect(await checkAttempt(db, [from])).toBe(0)
    expect((await attempts([from], 40)).filter((wait) => wait === 0)).toHaveLength(29)
  })

  test('a success makes the account forgotten and gives the address its one attempt back', async () => {
    const keys = [someone(), addressKey('realm', '192.0.2.9')]
    await attempts(keys, 9)
    expect(await checkAttempt(db, keys)).toBe(0)
    await forgive(db, keys)
    expect((await attempts(keys.slice(0, 1), 20)).filter((wait) => wait === 0)).toHaveLength(10)
    expect((await attempts(keys.slice(1), 40)).filter((wait) => wait === 0)).toHaveLength(21)
  })

  test('nothing stays of a login that went well or that nobody checked', async () => {
    const keys = [someone(), addressKey('realm', '192.0.2.10')]
    const rows = () =>
      db.sql
        .selectFrom('login_failures')
        .selectAll()
        .where(
          'id',
          'in',
          keys.map((key) => key.id),
        )
        .execute()
    await checkAttempt(db, keys)
    expect(await rows()).toHaveLength(2)
    await forgive(db, keys)
    expect(await rows()).toEqual([])
    await checkAttempt(db, keys)
    await giveBack(db, keys)
    expect(await rows()).toEqual([])
  })

  test('failures of another quarter of an hour do not count', async () => {
    const keys = [someone()]
    await attempts(keys, 9)
    await pass(901)
    expect((await attempts(keys, 20)).filter((wait) => wait === 0)).toHaveLength(10)
  })

  test('other things to guess at have limits of their own', async () => {
    const limit = { failures: 3, windowSeconds: 60, firstDelaySeconds: 7, longestDelaySeconds: 30 }
    const key = throttleKey('realm', 'client', 'c1', limit)
    const waits = (await attempts([key], 9)).toSorted((a, b) => a - b)
    expectWaits(waits, [0, 0, 0, 7, 7, 7, 7, 7, 7])
    expect(await checkAttempt(db, [throttleKey('realm', 'client', 'c2', limit)])).toBe(0)
    expect(await checkAttempt(db, [throttleKey('another realm', 'client', 'c1', limit)])).toBe(0)
  })
})

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0001:2::', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  ['1:2:3:4:5:6:192.0.2.1', '1:2:3:4::/64'],
  ['no address', 'no address'],
])('N033 the network of %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('N033 a flood of failures slows a realm down, never for long, and wears off', () => {
  let now = 0
  const pace = createPace(() => now)
  for (let failure = 0; failure < 60; failure++) pace.failed('flooded')
  expect(pace.delay('flooded')).toBe(0)
  for (let failure = 0; failure < 10; failure++) pace.failed('flooded')
  expect(pace.delay('flooded')).toBe(200)
  expect(pace.delay('quiet')).toBe(0)
  for (let failure = 0; failure < 10_000; failure++) pace.failed('flooded')
  expect(pace.delay('flooded')).toBe(2000)
  expect(pace.delay('quiet')).toBe(2000)
  now += 4 * 3600 * 1000
  expect(pace.delay('flooded')).toBe(0)
})
