/** What SQLite promises beyond a transaction: nothing acknowledged is lost, nothing damaged is taken for new. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Database, isUnavailable, type Observe, openDatabase, transaction } from '../src/store/database.ts'
import { Durable } from '../src/store/durable.ts'
import { writeFact } from '../src/store/facts.ts'

let directory: string
let path: string
let url: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  path = join(directory, 'sally.db')
  url = `sqlite:${path}`
})

afterEach(() => {
  rmSync(directory, { recursive: true })
})

function open(observe: Observe = () => {}): Promise<Database> {
  return openDatabase({
    url,
    observe,
    onFatal: (error) => {
      throw error
    },
  })
}

/** Lets a process write and kills it after `ms` of it. Answers the ids that it had acknowledged. */
async function writeUntilKilled(ms: number): Promise<string[]> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'store-writer.ts'), url, '16'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const ended = new Promise((resolve) => child.stdout.once('close', resolve))
  const begun = new Promise((resolve) => child.stdout.once('data', resolve))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  await begun
  await setTimeout(ms)
  child.kill('SIGKILL')
  await ended
  return printed.split('\n').slice(1, -1)
}

test('every acknowledged row is there after kill -9 at a random moment, and transactions are whole', async () => {
  const acknowledged: string[] = []
  for (let round = 0; round < 4; round += 1) {
    acknowledged.push(...(await writeUntilKilled(50 + Math.random() * 400)))
    const db = await open()
    const ids = new Set((await db.sql.selectFrom('spent_assertions').select('id').execute()).map((row) => row.id))
    expect(acknowledged.filter((id) => !ids.has(id))).toEqual([])
    const halves = await db.sql
      .selectFrom('spent_assertions')
      .leftJoin('revoked_tokens', 'jti', 'id')
      .select('id')
      .where('spent_assertions.expires_at', '=', 2)
      .where('jti', 'is', null)
      .execute()
    expect(halves).toEqual([])
    await db.close()
  }
  expect(acknowledged.length).toBeGreaterThan(100)
})

describe('a file that is not a whole database of ours is refused and stays as it is', () => {
  const cutTo = (bytes: number) => async () => {
    await (await open()).close()
    truncateSync(path, bytes)
  }

  const overwrite = async (): Promise<void> => {
    await (await open()).close()
    const bytes = readFileSync(path)
    bytes.fill(0xa5, 4096, 4096 * 6)
    writeFileSync(path, bytes)
  }

  const makeOther = (): void => {
    const other = new DatabaseSync(path)
    other.exec('create table notes (text text)')
    other.close()
  }

  test.each<[string, () => void | Promise<void>, RegExp]>([
    ['empty', () => writeFileSync(path, ''), /is damaged or is not a database \(it is empty\).*Restore a backup/],
    ['garbage', () => writeFileSync(path, Buffer.alloc(20_000, 'garbage ')), /\(file is not a database\).*Restore/],
    ['cut off', cutTo(4096 * 9), /is damaged or is not a database/],
    ['cut off in its first page', cutTo(1024), /is damaged or is not a database/],
    ['overwritten in the middle', overwrite, /is damaged or is not a database/],
    ['of another program', makeOther, /is a database of another program/],
  ])('%s', async (_, damage, reason) => {
    await damage()
    const before = readFileSync(path)
    await expect(open()).rejects.toThrow(reason)
    expect(readFileSync(path).equals(before)).toBe(true)
  })
})

test('a sync that fails is fatal, and nobody who waits for it or comes later gets an answer', async () => {
  const fatal = Promise.withResolvers<Error>()
  const noDescriptor = 2 ** 30
  const durable = new Durable(noDescriptor, fatal.resolve, undefined)
  await durable.settled()
  let answered = 0
  const wait = (): void => {
    durable.committed()
    void durable.settled().then(() => (answered += 1))
  }
  wait()
  wait()
  expect((await fatal.promise).message).toMatch(/cannot be synced to disk: EBADF/)
  wait()
  await setTimeout(20)
  expect(answered).toBe(0)
})

test('a URL without a file is refused: a database in memory has no log to sync', async () => {
  await expect(openDatabase({ url: 'sqlite::memory:', onFatal: () => {} })).rejects.toThrow(/names no file/)
})

test('a full disk is an outage, leaves nothing half done, and ends when there is room again', async () => {
  const db = await open()
  await sql`pragma max_page_count = 1`.execute(db.sql)
  const fill = (count: number): Promise<void> =>
    transaction(db, async (trx) => {
      for (let row = 0; row < count; row += 1) {
        await trx
          .insertInto('facts')
          .values({ name: `${count}-${row}`, value: 'x'.repeat(20_000) })
          .execute()
      }
    })
  const outages = await Promise.allSettled([fill(3), fill(5)])
  expect(outages.map((each) => each.status === 'rejected' && isUnavailable(each.reason))).toEqual([true, true])
  await expect(
    db.sql
      .insertInto('facts')
      .values({ name: 'one', value: 'x'.repeat(20_000) })
      .execute(),
  ).rejects.toSatisfy(isUnavailable)
  expect(await db.sql.selectFrom('facts').selectAll().execute()).toEqual([])
  await sql`pragma max_page_count = 100000`.execute(db.sql)
  await fill(4)
  expect(await db.sql.selectFrom('facts').select('name').execute()).toHaveLength(4)
  await db.close()
})

test('a database that another process keeps locked is an outage', async () => {
  const db = await open()
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  await sql`pragma busy_timeout = 0`.execute(db.sql)
  const write = (): Promise<unknown> => db.sql.insertInto('facts').values({ name: 'a', value: 'b' }).execute()
  await expect(write()).rejects.toSatisfy(isUnavailable)
  await expect(transaction(db, (trx) => trx.selectFrom('facts').selectAll().execute())).rejects.toSatisfy(isUnavailable)
  other.exec('rollback')
  await write()
  other.close()
  await db.close()
})

test('the log does not grow for ever while writers follow each other without a gap', async () => {
  let checkpoints = 0
  let bytes = 0
  const db = await open(({ what }) => {
    if (what === 'checkpoint') checkpoints += 1
  })
  const value = 'x'.repeat(60_000)
  const writers = Array.from({ length: 8 }, async (_, writer) => {
    const enough = (): boolean => checkpoints >= 6 && bytes >= 128_000_000
    for (let row = 0; !enough(); row += 1) {
      await writeFact(db.sql, `${writer}-${row % 100}`, value)
      bytes += value.length
    }
  })
  await Promise.all(writers)
  expect(statSync(`${path}-wal`).size).toBeLessThan(bytes / 2)
  await db.close()
})
