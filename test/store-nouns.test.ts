import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Actor, listAudit } from '#store/audit.ts'
import { createClient, deleteClient, type NewClient, revokeClientTokens, updateClient } from '#store/client-changes.ts'
import { addClientSecret, removeClientSecret } from '#store/client-secrets.ts'
import { type Client, findClient, findClientById, hasCorsOrigin, listClients, registeredUris } from '#store/clients.ts'
import { findPassword } from '#store/credentials.ts'
import { type Database, transaction } from '#store/database.ts'
import { createGrant, findLiveGrant } from '#store/grants.ts'
import { type ListQuery, ListRefused } from '#store/listing.ts'
import { createRealm, deleteRealm, findRealm, listRealmPage, type Realm, updateRealm } from '#store/realms.ts'
import { createApi, createScope, deleteApi, deleteScope, updateScope } from '#store/resource-changes.ts'
import { listApis, listScopes, realmResources } from '#store/resources.ts'
import { createRole, deleteRole, findRole, listRoles, UnknownRole, updateRole } from '#store/roles.ts'
import { createUser, deleteUser, setUserPassword, updateUser } from '#store/user-changes.ts'
import { findUser, findUserByLogin, listUsers, type User } from '#store/users.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'

const actor: Actor = { kind: 'user', id: 'u1', name: 'root\r\nforged', address: '192.0.2.1', request_id: 'r1' }
const publicUrl = 'https://id.example'

function query(part: Partial<ListQuery> = {}): ListQuery {
  return { filters: {}, page: 1, page_size: 25, ...part }
}

/** The record; a name that is taken would be a mistake of the test. */
async function made<T>(record: Promise<T | 'taken'>): Promise<T> {
  const result = await record
  if (result === 'taken') throw new Error('the name is taken')
  return result
}

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let realm: Realm
  let names = 0

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    realm = await made(createRealm(db, actor, { name: 'shop', display_name: 'The Shop' }))
  })

  afterAll(() => opened.drop())

  function client(fields: Partial<NewClient> = {}): Promise<Client> {
    names += 1
    return made(createClient(db, actor, realm.id, { client_id: `client-${names}`, ...fields }))
  }

  function user(fields: object = {}): Promise<User> {
    names += 1
    return made(createUser(db, actor, realm.id, { username: `user-${names}`, password_hash: 'first', ...fields }))
  }

  async function grantOf(owner: Client, person: User): Promise<string> {
    const now = Math.floor(Date.now() / 1000)
    const session = { id: `session-of-${person.id}`, token_hash: `hash-of-${person.id}`, realm_id: realm.id }
    const times = {
      auth_time: now,
      created_at: now,
      last_seen_at: now,
      idle_expires_at: now + 60,
      expires_at: now + 60,
    }
    await db.sql
      .insertInto('sessions')
      .values({ ...session, ...times, user_id: person.id, amr: '[]', address: '', user_agent: '', ended_at: null })
      .execute()
    const grant = await transaction(db, (sql) =>
      createGrant(sql, {
        realm_id: realm.id,
        client_id: owner.id,
        user_id: person.id,
        session_id: session.id,
        kind: 'authorization_code',
        scope: 'openid',
        offline: true,
        auth_time: now,
        amr: ['pwd'],
        created_at: now,
        expires_at: now + 60,
      }),
    )
    expect(await findLiveGrant(db, grant.id)).toBeDefined()
    return grant.id
  }

  async function sessionIsLive(person: User): Promise<boolean> {
    const row = await db.sql
      .selectFrom('sessions')
      .select('ended_at')
      .where('user_id', '=', person.id)
      .executeTakeFirst()
    return row?.ended_at === null
  }

  test('a realm begins with its standard scopes and the API of the door out', async () => {
    const { scopes, apis } = await realmResources(db, realm, publicUrl)
    const openid = ['address', 'email', 'offline_access', 'openid', 'phone', 'profile', 'role']
    expect([...scopes.keys()]).toEqual([...openid.slice(0, 4), 'outbound:call', 'outbound:token', ...openid.slice(4)])
    expect([...apis.keys()]).toEqual(['https://id.example/realms/shop/outbound'])
    expect(scopes.get('openid')).toMatchObject({ api_id: null, api_identifier: null, built_in: true })
    expect(scopes.get('outbound:call')?.api_identifier).toBe('https://id.example/realms/shop/outbound')
  })

  test('a hit on realm and client is answered without a promise, an unknown name is not held', async () => {
    const { client_id } = await client()
    await findRealm(db, 'shop')
    expect(findRealm(db, 'shop')).toMatchObject({ name: 'shop', enabled: true, token_validity: 43_200 })
    await findClient(db, realm.id, client_id)
    expect(findClient(db, realm.id, client_id)).toMatchObject({ client_id, enabled: true })
    expect(await findClient(db, realm.id, 'nobody')).toBeUndefined()
    expect(findClient(db, realm.id, 'nobody')).toBeInstanceOf(Promise)
  })

  test('a change of a realm keeps the settings that it does not name', async () => {
    const changed = await updateRealm(db, actor, 'shop', () => ({
      settings: { colour: '#112233' },
      token_validity: 600,
    }))
    expect(changed).toMatchObject({ token_validity: 600, settings: { colour: '#112233', refresh_replay_seconds: 10 } })
    expect(await findRealm(db, 'shop')).toEqual(changed)
    expect(await updateRealm(db, actor, 'nowhere', () => ({}))).toBeUndefined()
  })

  test('N140 a realm name is never given out twice', async () => {
    await made(createRealm(db, actor, { name: 'gone', display_name: 'Gone' }))
    expect(await createRealm(db, actor, { name: 'gone', display_name: 'Again' })).toBe('taken')
    expect(await deleteRealm(db, actor, 'gone')).toBe(true)
    expect(await findRealm(db, 'gone')).toBeUndefined()
    expect(await deleteRealm(db, actor, 'gone')).toBe(false)
    expect(await createRealm(db, actor, { name: 'gone', display_name: 'Again' })).toBe('taken')
  })

  test('what a client is made of comes back as it went in', async () => {
    const fields = {
      client_name: 'Ünïcode "quoted"',
      redirect_uris: ['https://a.example/cb', 'com.example:/cb'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'openid profile',
      expires_in: 3600,
      jwks: { keys: [{ kty: 'EC', crv: 'P-256' }] },
      allowed_cors_origins: ['https://spa.example'],
      require_pkce: false,
    } as const
    const created = await client(fields)
    expect(created).toMatchObject(fields)
    expect(created.scopes).toEqual(new Set(['openid', 'profile']))
    expect(await findClient(db, realm.id, created.client_id)).toEqual(created)
    expect(await findClientById(db, created.id)).toEqual(created)
    expect(await createClient(db, actor, realm.id, { client_id: created.client_id })).toBe('taken')
    expect(registeredUris(['{public_url}/cb', 'https://a.example/cb'], publicUrl)).toEqual([
      'https://id.example/cb',
      'https://a.example/cb',
    ])
  })

  test('N139 a client of another realm is unknown here', async () => {
    const other = await made(createRealm(db, actor, { name: 'other', display_name: 'Other' }))
    const { client_id } = await client()
    expect(await findClient(db, other.id, client_id)).toBeUndefined()
    expect(await updateClient(db, actor, other.id, client_id, () => ({ enabled: false }))).toBeUndefined()
    expect(await deleteClient(db, actor, other.id, client_id)).toBe(false)
    const someone = await user()
    expect(await findUser(db, other.id, someone.id)).toBeUndefined()
    expect(await deleteUser(db, actor, other.id, someone.id)).toBe(false)
  })

  test('a preflight passes for the origin of an enabled client, within the realm only', async () => {
    const { client_id } = await client({ allowed_cors_origins: ['https://cors.example'] })
    expect(await hasCorsOrigin(db, realm.id, 'https://cors.example')).toBe(true)
    expect(await hasCorsOrigin(db, 'another', 'https://cors.example')).toBe(false)
    await updateClient(db, actor, realm.id, client_id, () => ({ enabled: false }))
    expect(await hasCorsOrigin(db, realm.id, 'https://cors.example')).toBe(false)
  })

  test('a refusal inside the change saves nothing', async () => {
    const { client_id } = await client({ description: 'before' })
    const refused = updateClient(db, actor, realm.id, client_id, () => {
      throw new Error('stale')
    })
    await expect(refused).rejects.toThrow('stale')
    expect(await findClient(db, realm.id, client_id)).toMatchObject({ description: 'before' })
  })

  test('edits of one client at the same moment follow one another, none is lost', async () => {
    const { client_id } = await client({ description: '' })
    // Two handles on one SQLite file in one process would wait for each other: there the one handle queues.
    const second = engine === 'postgres' ? await opened.reopen() : db
    const append = (on: Database) =>
      updateClient(on, actor, realm.id, client_id, (current) => ({ description: `${current.description}x` }))
    await Promise.all([append(db), append(second), append(db), append(second)])
    expect(await findClient(db, realm.id, client_id)).toMatchObject({ description: 'xxxx' })
  })

  test('N040 a disabled client loses its grants and its machine tokens', async () => {
    const owner = await client()
    const grant = await grantOf(owner, await user())
    const changed = await updateClient(db, actor, realm.id, owner.client_id, () => ({ enabled: false }))
    expect(changed).toMatchObject({ enabled: false, token_epoch: owner.token_epoch + 1 })
    await updateClient(db, actor, realm.id, owner.client_id, () => ({ enabled: true }))
    expect(await findLiveGrant(db, grant)).toBeUndefined()
  })

  test('N140 a client made again under a deleted name inherits nothing', async () => {
    const first = await client({ secret: { kind: 'generated', value: 'hash' }, scope: 'openid' })
    const grant = await grantOf(first, await user())
    expect(await deleteClient(db, actor, realm.id, first.client_id)).toBe(true)
    expect(await findClient(db, realm.id, first.client_id)).toBeUndefined()
    expect(await findClientById(db, first.id)).toBeUndefined()
    const second = await made(createClient(db, actor, realm.id, { client_id: first.client_id }))
    expect(second.id).not.toBe(first.id)
    expect(second).toMatchObject({ secrets: [], scope: '' })
    expect(await findLiveGrant(db, grant)).toBeUndefined()
  })

  test('revoking all tokens ends the grants and raises the epoch', async () => {
    const owner = await client()
    const grant = await grantOf(owner, await user())
    expect(await revokeClientTokens(db, actor, realm.id, owner.client_id)).toBe(1)
    expect(await findLiveGrant(db, grant)).toBeUndefined()
    expect(await findClient(db, realm.id, owner.client_id)).toMatchObject({ token_epoch: 1 })
  })

  test('a new secret ends the others after the overlap, without one at once', async () => {
    const owner = await client({ secret: { kind: 'generated', value: 'one' } })
    const added = await addClientSecret(db, actor, owner, { kind: 'generated', value: 'two' }, 600)
    const overlapping = await findClient(db, realm.id, owner.client_id)
    const left = (overlapping?.secrets.find((secret) => secret.value === 'one')?.expires_at ?? 0) - Date.now() / 1000
    expect(left).toBeGreaterThan(500)
    expect(left).toBeLessThan(700)
    expect(overlapping?.secrets.find((secret) => secret.value === 'two')?.expires_at).toBeNull()
    await addClientSecret(db, actor, owner, { kind: 'typed', value: 'three' }, 0)
    expect((await findClient(db, realm.id, owner.client_id))?.secrets.map((secret) => secret.value)).toEqual(['three'])
    expect(await removeClientSecret(db, actor, { ...owner, id: 'other' }, added.id)).toBe(false)
    expect(await removeClientSecret(db, actor, owner, added.id)).toBe(true)
  })

  test('N152 the audit tells each change, without a secret and without a forged line', async () => {
    const owner = await client({ secret: { kind: 'generated', value: 'canary-hash' } })
    await addClientSecret(db, actor, owner, { kind: 'typed', value: 'canary-hash' }, 0)
    const person = await user({ password_hash: 'canary-hash' })
    await setUserPassword(db, actor, realm.id, person.id, 'canary-hash', false)
    const { items } = await listAudit(db, realm.id, query({ page_size: 4 }))
    expect(items.map((entry) => entry.action).toSorted()).toEqual([
      'client.add_secret',
      'client.create',
      'user.create',
      'user.set_password',
    ])
    expect(items[0]).toMatchObject({ address: '192.0.2.1', request_id: 'r1', realm_id: realm.id })
    expect(items[0]?.actor_name).not.toMatch(/[\r\n]/)
    expect(JSON.stringify(items)).not.toContain('canary-hash')
  })

  test('a login names a user by username or by an address that only one has, whatever the case', async () => {
    const ada = await user({ username: 'Ada', email: 'Ada@Example.org', address: { country: 'NL' } })
    expect(await findUserByLogin(db, realm.id, 'ADA')).toEqual(ada)
    expect(await findUserByLogin(db, realm.id, 'ada@example.ORG')).toEqual(ada)
    expect(await findUser(db, realm.id, ada.id)).toEqual(ada)
    expect(await createUser(db, actor, realm.id, { username: 'aDA' })).toBe('taken')
    await user({ username: 'ada2', email: 'ada@example.org' })
    expect(await findUserByLogin(db, realm.id, 'ada@example.org')).toBeUndefined()
  })

  test.each([
    ['disabled', (person: User) => updateUser(db, actor, realm.id, person.id, () => ({ enabled: false }))],
    ['given a new password', (person: User) => setUserPassword(db, actor, realm.id, person.id, 'second', true)],
    [
      'edited with a new password',
      (person: User) => updateUser(db, actor, realm.id, person.id, () => ({ password_hash: 'second' })),
    ],
    ['deleted', (person: User) => deleteUser(db, actor, realm.id, person.id)],
  ])('N039 sessions and grants of a user who is %s end with it', async (_, change) => {
    const person = await user()
    const grant = await grantOf(await client(), person)
    expect(await sessionIsLive(person)).toBe(true)
    await change(person)
    expect(await sessionIsLive(person)).toBe(false)
    expect(await findLiveGrant(db, grant)).toBeUndefined()
  })

  test('an edit that ends nothing leaves sessions and grants alone', async () => {
    const person = await user()
    const grant = await grantOf(await client(), person)
    expect(await updateUser(db, actor, realm.id, person.id, () => ({ given_name: 'Ada' }))).toMatchObject({
      given_name: 'Ada',
      username: person.username,
    })
    expect(await sessionIsLive(person)).toBe(true)
    expect(await findLiveGrant(db, grant)).toBeDefined()
    expect(await findPassword(db, person.id)).toEqual({ value: 'first' })
  })

  test('N140 a user made again under a deleted name is somebody else', async () => {
    const first = await user({ username: 'phoenix', email: 'phoenix@example.org' })
    await deleteUser(db, actor, realm.id, first.id)
    expect(await findUserByLogin(db, realm.id, 'phoenix')).toBeUndefined()
    expect(await findPassword(db, first.id)).toBeUndefined()
    const second = await user({ username: 'Phoenix' })
    expect(second.id).not.toBe(first.id)
  })

  test('roles belong to a realm, go to users and clients, and leave them when they end', async () => {
    await made(createRole(db, actor, realm.id, { name: 'clerk', description: '' }))
    expect(await createRole(db, actor, realm.id, { name: 'clerk', description: '' })).toBe('taken')
    const person = await user({ roles: ['clerk', 'clerk'] })
    expect(person.roles).toEqual(['clerk'])
    const machine = await client({ roles: ['clerk'] })
    expect(machine.roles).toEqual(['clerk'])
    await expect(user({ roles: ['admin'] })).rejects.toThrow(UnknownRole)
    await expect(
      updateClient(db, actor, realm.id, machine.client_id, () => ({ roles: ['clerk', 'nope'] })),
    ).rejects.toThrow('nope')
    const changed = await updateRole(db, actor, realm.id, 'clerk', () => ({ description: 'Keeps the books' }))
    expect(changed).toMatchObject({ description: 'Keeps the books' })
    expect(await findRole(db, realm.id, 'clerk')).toEqual(changed)
    expect(await deleteRole(db, actor, realm.id, 'clerk')).toBe(true)
    expect((await findUser(db, realm.id, person.id))?.roles).toEqual([])
    expect((await findClient(db, realm.id, machine.client_id))?.roles).toEqual([])
    expect(await deleteRole(db, actor, realm.id, 'clerk')).toBe(false)
  })

  test('a scope that ends is taken from clients and consents, so that its name comes back unasked-for', async () => {
    const api_id = await made(createApi(db, actor, realm.id, { identifier: 'https://api.example', name: 'Orders' }))
    expect(await createApi(db, actor, realm.id, { identifier: 'https://api.example', name: 'Twice' })).toBe('taken')
    for (const name of ['orders', 'orders:read', 'orders_read']) {
      await made(createScope(db, actor, realm.id, { name, description: '', api_id }))
    }
    expect(await createScope(db, actor, realm.id, { name: 'orders', description: '', api_id })).toBe('taken')
    expect(await updateScope(db, actor, realm.id, 'orders', () => ({ description: 'All' }))).toBe(true)
    const owner = await client({ scope: 'orders openid orders:read orders_read' })
    const person = await user()
    const consent = { user_id: person.id, client_id: owner.id, scope: 'openid orders orders:read' }
    await db.sql
      .insertInto('consents')
      .values({ ...consent, created_at: 1, updated_at: 1 })
      .execute()
    const consented = () => db.sql.selectFrom('consents').select('scope').where('user_id', '=', person.id).execute()

    expect(await deleteScope(db, actor, realm.id, 'orders')).toBe(true)
    expect(await findClient(db, realm.id, owner.client_id)).toMatchObject({ scope: 'openid orders:read orders_read' })
    expect(await consented()).toEqual([{ scope: 'openid orders:read' }])

    expect(await deleteApi(db, actor, realm.id, api_id)).toBe(true)
    expect(await findClient(db, realm.id, owner.client_id)).toMatchObject({ scope: 'openid' })
    expect(await consented()).toEqual([{ scope: 'openid' }])
    expect((await realmResources(db, realm, publicUrl)).scopes.has('orders:read')).toBe(false)
  })

  test('a change on one node is seen by another, which held the client', async () => {
    const second = await opened.reopen()
    const { client_id } = await client({ client_name: 'old' })
    expect(await findClient(second, realm.id, client_id)).toMatchObject({ client_name: 'old' })
    await updateClient(db, actor, realm.id, client_id, () => ({ client_name: 'new' }))
    await expect
      .poll(async () => (await findClient(second, realm.id, client_id))?.client_name, { timeout: 10_000 })
      .toBe('new')
  })

  describe('lists', () => {
    let listed: Realm

    beforeAll(async () => {
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
})
