/** Rows held in memory, and what an outage of the database means. */
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { changeConfig, type Database, isUnavailable, openDatabase, transaction } from '../src/store/database.ts'
import { readFact, writeFact } from '../src/store/facts.ts'
import { createPostgresDatabase } from './postgres.ts'
import { engines, open, type Place } from './store-places.ts'

describe.each(engines)('held rows on $name', ({ create }) => {
  let place: Place
  let db: Database
  beforeEach(async () => {
    place = await create()
    db = await open(place)
    await writeFact(db.sql, 'held', 'old')
  })
  afterEach(async () => {
    await db.close()
    await place.drop()
  })

  test('a hit is the value itself, and those who ask at once share one load', async () => {
    let loads = 0
    const load = async (): Promise<string | undefined> => {
      loads += 1
      return readFact(db.sql, 'held')
    }
    await Promise.all(Array.from({ length: 10 }, async () => await db.held.get('fact', load)))
    expect(db.held.get('fact', load)).toBe('old')
    expect(loads).toBe(1)
  })

  test('neither nothing nor a failure is held', async () => {
    expect(await db.held.get('none', () => readFact(db.sql, 'none'))).toBeUndefined()
    await expect(db.held.get('none', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await db.held.get('none', async () => 'now')).toBe('now')
  })

  test('a load that began before a change is not kept, nor given to those who ask after it', async () => {
    const gate = Promise.withResolvers<string>()
    const early = db.held.get('fact', () => gate.promise)
    await changeConfig(db, (trx) => writeFact(trx, 'held', 'new'))
    const late = db.held.get('fact', () => readFact(db.sql, 'held'))
    gate.resolve('old')
    expect([await early, await late]).toEqual(['old', 'new'])
    expect(await db.held.get('fact', () => readFact(db.sql, 'held'))).toBe('new')
  })

  test('another process sees a change without being told', async () => {
    const other = await open(place)
    const load = (): Promise<string | undefined> => readFact(other.sql, 'held')
    expect(await other.held.get('fact', load)).toBe('old')
    await changeConfig(db, (trx) => writeFact(trx, 'held', 'new'))
    await expect.poll(() => other.held.get('fact', load), { interval: 20 }).toBe('new')
    await other.close()
  })

  test('a change that failed forgets nothing that was not changed', async () => {
    const failed = changeConfig(db, async (trx) => {
      await writeFact(trx, 'held', 'new')
      throw new Error('no')
    })
    await expect(failed).rejects.toThrow('no')
    expect(await db.held.get('fact', () => readFact(db.sql, 'held'))).toBe('old')
  })

  test('no more is held than ten thousand entries', async () => {
    for (let at = 0; at <= 10_000; at += 1) await db.held.get(`${at}`, async () => at)
    expect(db.held.get('10000', async () => -1)).toBe(10_000)
    expect(await db.held.get('0', async () => -1)).toBe(-1)
  })
})

describe('PostgreSQL away', () => {
  let place: Place
  let db: Database
  beforeEach(async () => {
    place = await createPostgresDatabase()
    db = await open(place)
  })
  afterEach(async () => {
    await db.close()
    await place.drop()
  })

  /** Over a connection to another database of the same server. */
  async function setAway(away: boolean): Promise<void> {
    const other = await createPostgresDatabase()
    const name = sql.id(new URL(place.url).pathname.slice(1))
    const admin = await open(other)
    await sql`alter database ${name} with allow_connections ${sql.raw(away ? 'false' : 'true')}`.execute(admin.sql)
    if (away) {
      const database = new URL(place.url).pathname.slice(1)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${database}`.execute(admin.sql)
    }
    await admin.close()
    await other.drop()
  }

  test('it is an outage, in the middle of a transaction too, and ends without a restart', async () => {
    const interrupted = transaction(db, async (trx) => {
      await writeFact(trx, 'a', '1')
      await setAway(true)
      await writeFact(trx, 'b', '1')
    })
    await expect(interrupted).rejects.toSatisfy(isUnavailable)
    await expect(readFact(db.sql, 'a')).rejects.toSatisfy(isUnavailable)
    await expect(transaction(db, (trx) => readFact(trx, 'a'))).rejects.toSatisfy(isUnavailable)
    await setAway(false)
    expect(await readFact(db.sql, 'a')).toBeUndefined()
  })

  test('held rows are refused after two seconds, or served stale where that was asked for', async () => {
    await writeFact(db.sql, 'held', 'old')
    const load = (): Promise<string | undefined> => readFact(db.sql, 'held')
    await db.held.get('strict', load)
    await db.held.get('lenient', load, { stale: 'serve' })
    await setAway(true)
    expect(await db.held.get('strict', load)).toBe('old')
    const strict = async (): Promise<string | undefined> => db.held.get('strict', load)
    await expect.poll(() => strict().catch(isUnavailable), { interval: 50 }).toBe(true)
    expect(await db.held.get('lenient', load, { stale: 'serve' })).toBe('old')
    await setAway(false)
    await expect.poll(() => strict().catch(isUnavailable), { interval: 50 }).toBe('old')
  })

  test('a server that is not there is named without the password', async () => {
    const opening = openDatabase({ url: 'postgres://sally:secret@127.0.0.1:1/none', onFatal: () => {} })
    const error: unknown = await opening.catch((reason: unknown) => reason)
    expect(isUnavailable(error)).toBe(true)
    expect(String(error)).toMatch(/127\.0\.0\.1:1 cannot be reached/)
    expect(String(error)).not.toContain('secret')
  })
})
