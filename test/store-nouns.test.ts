import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listAudit } from '#store/audit.ts'
import { createClient, deleteClient, type NewClient, updateClient } from '#store/client-changes.ts'
import { addClientSecret, removeClientSecret } from '#store/client-secrets.ts'
import { findClient, findClientById, hasCorsOrigin, registeredUris } from '#store/clients.ts'
import type { Database } from '#store/database.ts'
import { createRealm, deleteRealm, findRealm, type Realm, updateRealm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { createRole, deleteRole, findRole, UnknownRole, updateRole } from '#store/roles.ts'
import { createUser, deleteUser, type NewUser, setUserPassword } from '#store/user-changes.ts'
import { findUser, findUserByLogin } from '#store/users.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'
import { actor, addClient, addUser, made, publicUrl, query } from './store-fixture.ts'

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let realm: Realm

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    realm = await made(createRealm(db, actor, { name: 'shop', display_name: 'The Shop' }))
  })

  afterAll(() => opened.drop())

  const client = (fields?: Partial<NewClient>) => addClient(db, realm.id, fields)
  const user = (fields?: Partial<NewUser>) => addUser(db, realm.id, fields)

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

  test('a change on one node is seen by another, which held the client', async () => {
    const second = await opened.reopen()
    const { client_id } = await client({ client_name: 'old' })
    expect(await findClient(second, realm.id, client_id)).toMatchObject({ client_name: 'old' })
    await updateClient(db, actor, realm.id, client_id, () => ({ client_name: 'new' }))
    await expect.poll(async () => (await findClient(second, realm.id, client_id))?.client_name).toBe('new')
  })
})
