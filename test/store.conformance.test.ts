/** One suite for both engines: what the store functions of every noun stand on means the same on each. */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Database, isUnavailable, isUniqueViolation, transaction } from '../src/store/database.ts'
import { addFact, readFact, writeFact } from '../src/store/facts.ts'
import { releaseLease, takeLease } from '../src/store/leases.ts'
import type { Tables } from '../src/store/tables.ts'
import { engines, open, type Place } from './store-places.ts'

/** Another process that opens the database and closes it again. Resolves to its exit code. */
function openElsewhere(place: Place): Promise<number | null> {
  const writer = join(import.meta.dirname, 'store-writer.ts')
  const child = spawn(process.execPath, [writer, place.url, '0'], { stdio: ['ignore', 'ignore', 'inherit'] })
  return new Promise((resolve) => child.once('exit', resolve))
}

function authorizationCode(code: Partial<Tables['authorization_codes']>): Tables['authorization_codes'] {
  return {
    code_hash: randomUUID(),
    realm_id: 'r',
    client_id: 'c',
    grant_id: 'g',
    redirect_uri: 'https://client.example/cb',
    redirect_uri_was_sent: 1,
    code_challenge: null,
    nonce: null,
    claims: null,
    created_at: 0,
    expires_at: 60,
    spent_at: null,
    ...code,
  }
}

describe.each(engines)('opening on $name', ({ create }) => {
  let place: Place
  beforeEach(async () => {
    place = await create()
  })
  afterEach(() => place.drop())

  test('migrates once: a second opening finds everything done', async () => {
    const first = await open(place)
    await writeFact(first.sql, 'kept', 'yes')
    await first.close()
    const second = await open(place)
    expect(await readFact(second.sql, 'kept')).toBe('yes')
    await second.close()
  })

  test('several processes that start at once on an empty database all succeed', async () => {
    expect(await Promise.all([openElsewhere(place), openElsewhere(place), openElsewhere(place)])).toEqual([0, 0, 0])
    const [one, other] = await Promise.all([open(place), open(place)])
    await writeFact(one.sql, 'seen', 'by the other')
    expect(await readFact(other.sql, 'seen')).toBe('by the other')
    await one.close()
    await other.close()
  })

  test('a database newer than the program is refused', async () => {
    const db = await open(place)
    await sql`insert into migrations (name, checksum, applied_at) values ('9999-later', 'x', 0)`.execute(db.sql)
    await db.close()
    await expect(open(place)).rejects.toThrow(/newer than this program.*9999-later/)
  })

  test('a migration with another checksum is refused', async () => {
    const db = await open(place)
    await sql`update migrations set checksum = 'x' where name = '0001-core'`.execute(db.sql)
    await db.close()
    await expect(open(place)).rejects.toThrow(/different build.*checksums differ/)
  })
})

describe.each(engines)('statements and transactions on $name', ({ create, engine }) => {
  let place: Place
  let db: Database
  beforeAll(async () => {
    place = await create()
    db = await open(place)
  })
  afterAll(async () => {
    await db.close()
    await place.drop()
  })

  test('the handle names its engine and numbers are numbers', async () => {
    expect(db.engine).toBe(engine)
    const row = await sql<{ large: number; total: number }>`select cast(9007199254740991 as bigint) as large,
      (select count(*) from facts) as total`.execute(db.sql)
    expect({ ...row.rows[0] }).toEqual({ large: Number.MAX_SAFE_INTEGER, total: 0 })
  })

  test('a transaction is all or nothing', async () => {
    await transaction(db, async (trx) => {
      await writeFact(trx, 'a', '1')
      await writeFact(trx, 'b', '1')
    })
    const failed = transaction(db, async (trx) => {
      await writeFact(trx, 'a', '2')
      await writeFact(trx, 'b', '2')
      throw new Error('changed my mind')
    })
    await expect(failed).rejects.toThrow('changed my mind')
    expect([await readFact(db.sql, 'a'), await readFact(db.sql, 'b')]).toEqual(['1', '1'])
  })

  test('what a transaction has not committed is not seen outside, and it sees itself', async () => {
    const seen = { inside: '', outside: Promise.resolve<string | undefined>('') }
    await transaction(db, async (trx) => {
      await writeFact(trx, 'half', 'done')
      seen.outside = readFact(db.sql, 'half')
      seen.inside = (await readFact(trx, 'half')) ?? ''
      await trx.deleteFrom('facts').where('name', '=', 'half').execute()
    })
    expect([seen.inside, await seen.outside]).toEqual(['done', undefined])
  })

  test('one conditional update spends once, whoever tries', async () => {
    const code = authorizationCode({})
    await db.sql.insertInto('authorization_codes').values(code).execute()
    const tries = Array.from({ length: 100 }, (_, at) =>
      db.sql
        .updateTable('authorization_codes')
        .set({ spent_at: at })
        .where('code_hash', '=', code.code_hash)
        .where('spent_at', 'is', null)
        .returning('spent_at')
        .executeTakeFirst(),
    )
    expect((await Promise.all(tries)).filter((row) => row !== undefined)).toHaveLength(1)
  })

  test('a count of rows decides: affected rows are counted alike', async () => {
    await writeFact(db.sql, 'counted', '1')
    const hit = await db.sql.updateTable('facts').set({ value: '1' }).where('name', '=', 'counted').executeTakeFirst()
    const miss = await db.sql.updateTable('facts').set({ value: '1' }).where('name', '=', 'none').executeTakeFirst()
    expect([hit.numUpdatedRows, miss.numUpdatedRows]).toEqual([1n, 0n])
  })

  test('32 writers at once lose nothing', async () => {
    const before = await db.sql.selectFrom('config_version').select('version').executeTakeFirstOrThrow()
    const writers = Array.from({ length: 32 }, async (_, writer) => {
      for (let row = 0; row < 10; row += 1) {
        await transaction(db, async (trx) => {
          await trx
            .updateTable('config_version')
            .set((version) => ({ version: version('version', '+', 1) }))
            .execute()
          await trx
            .insertInto('revoked_tokens')
            .values({ jti: `${writer}-${row}`, expires_at: 1 })
            .execute()
        })
      }
    })
    await Promise.all(writers)
    const after = await db.sql.selectFrom('config_version').select('version').executeTakeFirstOrThrow()
    const rows = await db.sql.selectFrom('revoked_tokens').select('jti').execute()
    expect(rows).toHaveLength(320)
    expect(after.version).toBe(before.version + 320)
  })

  test('a second row with the same unique value is told from every other error', async () => {
    const insert = (id: string): Promise<unknown> =>
      db.sql.insertInto('spent_assertions').values({ id, expires_at: 1 }).execute()
    await insert('once')
    const error: unknown = await insert('once').catch((reason: unknown) => reason)
    expect([isUniqueViolation(error), isUnavailable(error)]).toEqual([true, false])
    const secret = { id: 's', client_id: 'nobody', kind: 'typed', value: '', label: '', created_at: 0 } as const
    const orphan: unknown = await db.sql
      .insertInto('client_secrets')
      .values(secret)
      .execute()
      .catch((reason: unknown) => reason)
    expect(orphan).toBeInstanceOf(Error)
    expect([isUniqueViolation(orphan), isUnavailable(orphan)]).toEqual([false, false])
  })

  test('a transaction in which the database refused a statement does not commit, even when that is swallowed', async () => {
    await writeFact(db.sql, 'there', '1')
    const swallowed = transaction(db, async (trx) => {
      await writeFact(trx, 'beside', '1')
      const insert = trx.insertInto('facts').values({ name: 'there', value: '2' })
      await insert.execute().catch(() => {})
    })
    await expect(swallowed).rejects.toSatisfy(isUniqueViolation)
    expect(await readFact(db.sql, 'beside')).toBeUndefined()
  })

  test('names are ordered by bytes and told apart by case', async () => {
    const names = ['b', 'B', 'a', 'A', '_', '-', '~', 'é', 'z', 'Z', 'ß', '\u{ffee}', '\u{1f600}', 'a b', 'ab', 'a-b']
    await db.sql
      .insertInto('realms')
      .values(
        names.map((name) => ({
          id: randomUUID(),
          name,
          display_name: name,
          enabled: 1 as const,
          token_validity: 1,
          settings: '{}',
          created_at: 0,
          updated_at: 0,
          deleted_at: null,
        })),
      )
      .execute()
    const rows = await db.sql.selectFrom('realms').select('name').orderBy('name').execute()
    expect(rows.map((row) => row.name)).toEqual(
      names.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
    )
    const between = await db.sql
      .selectFrom('realms')
      .select('name')
      .where('name', '>', 'Z')
      .where('name', '<', 'a')
      .execute()
    expect(between.map((row) => row.name)).toEqual(['_'])
  })

  test('texts come back as they went in, and NUL is refused', async () => {
    const text = '  \u{1f511} ΑΒΓ \\ \' " % _ \n\t '
    await writeFact(db.sql, 'text', text)
    expect(await readFact(db.sql, 'text')).toBe(text)
    await expect(writeFact(db.sql, 'nul', 'a\0b')).rejects.toThrow(/NUL|0x00/)
    expect(await readFact(db.sql, 'nul')).toBeUndefined()
  })

  test('facts: set, set again, and only the first of several counts', async () => {
    await writeFact(db.sql, 'fact', 'one')
    await writeFact(db.sql, 'fact', 'two')
    expect(await readFact(db.sql, 'fact')).toBe('two')
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => addFact(db.sql, 'first', `${at}`)))
    expect(new Set(answers)).toEqual(new Set([await readFact(db.sql, 'first')]))
  })

  test('leases: one holder, prolonged by itself, free after its time or when given back', async () => {
    expect(await takeLease(db, 'sweep', 'one', 60)).toBe(1)
    expect(await takeLease(db, 'sweep', 'other', 60)).toBeUndefined()
    expect(await takeLease(db, 'sweep', 'one', 0.001)).toBe(1)
    await setTimeout(5)
    expect(await takeLease(db, 'sweep', 'other', 60)).toBe(2)
    await releaseLease(db, 'sweep', 'one')
    expect(await takeLease(db, 'sweep', 'one', 60)).toBeUndefined()
    await releaseLease(db, 'sweep', 'other')
    expect(await takeLease(db, 'sweep', 'one', 60)).toBe(3)
  })

  test('leases: of fifty at once one wins', async () => {
    for (const epoch of [1, 2]) {
      const tries = await Promise.all(Array.from({ length: 50 }, () => takeLease(db, 'race', randomUUID(), 60)))
      expect(tries.filter((taken) => taken !== undefined)).toEqual([epoch])
      await db.sql.updateTable('leases').set({ until_ms: 0 }).where('name', '=', 'race').execute()
    }
  })
})
