/** Deleted means dead; what lies in the recycle bin comes back disabled, or goes for good after 30 days. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { sweepExpired } from '#store/sweep.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, officeOf } from './office.ts'
import { basic, form } from './requests.ts'

const day = 86_400

describe.each(ENGINES)('the recycle bin on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const binned = async (name: string, realm = 'default') => {
    const { body } = await admin.get(`/realms/${realm}/deleted?name=${encodeURIComponent(name)}`)
    return body.items[0]
  }
  const restore = async (name: string, realm = 'default') => {
    const { id } = await binned(name, realm)
    return await admin.post(`/realms/${realm}/deleted/${id}/restore`)
  }
  const machine = { grant_types: ['client_credentials'] }
  const token = (client_id: string, client_secret: string, realm = 'default') =>
    fetch(`${house.issuer(realm)}/token`, {
      method: 'POST',
      headers: basic({ client_id, client_secret }),
      body: form({ grant_type: 'client_credentials' }),
    })

  test('a client comes back disabled, as it was, and its secret and tokens stay dead', async () => {
    const { body: made } = await admin.post('/realms/default/clients', {
      ...machine,
      client_id: 'lost/found',
      description: 'as it was',
    })
    const { access_token } = await jsonOf(await token('lost/found', made.client_secret))
    await admin.delete('/realms/default/clients/lost%2Ffound')
    const inBin = await binned('lost/found')
    expect(inBin).toEqual({
      id: expect.any(String),
      kind: 'client',
      name: 'lost/found',
      deleted_at: expect.any(Number),
      deleted_by: 'sallyport-bootstrap',
      purge_at: inBin.deleted_at + 30 * day,
    })
    const told = await restore('lost/found')
    const path = '/realms/default/clients/lost%2Ffound'
    expect(told).toMatchObject({ status: 200, body: { kind: 'client', name: 'lost/found', path } })
    expect((await admin.get(path)).body).toMatchObject({
      description: 'as it was',
      enabled: false,
      grant_types: machine.grant_types,
    })
    expect(await binned('lost/found')).toBeUndefined()
    expect((await admin.get(`${path}/secrets`)).body.total).toBe(0)
    await admin.patch(path, { enabled: true })
    expect((await token('lost/found', made.client_secret)).status).toBe(401)
    const { body: asker } = await admin.post('/realms/default/clients', {
      ...machine,
      client_id: 'asker',
      introspect_all: true,
    })
    const asked = await fetch(`${house.issuer()}/introspect`, {
      method: 'POST',
      headers: basic({ client_id: 'asker', client_secret: asker.client_secret }),
      body: form({ token: access_token }),
    })
    expect(await jsonOf(asked)).toEqual({ active: false })
    const { body: audit } = await admin.get('/realms/default/audit?object_name=lost/found&action=client.restore')
    expect(audit).toMatchObject({ total: 1, items: [{ after: { enabled: false, client_id: 'lost/found' } }] })
  })

  test('N140 a name that was given out again is 409, and what is in the bin stays there', async () => {
    await admin.post('/realms/default/clients', { ...machine, client_id: 'twice' })
    await admin.delete('/realms/default/clients/twice')
    await admin.post('/realms/default/clients', { ...machine, client_id: 'twice' })
    expect(await restore('twice')).toMatchObject({ status: 409, body: { field: 'name' } })
    expect(await binned('twice')).toMatchObject({ kind: 'client' })
    await admin.delete('/realms/default/clients/twice')
    expect((await restore('twice')).status).toBe(200)
    expect((await restore('twice')).status).toBe(409)
  })

  test('of two who restore it at the same moment one does', async () => {
    await admin.post('/realms/default/roles', { name: 'raced' })
    await admin.delete('/realms/default/roles/raced')
    const { id } = await binned('raced')
    const told = await Promise.all([1, 2].map(() => admin.post(`/realms/default/deleted/${id}/restore`)))
    expect(told.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 404])
  })

  test('a user comes back disabled and without a password, with the roles that are still there', async () => {
    for (const name of ['kept', 'gone']) await admin.post('/realms/default/roles', { name })
    const fields = { username: 'ada', password: 'walls have ears but no tongue', roles: ['kept', 'gone'] }
    const { body: user } = await admin.post('/realms/default/users', fields)
    await admin.delete(`/realms/default/users/${user.id}`)
    await admin.delete('/realms/default/roles/gone')
    const told = await restore('ada')
    expect(told.body).toEqual({ kind: 'user', name: 'ada', path: `/realms/default/users/${user.id}` })
    expect((await admin.get(told.body.path)).body).toMatchObject({ id: user.id, enabled: false, roles: ['kept'] })
    const { sql } = house.app.context.db
    expect(await sql.selectFrom('credentials').select('id').where('user_id', '=', user.id).execute()).toEqual([])
  })

  test('a role goes back to those who had it', async () => {
    await admin.post('/realms/default/roles', { name: 'editor', description: 'Edits' })
    const { body: user } = await admin.post('/realms/default/users', { username: 'bea', roles: ['editor'] })
    await admin.delete('/realms/default/roles/editor')
    expect((await admin.get(`/realms/default/users/${user.id}`)).body.roles).toEqual([])
    expect((await restore('editor')).body).toMatchObject({ kind: 'role', path: '/realms/default/roles/editor' })
    expect((await admin.get(`/realms/default/users/${user.id}`)).body.roles).toEqual(['editor'])
    expect((await admin.get('/realms/default/roles/editor')).body).toMatchObject({ description: 'Edits' })
  })

  test('an API brings its scopes, and these go back to the clients; a scope without its API is 409', async () => {
    const identifier = 'https://orders.example/api'
    const { body: api } = await admin.post('/realms/default/apis', { identifier })
    for (const name of ['orders:read', 'orders:write']) {
      await admin.post('/realms/default/scopes', { name, api: identifier })
    }
    const client = '/realms/default/clients/orders-app'
    await admin.post('/realms/default/clients', {
      ...machine,
      client_id: 'orders-app',
      scope: 'orders:read orders:write',
      resource_server_for: [identifier],
    })
    await admin.delete('/realms/default/scopes/orders:write')
    await admin.delete(`/realms/default/apis/${api.id}`)
    expect((await admin.get(client)).body).toMatchObject({ scope: '', resource_server_for: [] })
    expect(await restore('orders:write')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('API') },
    })
    expect((await restore(identifier)).body.path).toBe(`/realms/default/apis/${api.id}`)
    expect((await admin.get(client)).body).toMatchObject({ scope: 'orders:read', resource_server_for: [identifier] })
    expect((await restore('orders:write')).status).toBe(200)
    expect((await admin.get(client)).body.scope).toBe('orders:read orders:write')
  })

  test('a realm comes back whole and disabled; what was issued there stays dead', async () => {
    await admin.post('/realms', { name: 'shop', display_name: 'The shop', facades: ['spring'] })
    const { body: made } = await admin.post('/realms/shop/clients', {
      ...machine,
      client_id: 'till',
      introspect_all: true,
    })
    await admin.post('/realms/shop/users', { username: 'cleo' })
    const { access_token } = await jsonOf(await token('till', made.client_secret, 'shop'))
    const { keys } = await jsonOf(await fetch(`${house.issuer('shop')}/jwks`))
    await admin.delete('/realms/shop')
    expect((await admin.get('/realms/shop/deleted')).status).toBe(404)
    expect(await binned('shop')).toBeUndefined()
    expect((await restore('shop', 'system')).body).toEqual({ kind: 'realm', name: 'shop', path: '/realms/shop' })
    expect((await admin.get('/realms/shop')).body).toMatchObject({
      enabled: false,
      display_name: 'The shop',
      facades: ['spring'],
    })
    expect((await admin.get('/realms/shop/users')).body.total).toBe(1)
    expect((await admin.get('/realms/shop/clients/shop/secrets')).body.total).toBe(0)
    await admin.patch('/realms/shop', { enabled: true })
    const after = await jsonOf(await fetch(`${house.issuer('shop')}/jwks`))
    const kids = new Set(keys.map((key: { kid: string }) => key.kid))
    expect(after.keys.filter((key: { kid: string }) => kids.has(key.kid))).toEqual([])
    const asked = await fetch(`${house.issuer('shop')}/introspect`, {
      method: 'POST',
      headers: basic({ client_id: 'till', client_secret: made.client_secret }),
      body: form({ token: access_token }),
    })
    expect(await jsonOf(asked)).toEqual({ active: false })
  })

  test('N141 N147 the bin of a realm is shown to those who may read it, and opened by those who may write', async () => {
    for (const name of ['acme', 'other']) await admin.post('/realms', { name })
    await admin.post('/realms/acme/roles', { name: 'binned' })
    await admin.delete('/realms/acme/roles/binned')
    const { id } = await binned('binned', 'acme')
    for (const name of ['realm-viewer:acme', 'realm-admin:acme', 'realm-admin:other']) {
      await admin.post('/realms/system/roles', { name })
    }
    const viewer = await officeOf(house, 'bin-viewer', ['realm-viewer:acme'])
    const foreign = await officeOf(house, 'bin-foreign', ['realm-admin:other'])
    expect((await viewer.get('/realms/acme/deleted')).body).toMatchObject({ total: 1 })
    expect((await viewer.post(`/realms/acme/deleted/${id}/restore`)).status).toBe(403)
    expect((await foreign.post(`/realms/acme/deleted/${id}/restore`)).status).toBe(404)
    expect((await foreign.post(`/realms/other/deleted/${id}/restore`)).status).toBe(404)
    expect((await foreign.get('/realms/system/deleted')).status).toBe(404)
    const own = await officeOf(house, 'bin-own', ['realm-admin:acme'])
    expect((await own.post(`/realms/acme/deleted/${id}/restore`)).status).toBe(200)
  })

  test('after 30 days it goes for good, with everything that hangs on it; a realm keeps its name', async () => {
    const { db } = house.app.context
    await admin.post('/realms', { name: 'brief' })
    await admin.post('/realms/brief/users', { username: 'dan' })
    await admin.post('/realms/brief/clients', { ...machine, client_id: 'brief-app' })
    await admin.delete('/realms/brief')
    await admin.post('/realms/default/clients', { ...machine, client_id: 'short-lived' })
    await admin.delete('/realms/default/clients/short-lived')
    const rows = async (table: 'clients' | 'users') => {
      const found = await db.sql.selectFrom(table).select('id').where('deleted_at', 'is not', null).execute()
      return found.length
    }
    const { id } = await binned('short-lived')
    const overdue = nowSeconds() - 31 * day
    await db.sql.updateTable('deleted_objects').set({ deleted_at: overdue }).where('id', '=', id).execute()
    expect((await admin.post(`/realms/default/deleted/${id}/restore`)).status).toBe(404)
    const { sql } = db
    const brief = await sql.selectFrom('realms').select('id').where('name', '=', 'brief').executeTakeFirstOrThrow()
    await sweepExpired(db, nowSeconds() + 29 * day)
    expect(await sql.selectFrom('deleted_objects').select('id').where('id', '=', id).execute()).toEqual([])
    expect(await sql.selectFrom('clients').select('id').where('client_id', '=', 'short-lived').execute()).toEqual([])
    expect(await sql.selectFrom('clients').select('id').where('realm_id', '=', brief.id).execute()).toHaveLength(2)
    while ((await sweepExpired(db, nowSeconds() + 31 * day, 2)) > 0);
    expect([await rows('clients'), await rows('users')]).toEqual([0, 0])
    for (const table of ['clients', 'users', 'roles', 'scopes', 'apis', 'signing_keys'] as const) {
      expect(await sql.selectFrom(table).select('id').where('realm_id', '=', brief.id).execute(), table).toEqual([])
    }
    expect(await sql.selectFrom('deleted_objects').select('id').execute()).toEqual([])
    expect(await sql.selectFrom('deleted_links').select('holder_id').execute()).toEqual([])
    expect((await admin.post('/realms', { name: 'brief' })).status).toBe(409)
  })
})
