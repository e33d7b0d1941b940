/** What was done to an object, version by version, and going back: a change like any other, judged by today's rules. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf, type Parsed } from './office.ts'

describe.each(ENGINES)('history on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const root = '/realms/default'
  const versions = async (path: string, office = admin): Promise<Parsed[]> => {
    const { body } = await office.get(`${path}/history`)
    return body.items
  }
  const revert = (path: string, version: string, headers?: Record<string, string>) =>
    admin.post(`${path}/history/${version}/revert`, undefined, headers)
  const of = async (path: string, action: string) => {
    const found = (await versions(path)).find((each) => each.action === action)
    return String(found.version)
  }

  test('every change of a client is a version, field by field, and one of them is gone back to', async () => {
    const path = `${root}/clients/shop`
    await admin.post(`${root}/clients`, {
      client_id: 'shop',
      client_name: 'The shop',
      redirect_uris: ['https://shop.example/cb'],
      expires_in: 600,
    })
    await admin.patch(path, { client_name: 'Another', redirect_uris: [], expires_in: null, require_consent: false })
    await admin.post(`${path}/secrets`, { label: 'second' })
    const [secret, update, create] = await versions(path)
    expect(secret).toMatchObject({ action: 'client.add_secret', before: null, after: { label: 'second' } })
    expect(update).toMatchObject({
      action: 'client.update',
      actor_kind: 'client',
      actor_name: 'sallyport-bootstrap',
      address: '127.0.0.1',
      before: { client_name: 'The shop', expires_in: 600, require_consent: true },
      after: { client_name: 'Another', redirect_uris: [], expires_in: null, offline_access: false },
      reverted_to: null,
    })
    expect(create).toMatchObject({ action: 'client.create', before: null, after: { client_name: 'The shop' } })
    const told = await revert(path, create.version)
    expect(told.status).toBe(200)
    expect(told.body).toMatchObject({
      client_name: 'The shop',
      redirect_uris: ['https://shop.example/cb'],
      expires_in: 600,
      require_consent: true,
    })
    expect(told.headers.get('etag')).toBe((await admin.get(path)).headers.get('etag'))
    const [latest] = await versions(path)
    expect(latest).toMatchObject({
      action: 'client.revert',
      reverted_to: create.version,
      actor_name: 'sallyport-bootstrap',
    })
    const { body: audit } = await admin.get(`${root}/audit?action=client.revert&object_name=shop`)
    expect(audit.items[0]).toMatchObject({ after: { reverted_to: create.version } })
    expect((await admin.get(`${path}/secrets`)).body.total).toBe(1)
  })

  test('If-Match holds for going back too', async () => {
    const path = `${root}/clients/matched`
    const made = await admin.post(`${root}/clients`, { client_id: 'matched' })
    const stale = String(made.headers.get('etag'))
    const changed = await admin.patch(path, { description: 'x' })
    const version = await of(path, 'client.create')
    expect((await revert(path, version, { 'if-match': stale })).status).toBe(412)
    expect((await revert(path, version, { 'if-match': String(changed.headers.get('etag')) })).status).toBe(200)
    expect((await admin.get(path)).body.description).toBe('')
  })

  test('what is gone since is named, and nothing is changed', async () => {
    const identifier = 'https://old.example/api'
    const { body: api } = await admin.post(`${root}/apis`, { identifier })
    await admin.post(`${root}/scopes`, { name: 'old:read', api: identifier })
    const path = `${root}/clients/dependent`
    const machine = { client_id: 'dependent', grant_types: ['client_credentials'] }
    await admin.post(`${root}/clients`, { ...machine, scope: 'old:read' })
    const withScope = await of(path, 'client.create')
    await admin.patch(path, { scope: '', resource_server_for: [identifier] })
    const withApi = await of(path, 'client.update')
    await admin.patch(path, { resource_server_for: [] })
    await admin.delete(`${root}/apis/${api.id}`)
    expect(await revert(path, withScope)).toMatchObject({ status: 400, body: { field: 'scope' } })
    expect(await revert(path, withApi)).toMatchObject({ status: 400, body: { field: 'resource_server_for' } })
    expect((await admin.get(path)).body).toMatchObject({ scope: '', resource_server_for: [] })
    await admin.post(`${root}/roles`, { name: 'passing' })
    const { body: user } = await admin.post(`${root}/users`, { username: 'eve', roles: ['passing'] })
    await admin.delete(`${root}/roles/passing`)
    const refused = await revert(`${root}/users/${user.id}`, await of(`${root}/users/${user.id}`, 'user.create'))
    expect(refused).toMatchObject({ status: 400, body: { field: 'roles' } })
  })

  test('N145 no secret is in a version, and keys and passwords do not come back', async () => {
    const key = (x: string) => ({
      keys: [{ kty: 'EC', crv: 'P-256', x, y: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4' }],
    })
    const jwks = key('f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU')
    const path = `${root}/clients/signer`
    const { status } = await admin.post(`${root}/clients`, {
      client_id: 'signer',
      token_endpoint_auth_method: 'private_key_jwt',
      jwks,
      description: 'first',
    })
    expect(status).toBe(201)
    await admin.patch(path, { jwks: null, jwks_uri: 'https://signer.example/jwks', description: 'second' })
    expect((await revert(path, await of(path, 'client.create'))).body).toMatchObject({
      description: 'first',
      jwks: null,
      jwks_uri: 'https://signer.example/jwks',
    })
    const secret = 'a secret that nobody may read'
    await admin.post(`${root}/clients`, { client_id: 'typed', client_secret: secret })
    const { body: user } = await admin.post(`${root}/users`, { username: 'fay', password: secret })
    await admin.patch(`${root}/users/${user.id}`, { password: `${secret} again` })
    const people = `${root}/users/${user.id}`
    const told = JSON.stringify([await versions(`${root}/clients/typed`), await versions(people)])
    expect(told).not.toContain(secret)
    expect(told).not.toContain('$argon2')
    const { db } = house.app.context
    const hash = () => db.sql.selectFrom('credentials').select('value').where('user_id', '=', user.id).execute()
    const before = await hash()
    expect((await revert(people, await of(people, 'user.create'))).status).toBe(200)
    expect(await hash()).toEqual(before)
  })

  test('users, roles, scopes, APIs and realms have theirs; members that were not there go', async () => {
    const { body: user } = await admin.post(`${root}/users`, {
      username: 'gus',
      email: 'gus@old.example',
      address: { locality: 'Turin' },
    })
    const people = `${root}/users/${user.id}`
    await admin.patch(people, { email: 'gus@new.example', address: { country: 'Italy' } })
    expect((await revert(people, await of(people, 'user.create'))).body).toMatchObject({
      email: 'gus@old.example',
      address: { locality: 'Turin' },
    })
    expect((await admin.get(people)).body.address).toEqual({ locality: 'Turin' })
    await admin.post(`${root}/roles`, { name: 'writer', description: 'first' })
    await admin.post(`${root}/apis`, { identifier: 'https://b.example/api', name: 'first' })
    const { body: found } = await admin.get(`${root}/apis?identifier=b.example`)
    await admin.post(`${root}/scopes`, { name: 'b:read', api: 'https://b.example/api', description: 'first' })
    await admin.post('/realms', { name: 'acme', display_name: 'first' })
    const paths = [`${root}/roles/writer`, `${root}/apis/${found.items[0].id}`, `${root}/scopes/b:read`, '/realms/acme']
    for (const [at, field] of ['description', 'name', 'description', 'display_name'].entries()) {
      const path = String(paths[at])
      const kind = ['role', 'api', 'scope', 'realm'][at]
      await admin.patch(path, { [field]: 'second' })
      const told = await revert(path, await of(path, `${kind}.create`))
      expect(told, path).toMatchObject({ status: 200, body: { [field]: 'first' } })
      expect(told.body).not.toHaveProperty('key')
      const [latest] = await versions(path)
      expect(latest).toMatchObject({
        action: `${kind}.revert`,
        before: { [field]: 'second' },
        after: { [field]: 'first' },
      })
    }
  })

  test('a version that holds no object is 409, one of another object or realm 404', async () => {
    await admin.post(`${root}/clients`, { client_id: 'one' })
    await admin.post(`${root}/clients`, { client_id: 'two' })
    await admin.post(`${root}/clients/one/secrets`, {})
    const [secret, create] = await versions(`${root}/clients/one`)
    expect((await revert(`${root}/clients/one`, secret.version)).status).toBe(409)
    expect((await revert(`${root}/clients/two`, create.version)).status).toBe(404)
    expect((await revert(`${root}/clients/nobody`, create.version)).status).toBe(404)
    await admin.delete(`${root}/clients/one`)
    await admin.post(`${root}/clients`, { client_id: 'one' })
    expect(await versions(`${root}/clients/one`)).toHaveLength(1)
  })

  test('N144 N147 who may only read cannot go back, and nobody else sees a history', async () => {
    for (const name of ['ours', 'theirs']) await admin.post('/realms', { name })
    for (const name of ['realm-viewer:ours', 'realm-admin:theirs']) await admin.post('/realms/system/roles', { name })
    const viewer = await officeOf(house, 'history-viewer', ['realm-viewer:ours'])
    const foreign = await officeOf(house, 'history-foreign', ['realm-admin:theirs'])
    const path = '/realms/ours/clients/app'
    await admin.post('/realms/ours/clients', { client_id: 'app' })
    const [create] = await versions(path, viewer)
    expect((await viewer.post(`${path}/history/${create.version}/revert`)).status).toBe(403)
    expect((await foreign.get(`${path}/history`)).status).toBe(404)
    expect((await foreign.get('/realms/system/history')).status).toBe(404)
  })

  test('a built-in client goes back too, in what may be changed of it', async () => {
    const path = '/realms/system/clients/sallyport-cli'
    await admin.patch(path, { client_name: 'Ours' })
    const told = await revert(path, await of(path, 'client.create'))
    expect(told).toMatchObject({ status: 200, body: { client_name: 'Sallyport command line' } })
  })

  test('a history is filtered and paged as every list', async () => {
    const path = `${root}/clients/busy`
    await admin.post(`${root}/clients`, { client_id: 'busy' })
    for (const description of ['a', 'b', 'c']) await admin.patch(path, { description })
    const { body } = await admin.get(`${path}/history?action=update&sort=at_ms&page_size=2&page=2`)
    expect(body).toMatchObject({ total: 3, page: 2, page_size: 2 })
    expect(body.items).toHaveLength(1)
    expect((await admin.get(`${path}/history?no_such=1`)).status).toBe(400)
    const file = await fetch(`${house.url}/api/v1${path}/history?format=csv&columns=action,version`, {
      headers: { authorization: `Bearer ${admin.token}` },
    })
    expect((await file.text()).trim().split('\r\n')).toHaveLength(5)
    expect((await versions(root)).filter(({ action }) => action.endsWith('.export'))).toEqual([])
  })
})
