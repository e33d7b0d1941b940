import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { writeClientActivity } from '#store/client-activity.ts'
import { createClient } from '#store/client-changes.ts'
import { listClients } from '#store/clients.ts'
import type { Database } from '#store/database.ts'
import { countedTo } from '#store/large-listing.ts'
import { type ListQuery, WholeList } from '#store/listing.ts'
import { listRealmSessions } from '#store/realm-lists.ts'
import { createRealm, type Realm } from '#store/realms.ts'
import { createUser } from '#store/user-changes.ts'
import { listUsers } from '#store/users.ts'
import { fill } from './bench/many-rows.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'
import { actor, made, query } from './store-fixture.ts'

const many = countedTo + 500
const nothing = {
  code_fingerprint: null,
  code_grant_id: null,
  code_expires_at: null,
  code_redeemed_at: null,
  passthru_user_at: null,
  token_fingerprint: null,
  token_hash: null,
  token_jti: null,
  token_grant_id: null,
  token_epoch: null,
  token_created_at: null,
  token_expires_at: null,
}

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let small: Realm
  let large: Realm

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    small = await made(createRealm(db, actor, { name: 'small', display_name: 'Small' }))
    large = await made(createRealm(db, actor, { name: 'large', display_name: 'Large' }))
    const people = [
      await made(createUser(db, actor, small.id, { username: 'Zoe' })),
      await made(createUser(db, actor, small.id, { username: 'abe' })),
    ]
    for (const [at, client_id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
      const uri = at % 2 === 0 ? { client_uri: `https://${client_id}.example/` } : {}
      const client = await made(createClient(db, actor, small.id, { client_id, ...uri }))
      if (at === 4) continue
      const row = {
        ...nothing,
        client_id: client.id,
        last_used_at: 100 - at,
        redirect_uri: at === 3 ? null : `https://${client_id}.example/back`,
        code_created_at: at === 3 ? null : 100 - at,
        passthru_user_id: people[at]?.id ?? null,
      }
      await writeClientActivity(db, [{ row, codeHash: undefined, redeemedGrants: [] }])
    }
    await fill(db, large.id, many)
  }, 120_000)
  afterAll(() => opened.drop())

  async function ids(part: Partial<ListQuery>): Promise<string[]> {
    const page = await listClients(db, small.id, query(part))
    return page.items.map((client) => client.client_id)
  }

  test.each<[string, string[]]>([
    ['last_used_at', ['d', 'c', 'b', 'a']],
    ['-last_used_at', ['a', 'b', 'c', 'd']],
    ['-code_created_at', ['a', 'b', 'c']],
    ['-redirect_uri', ['c', 'b', 'a']],
    ['passthru_user', ['b', 'a']],
    ['-passthru_user', ['a', 'b']],
    ['client_uri', ['a', 'c', 'e']],
    ['-client_uri', ['e', 'c', 'a']],
  ])('by %s, those without one last, on every page once', async (sort, placed) => {
    const whole = await ids({ sort })
    expect(whole.slice(0, placed.length)).toEqual(placed)
    expect(whole.toSorted()).toEqual(['a', 'b', 'c', 'd', 'e'])
    const pages = []
    for (const page of [1, 2, 3, 4]) pages.push(...(await ids({ sort, page, page_size: 2 })))
    expect(pages).toEqual(whole)
    const narrowed = await ids({ sort, filters: { enabled: 'true' } })
    expect(narrowed).toEqual(whole)
  })

  test.each<[string, string, string[]]>([
    ['passthru_user', 'ZO', ['a']],
    ['redirect_uri', 'B.Example', ['b']],
    ['last_used_at', '>98', ['a', 'b']],
    ['code_created_at', '..98', ['c']],
  ])('%s=%s narrows, whatever the order', async (field, value, expected) => {
    for (const sort of ['client_id', '-last_used_at', 'passthru_user', 'client_uri']) {
      const found = await listClients(db, small.id, query({ filters: { [field]: value }, sort }))
      expect([sort, found.items.map((client) => client.client_id).toSorted()]).toEqual([sort, expected])
      expect(found.total).toBe(expected.length)
    }
  })

  test('a page behind the last is empty and the total stays', async () => {
    expect(await listClients(db, small.id, query({ page: 9 }))).toEqual({ items: [], total: 5 })
    expect(await listClients(db, small.id, query({ page: 9, search: 'a' }))).toEqual({ items: [], total: 1 })
  })

  test('the whole list is counted exactly, many matches up to a bound', async () => {
    expect(await listUsers(db, large.id, query())).toMatchObject({ total: many })
    const some = await listClients(db, large.id, query({ search: 'shop', sort: '-created_at', page_size: 3 }))
    expect(some).toMatchObject({ total: countedTo, totalIsLowerBound: true })
    const newest = await listClients(db, large.id, query({ sort: '-created_at', page_size: 3 }))
    expect(some.items).toEqual(newest.items)
    expect(newest.totalIsLowerBound).toBeUndefined()
  })

  test('who is logged in is found in the order of time, and counted up to the bound', async () => {
    const { id: user_id } = await made(createUser(db, actor, large.id, { username: 'everywhere' }))
    for (let at = 0; at <= countedTo; at += 500) {
      const rows = Array.from({ length: 500 }, (_, more) => sessionRow(large.id, user_id, at + more))
      await db.sql.insertInto('sessions').values(rows).execute()
    }
    // What PostgreSQL does by itself a minute after so many rows came.
    if (engine === 'postgres') for (const table of ['sessions', 'users']) await analyze(db, table)
    const page = await listRealmSessions(db, large.id, query({ page: 2, page_size: 2 }))
    expect(page).toMatchObject({ items: [{ id: 'session 2' }, { id: 'session 3' }], totalIsLowerBound: true })
    const one = await listRealmSessions(
      db,
      large.id,
      query({ search: '203.0.113.77', sort: 'created_at', page_size: 1 }),
    )
    expect(one).toMatchObject({ items: [{ id: 'session 1' }], total: 1 })
  })

  test.each<[string, number]>([
    ['shop-000123', 1],
    ['12', -1],
    ['2', -1],
    ['zz', 0],
    ['é 97', -1],
  ])('a part of a word of any length is found: %s', async (search, total) => {
    const parts = Array.from({ length: many }, (_, at) => {
      const digits = String((at * 7_919 + 104_729) % many).padStart(6, '0')
      return `shop-${String(at).padStart(6, '0')}|the shop ${digits} of café ${at % 977}`
    })
    const wanted = parts.filter((text) => text.split('|').some((part) => part.includes(search))).length
    const found = await listClients(db, large.id, query({ search, sort: 'expires_in' }))
    expect(found.total).toBe(total === -1 ? wanted : total)
    expect(wanted).toBe(found.total)
  })

  test('a list that is read as a whole shows no row twice and passes none over, while others change it', async () => {
    const whole = new WholeList()
    const read = async (page: number) =>
      (await listClients(db, small.id, query({ sort: 'client_name', page, page_size: 2, whole }))).items
    const first = await read(1)
    await made(createClient(db, actor, small.id, { client_id: '0', client_name: '0' }))
    const rest = [...(await read(2)), ...(await read(3)), ...(await read(4))]
    expect([...first, ...rest].map((client) => client.client_id)).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(whole.total).toBe(5)
  })
})

async function analyze(db: Database, table: string): Promise<void> {
  await sql`analyze ${sql.table(table)}`.execute(db.sql)
}

function sessionRow(realm_id: string, user_id: string, at: number) {
  const [now, later] = [4_000_000_000, 4_100_000_000]
  const times = { auth_time: now, created_at: now - at, last_seen_at: now, idle_expires_at: later, expires_at: later }
  const from = { address: at === 1 ? '203.0.113.77' : '198.51.100.9', user_agent: '', amr: '[]', ended_at: null }
  return { id: `session ${at}`, token_hash: `${realm_id} ${at}`, realm_id, user_id, ...times, ...from }
}
