import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient } from '#store/client-changes.ts'
import { listClients } from '#store/clients.ts'
import type { Database } from '#store/database.ts'
import { type ListQuery, ListRefused } from '#store/listing.ts'
import { createRealm, listRealmPage, type Realm } from '#store/realms.ts'
import { listApis, listScopes } from '#store/resources.ts'
import { listRoles } from '#store/roles.ts'
import { createUser } from '#store/user-changes.ts'
import { listUsers } from '#store/users.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'
import { actor, made, publicUrl, query } from './store-fixture.ts'

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let listed: Realm

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    await made(createRealm(db, actor, { name: 'shop', display_name: 'Shop' }))
    listed = await made(createRealm(db, actor, { name: 'lists', display_name: 'Lists' }))
    const fields = [
      { client_id: 'Alpha', client_name: 'First 100%', expires_in: 60, description: 'Big' },
      { client_id: 'beta', client_name: 'second_one', expires_in: 600, enabled: false },
      { client_id: 'gamma', client_name: 'Third ÄÖÜ' },
    ]
    for (const each of fields) await made(createClient(db, actor, listed.id, each))
    await made(createUser(db, actor, listed.id, { username: 'Zoë', name: 'Zoë Z', email: 'Z@example.org' }))
    await made(createUser(db, actor, listed.id, { username: 'abe' }))
  })

  afterAll(() => opened.drop())

  async function ids(part: Partial<ListQuery>): Promise<string[]> {
    const page = await listClients(db, listed.id, query(part))
    expect(page.total).toBe(page.items.length)
    return page.items.map((item) => item.client_id)
  }

  test.each<[string, Partial<ListQuery>, string[]]>([
    ['all, by client_id', {}, ['Alpha', 'beta', 'gamma']],
    ['a part of a word, whatever the case', { filters: { client_id: 'LPH' } }, ['Alpha']],
    ['the case of other alphabets', { filters: { client_name: 'äöü' } }, ['gamma']],
    ['% as itself', { filters: { client_name: '0%' } }, ['Alpha']],
    ['% not as a wildcard', { filters: { client_name: 'F%t' } }, []],
    ['_ as itself', { filters: { client_name: 'd_o' } }, ['beta']],
    ['_ not as a wildcard', { filters: { client_id: 'b_ta' } }, []],
    ['text without a folded copy', { filters: { description: 'bIG' } }, ['Alpha']],
    ['a flag', { filters: { enabled: 'false' } }, ['beta']],
    ['more than', { filters: { expires_in: '>60' } }, ['beta']],
    ['at least', { filters: { expires_in: '>=60' } }, ['Alpha', 'beta']],
    ['equal', { filters: { expires_in: '60' } }, ['Alpha']],
    ['a range', { filters: { expires_in: '61..600' } }, ['beta']],
    ['a half-open range', { filters: { expires_in: '..599' } }, ['Alpha']],
    ['several at once', { filters: { expires_in: '1..', enabled: 'true' } }, ['Alpha']],
    ['search in id or name', { search: 'ALPHA' }, ['Alpha']],
    ['search in id or name', { search: 'third' }, ['gamma']],
    ['descending, nulls last', { sort: '-expires_in' }, ['beta', 'Alpha', 'gamma']],
    ['ascending, nulls last', { sort: 'expires_in' }, ['Alpha', 'beta', 'gamma']],
  ])('%s', async (_, part, expected) => {
    expect(await ids(part)).toEqual(expected)
  })

  test('a page is a part, the total is the whole', async () => {
    const page = await listClients(db, listed.id, query({ page: 2, page_size: 2 }))
    expect(page).toMatchObject({ total: 3, items: [{ client_id: 'gamma' }] })
  })

  test.each<[string, Partial<ListQuery>]>([
    ['secret', { filters: { secret: 'x' } }],
    ['__proto__', { filters: JSON.parse('{"__proto__":"x"}') as Record<string, string> }],
    ['constructor', { sort: 'constructor' }],
    ['enabled', { filters: { enabled: 'yes' } }],
    ['expires_in', { filters: { expires_in: '>x' } }],
    ['expires_in', { filters: { expires_in: '..' } }],
    ["id' or 1=1", { sort: "-id' or 1=1" }],
    ['page', { page: 0 }],
  ])('refuses naming %s', async (field, part) => {
    const refusal = await listClients(db, listed.id, query(part)).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(ListRefused)
    expect(refusal).toMatchObject({ field })
  })

  test('every noun has its list', async () => {
    const users = await listUsers(db, listed.id, query({ search: 'ZOË' }))
    expect(users).toMatchObject({ total: 1, items: [{ username: 'Zoë', roles: [] }] })
    expect((await listUsers(db, listed.id, query({ sort: '-name' }))).items.map((item) => item.username)).toEqual([
      'Zoë',
      'abe',
    ])
    expect(await listRoles(db, listed.id, query())).toEqual({ items: [], total: 0 })
    expect(await listScopes(db, listed, publicUrl, query({ filters: { name: 'outbound' } }))).toMatchObject({
      total: 2,
      items: [{ name: 'outbound:call', api_identifier: 'https://id.example/realms/lists/outbound' }, {}],
    })
    expect(await listApis(db, listed, publicUrl, query())).toMatchObject({
      total: 1,
      items: [{ name: 'The door out' }],
    })
    expect(await listRealmPage(db, query({ filters: { name: 'list' } }))).toMatchObject({ total: 1 })
    expect(await listRealmPage(db, query(), ['shop'])).toMatchObject({ total: 1, items: [{ name: 'shop' }] })
  })
})
