import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'

describe.each(ENGINES)('the management API on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const refused = (field: string, status = 400) => ({ status, body: expect.objectContaining({ field, status }) })

  test('a realm is created, read, changed, listed and deleted; its name never comes back (N140)', async () => {
    const made = await admin.post('/realms', { name: 'acme', display_name: 'Acme', token_validity: 600 })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`${house.url}/api/v1/realms/acme`)
    expect(made.body).toMatchObject({ name: 'acme', display_name: 'Acme', token_validity: 600, enabled: true })
    const keys = await admin.get('/realms/acme/keys')
    expect(keys.body.items.map((key: { alg: string }) => key.alg).toSorted()).toEqual(['ES256', 'RS256'])
    const changed = await admin.patch('/realms/acme', { display_name: 'Acme & Sons', token_validity: null })
    expect(changed).toMatchObject({ status: 200, body: { display_name: 'Acme & Sons', token_validity: 43_200 } })
    const listed = await admin.get('/realms?search=sons')
    expect(listed.body).toMatchObject({ total: 1, page: 1, page_size: 25, items: [{ name: 'acme' }] })
    expect((await admin.delete('/realms/acme')).status).toBe(204)
    expect((await admin.get('/realms/acme')).status).toBe(404)
    expect(await admin.post('/realms', { name: 'acme' })).toMatchObject(refused('name', 409))
  })

  test('built-in realms, clients, roles, scopes and APIs stay', async () => {
    const apis = await admin.get('/realms/default/apis')
    for (const path of [
      '/realms/system',
      '/realms/default',
      '/realms/system/clients/sallyport-console',
      '/realms/system/roles/admin',
      '/realms/default/scopes/openid',
      `/realms/default/apis/${apis.body.items[0].id}`,
    ]) {
      expect(await admin.delete(path)).toMatchObject({ status: 409, body: { type: 'urn:sallyport:problem:protected' } })
    }
    expect(await admin.patch('/realms/system', { enabled: false })).toMatchObject(refused('enabled', 409))
    expect(await admin.patch('/realms/system', { token_validity: 901 })).toMatchObject(refused('token_validity'))
    for (const patch of [
      { redirect_uris: ['https://evil.example/cb'] },
      { enabled: false },
      { grant_types: ['client_credentials'] },
      { token_endpoint_auth_method: 'none' },
      { scope: 'openid' },
    ]) {
      const told = await admin.patch('/realms/system/clients/sallyport-console', patch)
      expect(told).toMatchObject(refused(Object.keys(patch)[0] ?? '', 409))
    }
    expect((await admin.post('/realms/system/clients/sallyport-console/secrets', {})).status).toBe(409)
    for (const client of ['sallyport-cli', 'sallyport-console', 'sallyport-bootstrap']) {
      const told = await admin.patch(`/realms/system/clients/${client}`, { description: 'Ours' })
      expect(told).toMatchObject({ status: 200, body: { description: 'Ours' } })
    }
    const shown = await admin.get('/realms/system/clients/sallyport-console')
    expect(shown.body).toMatchObject({ built_in: true, redirect_uris: [`${house.url}/console/callback`] })
  })

  test('users: created, found, changed by merge patch, deleted', async () => {
    await admin.post('/realms/default/roles', { name: 'editor' })
    const made = await admin.post('/realms/default/users', {
      username: 'Ada',
      email: 'ada@shop.example',
      email_verified: true,
      address: { locality: 'Turin', country: 'Italy' },
      roles: ['editor'],
      password: 'a password of hers',
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ username: 'Ada', roles: ['editor'], enabled: true, must_change_password: false })
    expect(JSON.stringify(made.body)).not.toContain('a password of hers')
    const path = `/realms/default/users/${made.body.id}`
    expect(made.headers.get('location')).toBe(`${house.url}/api/v1${path}`)
    expect(await admin.post('/realms/default/users', { username: 'ADA' })).toMatchObject(refused('username', 409))
    const changed = await admin.patch(path, { address: { locality: null }, email: 'ada@new.example', name: 'Ada L.' })
    expect(changed.body).toMatchObject({ address: { country: 'Italy' }, email_verified: false, name: 'Ada L.' })
    expect(changed.body.address).toEqual({ country: 'Italy' })
    expect(await admin.patch(path, { roles: ['nobody'] })).toMatchObject(refused('roles'))
    expect(await admin.patch(path, { username: null })).toMatchObject(refused('username'))
    for (const password of ['short', 'ada@new.example', 'x'.repeat(1025)]) {
      expect(await admin.patch(path, { password })).toMatchObject(refused('password'))
    }
    const first = await admin.patch(path, { password: 'only for the first time', must_change_password: true })
    expect(first.body.must_change_password).toBe(true)
    expect((await admin.patch(path, { password: 'this one is final' })).body.must_change_password).toBe(false)
    expect((await admin.get('/realms/default/users?email=NEW.ex')).body.total).toBe(1)
    expect((await admin.get(`${path}/sessions`)).body.items).toEqual([])
    expect((await admin.delete(`${path}/sessions`)).status).toBe(204)
    expect((await admin.delete(path)).status).toBe(204)
    expect((await admin.get(path)).status).toBe(404)
    const again = await admin.post('/realms/default/users', { username: 'ada' })
    expect(again.body).toMatchObject({ roles: [], email: null })
    expect(again.body.id).not.toBe(made.body.id)
  })

  test('APIs and scopes: a deleted scope leaves the clients that had it', async () => {
    const api = await admin.post('/realms/default/apis', { identifier: 'https://orders.example/api' })
    expect(api).toMatchObject({ status: 201, body: { identifier: 'https://orders.example/api', built_in: false } })
    const scope = { name: 'orders:read', api: 'https://orders.example/api' }
    expect(await admin.post('/realms/default/scopes', scope)).toMatchObject({ status: 201, body: scope })
    const client = { client_id: 'order-reader', grant_types: ['client_credentials'], scope: 'orders:read' }
    await admin.post('/realms/default/clients', { ...client, resource_server_for: ['https://orders.example/api'] })
    expect(await admin.patch('/realms/default/scopes/orders%3Aread', { description: 'Read' })).toMatchObject({
      status: 200,
      body: { description: 'Read' },
    })
    expect((await admin.delete('/realms/default/scopes/orders:read')).status).toBe(204)
    const after = await admin.get('/realms/default/clients/order-reader')
    expect(after.body).toMatchObject({ scope: '', resource_server_for: ['https://orders.example/api'] })
    expect((await admin.delete(`/realms/default/apis/${api.body.id}`)).status).toBe(204)
    expect((await admin.get('/realms/default/clients/order-reader')).body.resource_server_for).toEqual([])
    const own = { identifier: `${house.url}/api/v1` }
    expect(await admin.post('/realms/default/apis', own)).toMatchObject(refused('identifier'))
  })

  test('keys rotate on demand; what was current is retired', async () => {
    const before = await admin.get('/realms/default/keys')
    const after = await admin.post('/realms/default/keys/rotate', { emergency: false })
    expect(after.status).toBe(200)
    for (const { kid } of before.body.items) {
      expect(after.body.items).toContainEqual(expect.objectContaining({ kid, state: 'retired' }))
    }
    expect(after.body.items.filter((key: { state: string }) => key.state === 'current')).toHaveLength(2)
    expect(JSON.stringify(after.body)).not.toContain('private')
    expect((await admin.post('/realms/default/keys/rotate')).status).toBe(200)
  })

  test('RFC 9110 §13.1.1 a stale If-Match is 412, a right one passes, none is fine', async () => {
    await admin.post('/realms/default/roles', { name: 'tagged', description: 'one' })
    const path = '/realms/default/roles/tagged'
    const etag = (await admin.get(path)).headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]+"$/)
    const first = await admin.patch(path, { description: 'two' }, { 'if-match': etag })
    expect(first.status).toBe(200)
    expect(await admin.patch(path, { description: 'three' }, { 'if-match': etag })).toMatchObject(
      refused('If-Match', 412),
    )
    expect((await admin.delete(path, { 'if-match': etag })).status).toBe(412)
    expect(await admin.patch(path, { description: 'x' }, { 'if-match': 'loose' })).toMatchObject(refused('If-Match'))
    expect((await admin.patch(path, {}, { 'if-match': '*' })).body.description).toBe('two')
    expect((await admin.patch(path, { description: 'one' })).headers.get('etag')).toBe(etag)
    const rivals = ['a', 'b', 'c', 'd', 'e'].map((description) =>
      admin.patch(path, { description }, { 'if-match': etag }),
    )
    const statuses = (await Promise.all(rivals)).map(({ status }) => status)
    expect(statuses.toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412, 412])
  })

  test('of many who take one name at once exactly one gets it', async () => {
    for (const [path, fields] of [
      ['/realms', { name: 'raced' }],
      ['/realms/default/clients', { client_id: 'raced' }],
      ['/realms/default/users', { username: 'raced' }],
      ['/realms/default/roles', { name: 'raced' }],
      ['/realms/default/apis', { identifier: 'https://raced.example/' }],
    ] as const) {
      const told = await Promise.all([1, 2, 3, 4].map(() => admin.post(path, fields)))
      expect(
        told.map(({ status }) => status).toSorted((a, b) => a - b),
        path,
      ).toEqual([201, 409, 409, 409])
    }
  })

  test('N143 unknown, internal and read-only fields are refused by name, prototypes too', async () => {
    const path = '/realms/default/clients'
    for (const field of [
      'realm_id',
      'id',
      'role',
      'is_admin',
      'secret_hash',
      'created_at',
      'built_in',
      'token_epoch',
    ]) {
      const told = await admin.post(path, { client_id: 'mass', [field]: 1 })
      expect(told).toMatchObject({ ...refused(field), body: { type: 'urn:sallyport:problem:unknown_field' } })
    }
    for (const field of ['__proto__', 'constructor', 'prototype', 'toString']) {
      expect(await admin.post(path, `{"client_id":"mass","${field}":{"enabled":true}}`)).toMatchObject(refused(field))
      expect(await admin.patch(`${path}/quick-start`, `{"${field}":{}}`)).toMatchObject(refused(field))
    }
    expect(await admin.patch(`${path}/quick-start`, { client_id: 'other' })).toMatchObject(refused('client_id'))
    expect(await admin.post('/realms/default/users', { username: 'm', verified: true })).toMatchObject(
      refused('verified'),
    )
    expect((await admin.get(`${path}/mass`)).status).toBe(404)
  })

  test('N146 lists: unknown parameters, fields, sorts and pages are refused by name', async () => {
    const path = '/realms/default/clients'
    for (const [query, field] of [
      ['colour=red', 'colour'],
      ['sort=secret', 'sort'],
      ['sort=client_id;drop', 'sort'],
      ['page=-1', 'page'],
      ['page=0', 'page'],
      ['page_size=1000000000', 'page_size'],
      ['page_size=1001', 'page_size'],
      ['page=1&page=2', 'page'],
      ['enabled=maybe', 'enabled'],
      ['expires_in=lots', 'expires_in'],
      ['client_id=a%00b', 'client_id'],
      ['__proto__=1', '__proto__'],
    ] as const) {
      expect(await admin.get(`${path}?${query}`), query).toMatchObject(refused(field))
    }
    for (const wild of ['%25', '_', '%5C', "'", '%22']) {
      expect(await admin.get(`${path}?client_id=${wild}`), wild).toMatchObject({ status: 200, body: { total: 0 } })
    }
    expect((await admin.get(`${path}?page_size=1000&sort=-created_at&page=99`)).body.items).toEqual([])
  })

  test('N146 NUL and half surrogates in any text are 400, by name', async () => {
    expect(await admin.post('/realms/default/users', { username: 'a\0b' })).toMatchObject(refused('username'))
    expect(await admin.post('/realms/default/roles', { name: 'r', description: 'a\0' })).toMatchObject(
      refused('description'),
    )
    const half = await admin.post('/realms/default/roles', '{"name":"\\ud800"}')
    expect(half).toMatchObject({ status: 400, body: { detail: expect.stringContaining('half surrogates') } })
    expect((await admin.get('/realms/default/roles/a%00b')).status).toBeLessThan(500)
  })

  test('bodies are read in one way only', async () => {
    for (const body of ['', '[]', 'null', '"x"', '{', '{"name":"a","name":"b"}', `{"name":${'['.repeat(100)}`]) {
      const told = await admin.call('POST', '/realms/default/roles', body)
      expect(told.status, body).toBe(400)
      expect(told.headers.get('content-type')).toBe('application/problem+json')
    }
    const wrongType = await admin.post('/realms/default/roles', { name: 'x' }, { 'content-type': 'text/plain' })
    expect(wrongType.status).toBe(415)
  })

  test('what does not fit is said in plain words', async () => {
    for (const [body, detail] of [
      [{ name: 'r', description: 'x'.repeat(3000) }, 'must have at most 2,000 characters'],
      [{}, 'must be filled in'],
      [{ name: 7 }, 'must be a text'],
    ] as const) {
      expect((await admin.post('/realms/default/roles', body)).body.detail).toBe(detail)
    }
    const list = '/realms/default/clients'
    expect((await admin.get(`${list}?page_size=1001`)).body.detail).toBe('must be at most 1,000')
    expect((await admin.get(`${list}?enabled=maybe`)).body.detail).toBe('must be one of true, false')
    expect((await admin.post(list, { client_id: ' shop' })).body.detail).toBe('must not begin or end with a space')
  })

  test('N145 N152 each change is audited once: who, from where, before and after, and no secret', async () => {
    const secret = 'typed-canary-secret-0001'
    const made = await admin.post('/realms/default/clients', { client_id: 'audited', client_secret: secret })
    expect(made).toMatchObject({ status: 201 })
    const generated = (await admin.post('/realms/default/clients/audited/secrets', { label: 'next' })).body
      .client_secret
    await admin.patch('/realms/default/clients/audited', { client_name: 'Audited' })
    await admin.delete('/realms/default/clients/audited')
    const audit = await admin.get('/realms/default/audit?object_name=audited')
    const entries = Map.groupBy(audit.body.items, (entry: { action: string }) => entry.action)
    const actions = ['client.create', 'client.add_secret', 'client.update', 'client.delete']
    expect([...entries.keys()].toSorted()).toEqual(actions.toSorted())
    expect(audit.body.total).toBe(4)
    expect(entries.get('client.update')?.[0]).toMatchObject({
      actor_kind: 'client',
      actor_name: 'sallyport-bootstrap',
      address: expect.stringMatching(/127\.0\.0\.1|::1/),
      request_id: expect.stringMatching(/./),
      before: { client_name: 'audited' },
      after: { client_name: 'Audited' },
    })
    const everything = JSON.stringify([audit.body, (await admin.get('/realms/default/clients')).body, house.logged])
    for (const value of [secret, generated, 'argon2id', '"value"']) expect(everything).not.toContain(value)
  })

  test('a caller that ends its own way in is refused', async () => {
    expect((await admin.delete('/realms/system/clients/sallyport-bootstrap')).status).toBe(409)
  })

  test('what no operation has is 404 behind the gate, and 405 where the path has others', async () => {
    expect((await admin.get('/nothing')).status).toBe(404)
    expect((await admin.call('PUT', '/realms/default')).status).toBe(405)
  })
})
