/** Long lists on SQLite are read beside the event loop: what is read, when it is handed out, and how its thread ends. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as pause } from 'node:timers/promises'
import { CompiledQuery, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient, deleteClient } from '#store/client-changes.ts'
import { listClients } from '#store/clients.ts'
import { type Database, inOneTransaction, isUnavailable, openDatabase, transaction } from '#store/database.ts'
import { Durable } from '#store/durable.ts'
import { writeFact } from '#store/facts.ts'
import { Reader } from '#store/reader.ts'
import { createRealm } from '#store/realms.ts'
import { restoreDeleted } from '#store/restore.ts'
import { SqliteEngine } from '#store/sqlite.ts'
import { listSql } from '#store/sqlite-dialect.ts'
import { openFile } from '#store/sqlite-file.ts'
import { ENGINES, openTestDatabase } from './store-engines.ts'
import { actor, made, query } from './store-fixture.ts'

/** Of more than this file a list may be long. */
const longFileBytes = 17 * 1024 * 1024

let directory: string
let path: string
let db: Database

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sallyport-reader-'))
  path = join(directory, 'sallyport.db')
  db = await opened()
  await grow(db)
})

afterEach(async () => {
  await db.close()
  rmSync(directory, { recursive: true })
})

function opened(): Promise<Database> {
  const onFatal = (error: Error) => {
    throw error
  }
  return openDatabase({ url: `sqlite:${path}`, onFatal })
}

async function grow({ sql: serving }: Database): Promise<void> {
  await serving
    .insertInto('facts')
    .values({ name: 'large', value: 'x'.repeat(longFileBytes) })
    .execute()
}

function counting(to: number): CompiledQuery {
  return CompiledQuery.raw(
    `with recursive counted (n) as (select 1 union all select n + 1 from counted where n < ${to})
     select count(*) as total from counted`,
  )
}

async function countFacts(lists: Database['lists']): Promise<number> {
  const { rows } = await sql<{ total: number }>`select count(*) as total from facts`.execute(lists)
  return rows[0]?.total ?? 0
}

test('a list does not wait for the open transaction, and sees nothing of it before it is committed', async () => {
  const before = await countFacts(db.lists)
  await transaction(db, async (open) => {
    await open.insertInto('facts').values({ name: 'more', value: '' }).execute()
    expect(await countFacts(db.lists)).toBe(before)
  })
  expect(await countFacts(db.lists)).toBe(before + 1)
})

test('while a list is read, other statements are answered', async () => {
  const order: string[] = []
  const list = db.lists.executeQuery(counting(3_000_000)).then(() => order.push('list'))
  for (const name of ['first', 'second', 'third']) {
    await writeFact(db.sql, name, '')
    order.push(name)
  }
  await list
  expect(order).toEqual(['first', 'second', 'third', 'list'])
})

test('a list sees every write that was answered before, also after the log was moved and began anew', async () => {
  const begin = await countFacts(db.lists)
  for (let written = 1; written <= 20; written += 1) {
    await writeFact(db.sql, `fact ${written}`, 'x'.repeat(100_000))
    if (written % 5 === 0) {
      const other = new DatabaseSync(path)
      other.exec('pragma wal_checkpoint(truncate)')
      other.close()
    }
    expect(await countFacts(db.lists)).toBe(begin + written)
  }
})

test('several store functions as one list what they wrote', async () => {
  const realm = await made(createRealm(db, actor, { name: 'one', display_name: 'One' }))
  await inOneTransaction(db, async (together) => {
    await made(createClient(together, actor, realm.id, { client_id: 'new' }))
    expect((await listClients(together, realm.id, query({ search: 'ne' }))).total).toBe(1)
  })
})

test('nothing that a list found is handed out before all that it could have seen is on the disk', async () => {
  const served = openFile(path)
  const engine = new SqliteEngine(served, new Durable(2 ** 30, () => {}, undefined))
  const reader = new Reader(path)
  let isAnswered = false
  try {
    engine.durable.committed()
    void countFacts(listSql(engine, reader)).then(() => {
      isAnswered = true
    })
    // One statement at a time: when this one is answered, the list was read.
    await reader.read(counting(1))
    await pause(1)
    expect(isAnswered).toBe(false)
  } finally {
    await reader.close()
    served.close()
  }
})

test('a statement that SQLite refuses is told with its code, and the next one is read', async () => {
  const refused = sql`select * from nowhere`.execute(db.lists)
  await expect(refused).rejects.toMatchObject({ message: 'no such table: nowhere', errcode: 1 })
  await expect(sql`insert into facts values ('a', 'b')`.execute(db.lists)).rejects.toThrow(/readonly/)
  expect(await countFacts(db.lists)).toBeGreaterThan(0)
})

test('who waits longer than a list may take is told so, and lists are read again when it is over', async () => {
  const reader = new Reader(path, { idleMs: 1000, longestMs: 50 })
  try {
    const asked = [counting(2_000_000), counting(1)].map((each) => reader.read(each))
    const told = await Promise.allSettled(asked)
    expect(told.map((each) => each.status === 'rejected' && isUnavailable(each.reason))).toEqual([true, true])
    await expect.poll(() => reader.read(counting(1)).catch(() => undefined), { timeout: 20_000 }).toBeDefined()
  } finally {
    await reader.close()
  }
})

test('its thread ends when nobody asks and begins again when somebody does', async () => {
  const reader = new Reader(path, { idleMs: 1, longestMs: 10_000 })
  for (const idle of [0, 1, 2, 20]) {
    expect(await reader.read(counting(5))).toEqual({ rows: [{ total: 5 }] })
    await pause(idle)
  }
  await reader.close()
})

test('closed while a list is read: that one is answered, those behind it and later ones are refused', async () => {
  const reader = new Reader(path)
  const asked = [counting(1_000_000), counting(1)].map((each) => reader.read(each))
  const [[running, ...waiting]] = await Promise.all([Promise.allSettled(asked), reader.close()])
  expect(running).toEqual({ status: 'fulfilled', value: { rows: [{ total: 1_000_000 }] } })
  const later = await Promise.allSettled([reader.read(counting(1))])
  const told = [...waiting, ...later].map((each) => each.status === 'rejected' && isUnavailable(each.reason))
  expect(told).toEqual([true, true])
})

test('a database that is closed leaves one file, and nobody holds it', async () => {
  const before = await countFacts(db.lists)
  await db.close()
  expect(readdirSync(directory)).toEqual(['sallyport.db'])
  db = await opened()
  expect(await countFacts(db.lists)).toBe(before)
})

test('a thread that nobody ended keeps no process alive', () => {
  const lines = [
    `import { Reader } from '${new URL('../src/store/reader.ts', import.meta.url)}'`,
    `const { rows } = await new Reader('${path}').read({ sql: 'select 1 as one', parameters: [] })`,
    'process.stdout.write(JSON.stringify(rows))',
  ]
  const script = join(directory, 'script.mjs')
  writeFileSync(script, lines.join('\n'))
  const told = execFileSync(process.execPath, [script], { timeout: 20_000 })
  expect(told.toString()).toBe('[{"one":1}]')
})

describe.each(ENGINES)('%s', (engine) => {
  test('what a deleted client did is in no list, and is there again when the client comes back', async () => {
    const other = await openTestDatabase(engine)
    try {
      const realm = await made(createRealm(other.db, actor, { name: 'one', display_name: 'One' }))
      for (const [at, client_id] of ['a', 'b', 'c'].entries()) {
        const { id } = await made(createClient(other.db, actor, realm.id, { client_id }))
        await other.db.sql
          .insertInto('client_activity')
          .values(seen(id, realm.id, 100 - at))
          .execute()
      }
      const listed = async () => {
        const page = await listClients(other.db, realm.id, query({ sort: 'last_used_at', page_size: 2 }))
        const rest = await listClients(other.db, realm.id, query({ sort: 'last_used_at', page: 2, page_size: 2 }))
        return [page.total, ...[...page.items, ...rest.items].map((client) => client.client_id)]
      }
      expect(await listed()).toEqual([3, 'c', 'b', 'a'])
      await deleteClient(other.db, actor, realm.id, 'b')
      expect(await listed()).toEqual([2, 'c', 'a'])
      const { id } = await other.db.sql.selectFrom('deleted_objects').select('id').executeTakeFirstOrThrow()
      await restoreDeleted(other.db, actor, realm.id, id)
      expect(await listed()).toEqual([3, 'c', 'b', 'a'])
    } finally {
      await other.drop()
    }
  })
})

function seen(client_id: string, realm_id: string, last_used_at: number) {
  return { client_id, realm_id, last_used_at }
}
