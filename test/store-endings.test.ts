import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, deleteClient, type NewClient, revokeClientTokens, updateClient } from '#store/client-changes.ts'
import { findClient, findClientById } from '#store/clients.ts'
import { findPassword } from '#store/credentials.ts'
import type { Database } from '#store/database.ts'
import { findLiveGrant } from '#store/grants.ts'
import { createRealm, type Realm } from '#store/realms.ts'
import { createApi, createScope, deleteApi, deleteScope, updateScope } from '#store/resource-changes.ts'
import { realmResources } from '#store/resources.ts'
import { deleteUser, type NewUser, setUserPassword, updateUser } from '#store/user-changes.ts'
import { findUserByLogin, type User } from '#store/users.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'
import { actor, addClient, addGrant, addUser, made, publicUrl, sessionIsLive } from './store-fixture.ts'

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

  test('N040 a disabled client loses its grants and its machine tokens', async () => {
    const owner = await client()
    const grant = await addGrant(db, owner, await user())
    const changed = await updateClient(db, actor, realm.id, owner.client_id, () => ({ enabled: false }))
    expect(changed).toMatchObject({ enabled: false, token_epoch: owner.token_epoch + 1 })
    await updateClient(db, actor, realm.id, owner.client_id, () => ({ enabled: true }))
    expect(await findLiveGrant(db, grant)).toBeUndefined()
  })

  test('N140 a client made again under a deleted name inherits nothing', async () => {
    const first = await client({ secret: { kind: 'generated', value: 'hash' }, scope: 'openid' })
    const grant = await addGrant(db, first, await user())
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
    const grant = await addGrant(db, owner, await user())
    expect(await revokeClientTokens(db, actor, realm.id, owner.client_id)).toBe(1)
    expect(await findLiveGrant(db, grant)).toBeUndefined()
    expect(await findClient(db, realm.id, owner.client_id)).toMatchObject({ token_epoch: 1 })
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
    const grant = await addGrant(db, await client(), person)
    expect(await sessionIsLive(db, person)).toBe(true)
    await change(person)
    expect(await sessionIsLive(db, person)).toBe(false)
    expect(await findLiveGrant(db, grant)).toBeUndefined()
  })

  test('an edit that ends nothing leaves sessions and grants alone', async () => {
    const person = await user()
    const grant = await addGrant(db, await client(), person)
    expect(await updateUser(db, actor, realm.id, person.id, () => ({ given_name: 'Ada' }))).toMatchObject({
      given_name: 'Ada',
      username: person.username,
    })
    expect(await sessionIsLive(db, person)).toBe(true)
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

  test('a scope that ends is taken from clients and consents, so that its name comes back unasked-for', async () => {
    const { id: api_id } = await made(
      createApi(db, actor, realm.id, { identifier: 'https://api.example', name: 'Orders' }),
    )
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
})
