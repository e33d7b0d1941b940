import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#contract/operations.ts'
import { addClient } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, bearer, jsonOf, type Office, office, officeOf } from './office.ts'

/*
 * Who may: every operation of the contract against every kind of caller. Each request carries something that the
 * operation does not know, so whoever may come in meets 400, after the gate and before anything is changed.
 */

const callers = [
  'nobody',
  'without role',
  'read-only scope',
  'viewer',
  'realm-viewer:acme',
  'realm-admin:acme',
  'realm-admin:other',
  'admin',
] as const
type Caller = (typeof callers)[number]

const welcome = 400

function expected(caller: Caller, reach: 'platform' | 'realm', right: 'read' | 'write', realm: string): number {
  if (caller === 'nobody') return 401
  if (caller === 'without role') return 403
  if (caller === 'admin') return welcome
  if (caller === 'read-only scope' || caller === 'viewer') return right === 'read' ? welcome : 403
  if (reach === 'platform') return right === 'read' ? welcome : 403
  const isOwn = realm === 'acme' && caller.endsWith(':acme')
  if (!isOwn) return 404
  return right === 'read' || caller === 'realm-admin:acme' ? welcome : 403
}

describe('who may use the management API', () => {
  let house: House
  let admin: Office
  const offices = new Map<Caller, Office>()

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
    for (const name of ['acme', 'other']) await admin.post('/realms', { name })
    for (const role of ['realm-viewer:acme', 'realm-admin:acme', 'realm-admin:other'] as const) {
      await admin.post('/realms/system/roles', { name: role })
      offices.set(role, await officeOf(house, `holder of ${role}`, [role]))
    }
    offices.set('nobody', office(house, undefined))
    offices.set('without role', await officeOf(house, 'roleless', []))
    offices.set('read-only scope', await officeOf(house, 'reader', ['admin'], 'sallyport_api.read_only'))
    offices.set('viewer', await officeOf(house, 'viewer', ['viewer']))
    offices.set('admin', admin)
  })
  afterAll(() => house.close())

  const of = (caller: Caller): Office => {
    const found = offices.get(caller)
    if (!found) throw new Error(`no office for ${caller}`)
    return found
  }

  describe.each(callers)('N141 %s', (caller) => {
    test.each(['acme', 'system'])('in realm %s: every operation answers as the gate says', async (realm) => {
      const met: string[] = []
      const wanted: string[] = []
      for (const { id, method, path, reach, right } of operations) {
        const filled = path.replace('{realm}', realm).replace(/\{\w+\}/g, 'some-name')
        const told =
          method === 'GET'
            ? await of(caller).get(`${filled}?no_such_parameter=1`)
            : await of(caller).call(method, filled, { no_such_field: 1 })
        met.push(`${id} ${told.status} ${told.headers.get('content-type')}`)
        wanted.push(`${id} ${expected(caller, reach, right, realm)} application/problem+json`)
      }
      expect(met).toEqual(wanted)
    })
  })

  test('RFC 6750 §3 a refusal challenges: bare without a token, with the scope where it is too small', async () => {
    const bare = await of('nobody').get('/realms')
    expect(bare.headers.get('www-authenticate')).toBe('Bearer')
    const narrow = await of('read-only scope').post('/realms', { name: 'x' })
    expect(narrow.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="sallyport_api"')
    expect((await office(house, 'nonsense').get('/realms')).headers.get('www-authenticate')).toContain('invalid_token')
  })

  test('N147 nobody learns of realms, names or counts that are not theirs', async () => {
    const listed = await of('realm-admin:acme').get('/realms')
    expect(listed.body).toMatchObject({ total: 1, items: [{ name: 'acme' }] })
    const foreign = await of('realm-admin:acme').get('/realms/other/users')
    const missing = await of('realm-admin:acme').get('/realms/no-such-realm/users')
    expect({ ...foreign.body, request_id: '' }).toEqual({ ...missing.body, request_id: '' })
    expect(foreign.status).toBe(404)
  })

  test('an object of another realm is 404 even for its own kind of path', async () => {
    const user = await admin.post('/realms/other/users', { username: 'o' })
    const api = await admin.post('/realms/other/apis', { identifier: 'https://other.example/' })
    for (const path of [`users/${user.body.id}`, `users/${user.body.id}/sessions`, `apis/${api.body.id}`]) {
      expect((await of('realm-admin:acme').get(`/realms/acme/${path}`)).status).toBe(404)
      expect((await admin.get(`/realms/acme/${path}`)).status).toBe(404)
    }
    expect((await admin.patch(`/realms/acme/users/${user.body.id}`, { enabled: false })).status).toBe(404)
    expect((await admin.delete(`/realms/acme/apis/${api.body.id}`)).status).toBe(404)
  })

  test('N144 N185 an administrator of one realm cannot reach beyond it by any field', async () => {
    const own = of('realm-admin:acme')
    const machine = { client_id: 'climber', grant_types: ['client_credentials'] }
    for (const fields of [
      { scope: 'sallyport_api' },
      { scope: 'sallyport_api.read_only' },
      { roles: ['admin'] },
      { roles: ['realm-admin:acme'] },
      { resource_server_for: [`${house.url}/api/v1`] },
    ]) {
      const told = await own.post('/realms/acme/clients', { ...machine, ...fields })
      expect(told, JSON.stringify(fields)).toMatchObject({ status: 400, body: { field: Object.keys(fields)[0] } })
    }
    expect((await own.post('/realms/acme/users', { username: 'climber', roles: ['admin'] })).status).toBe(400)
    expect((await own.post('/realms/acme/apis', { identifier: `${house.url}/api/v1` })).status).toBe(400)
    expect((await own.post('/realms', { name: 'mine' })).status).toBe(403)
    expect((await own.delete('/realms/acme')).status).toBe(403)
    for (const path of ['users', 'clients', 'roles']) {
      expect((await own.post(`/realms/system/${path}`, { name: 'x' })).status).toBe(404)
    }
    expect((await own.patch('/realms/system/users/some-name', { roles: ['admin'] })).status).toBe(404)
  })

  test('N144 a role named like an administrative one means nothing outside system', async () => {
    const own = of('realm-admin:acme')
    await own.post('/realms/acme/roles', { name: 'admin' })
    const user = await own.post('/realms/acme/users', { username: 'pretender', roles: ['admin'] })
    expect(user.status).toBe(201)
    await own.post('/realms/acme/apis', { identifier: 'https://fake.example/api/v1' })
    await own.post('/realms/acme/scopes', { name: 'sallyport_api', api: 'https://fake.example/api/v1' })
    const machine = { client_id: 'pretender', grant_types: ['client_credentials'], scope: 'sallyport_api' }
    const { body } = await own.post('/realms/acme/clients', machine)
    expect(body).not.toHaveProperty('roles')
    const response = await fetch(`${house.issuer('acme')}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        scope: 'sallyport_api',
        client_id: 'pretender',
        client_secret: body.client_secret,
      }),
    })
    const { access_token } = await jsonOf(response)
    expect((await office(house, access_token).get('/realms')).status).toBe(401)
  })

  test('rights follow the roles of now, not those of the token', async () => {
    const fields = {
      client_id: 'falling',
      grant_types: ['client_credentials'],
      scope: 'sallyport_api',
      roles: ['admin'],
    }
    const falling = office(house, await bearer(house, await addClient(house, fields, undefined, 'system')))
    expect((await falling.get('/realms')).status).toBe(200)
    await admin.patch('/realms/system/clients/falling', { roles: ['viewer'] })
    expect((await falling.get('/realms')).status).toBe(200)
    expect((await falling.post('/realms', { name: 'y' })).status).toBe(403)
    await admin.patch('/realms/system/clients/falling', { roles: [] })
    expect((await falling.get('/realms')).status).toBe(403)
    await admin.patch('/realms/system/clients/falling', { enabled: false })
    expect((await falling.get('/realms')).status).toBe(401)
  })

  test('a token of system for another audience is 401, and what to ask for is said', async () => {
    const fields = {
      client_id: 'elsewhere',
      grant_types: ['client_credentials'],
      scope: 'outbound:token',
      roles: ['admin'],
    }
    const credentials = await addClient(house, fields, undefined, 'system')
    const token = await bearer(house, credentials, 'outbound:token')
    const { status, body } = await office(house, token).get('/realms')
    expect(status).toBe(401)
    expect(body.detail).toContain('ask for the scope sallyport_api')
  })

  test('N142 tricks with the path meet the same gate', async () => {
    const tricks = [
      '//realms',
      '/%72ealms',
      '/realms;x=1',
      '/realms/',
      '/realms/.',
      '/Realms',
      '/realms%2f',
      '/realms%00',
    ]
    for (const path of tricks) {
      expect([400, 401, 404], path).toContain((await of('nobody').get(path)).status)
    }
    for (const path of ['/realms/acme/..%2fsystem/users', '/realms/acme%2f..%2fsystem/users', '/realms/SYSTEM/users']) {
      expect([400, 404], path).toContain((await of('realm-admin:acme').get(path)).status)
    }
    const overridden = await of('viewer').call('GET', '/realms/acme', undefined, { 'x-http-method-override': 'DELETE' })
    expect(overridden.status).toBe(200)
    expect((await admin.get('/realms/acme')).status).toBe(200)
  })
})
