/** Many at once: each judged, done and audited alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addUser } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf } from './office.ts'

describe.each(ENGINES)('many at once on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const root = '/realms/default'
  const done = (...ids: string[]) => ids.map((id) => ({ id, status: 'done' }))
  const refused = (id: string, reason = expect.any(String)) => ({ id, status: 'refused', reason })
  const enabled = async (path: string) => (await admin.get(`${root}/${path}`)).body.enabled

  test('clients are disabled, enabled and deleted; what is not there is refused, the others are done', async () => {
    for (const client_id of ['a', 'b/c', 'kept']) await admin.post(`${root}/clients`, { client_id })
    const ids = ['a', 'nobody', 'b/c']
    const told = await admin.post(`${root}/clients/bulk`, { action: 'disable', ids })
    expect(told).toMatchObject({ status: 200 })
    expect(told.body.results).toEqual([...done('a'), refused('nobody', 'there is no such client'), ...done('b/c')])
    expect([await enabled('clients/a'), await enabled('clients/b%2Fc'), await enabled('clients/kept')]).toEqual([
      false,
      false,
      true,
    ])
    await admin.post(`${root}/clients/bulk`, { action: 'enable', ids: ['a'] })
    expect(await enabled('clients/a')).toBe(true)
    await admin.post(`${root}/clients/bulk`, { action: 'delete', ids: ['a', 'b/c'] })
    expect((await admin.get(`${root}/clients/a`)).status).toBe(404)
    expect((await admin.get(`${root}/deleted?kind=client`)).body.total).toBe(2)
  })

  test('whoever is called bulk is read, changed and deleted like everybody', async () => {
    for (const [list, name] of [
      ['/realms', { name: 'bulk' }],
      [`${root}/clients`, { client_id: 'bulk' }],
      [`${root}/roles`, { name: 'bulk' }],
    ] as const) {
      expect(await admin.post(list, name)).toMatchObject({ status: 201 })
      expect(await admin.get(`${list}/bulk`)).toMatchObject({ status: 200, body: name })
      expect(await admin.delete(`${list}/bulk`)).toMatchObject({ status: 204 })
      expect(await admin.get(`${list}/bulk`)).toMatchObject({ status: 404 })
    }
  })

  test('N152 one audit entry for each that was done, none for what was refused', async () => {
    for (const client_id of ['x', 'y']) await admin.post(`${root}/clients`, { client_id })
    await admin.post(`${root}/clients/bulk`, { action: 'disable', ids: ['x', 'absent', 'y'] })
    for (const [name, total] of [
      ['x', 1],
      ['y', 1],
      ['absent', 0],
    ] as const) {
      const { body } = await admin.get(`${root}/audit?action=client.update&object_name=${name}`)
      expect(body.total, name).toBe(total)
    }
  })

  test('users, roles and scopes', async () => {
    const first = await addUser(house, { username: 'first' })
    const second = await addUser(house, { username: 'second' })
    const users = await admin.post(`${root}/users/bulk`, { action: 'disable', ids: [first, second] })
    expect(users.body.results).toEqual(done(first, second))
    expect(await enabled(`users/${second}`)).toBe(false)
    await admin.post(`${root}/users/bulk`, { action: 'delete', ids: [first] })
    expect((await admin.get(`${root}/users/${first}`)).status).toBe(404)
    for (const name of ['reader', 'writer']) await admin.post(`${root}/roles`, { name })
    const roles = await admin.post(`${root}/roles/bulk`, { action: 'delete', ids: ['reader', 'writer', 'none'] })
    expect(roles.body.results).toEqual([...done('reader', 'writer'), refused('none')])
    const identifier = 'https://bulk.example/api'
    await admin.post(`${root}/apis`, { identifier })
    await admin.post(`${root}/scopes`, { name: 'bulk:read', api: identifier })
    const scopes = await admin.post(`${root}/scopes/bulk`, { action: 'delete', ids: ['bulk:read', 'openid'] })
    expect(scopes.body.results).toEqual([...done('bulk:read'), refused('openid', expect.stringContaining('built-in'))])
  })

  test('N144 what is built in stays, and nobody ends their own right', async () => {
    const ids = ['sallyport-console', 'sallyport-bootstrap']
    for (const action of ['disable', 'delete']) {
      const { body } = await admin.post('/realms/system/clients/bulk', { action, ids })
      expect(body.results, action).toEqual(ids.map((id) => refused(id)))
    }
    const other = await officeOf(house, 'bulk-admin', ['admin'])
    const { body } = await other.post('/realms/system/clients/bulk', { action: 'disable', ids: ['bulk-admin'] })
    expect(body.results).toEqual([refused('bulk-admin', expect.stringContaining('itself'))])
    const roles = await admin.post('/realms/system/roles/bulk', { action: 'delete', ids: ['admin'] })
    expect(roles.body.results).toEqual([refused('admin')])
  })

  test('an object of another realm is not there; who may only read is 403', async () => {
    await admin.post('/realms', { name: 'acme' })
    const { body: user } = await admin.post('/realms/acme/users', { username: 'theirs' })
    const { body } = await admin.post(`${root}/users/bulk`, { action: 'delete', ids: [user.id] })
    expect(body.results).toEqual([refused(user.id, 'there is no such user')])
    const viewer = await officeOf(house, 'bulk-viewer', ['viewer'])
    expect((await viewer.post(`${root}/users/bulk`, { action: 'delete', ids: [user.id] })).status).toBe(403)
  })

  test.each([
    ['no ids', { action: 'delete', ids: [] }, 'ids'],
    ['too many', { action: 'delete', ids: Array.from({ length: 1001 }, (_, at) => `c${at}`) }, 'ids'],
    ['one twice', { action: 'delete', ids: ['a', 'a'] }, 'ids'],
    ['another action', { action: 'explode', ids: ['a'] }, 'action'],
    ['an unknown field', { action: 'delete', ids: ['a'], force: true }, 'force'],
  ])('%s: 400 that names the field', async (_, body, field) => {
    const told = await admin.post(`${root}/clients/bulk`, body)
    expect(told).toMatchObject({ status: 400, body: { field: expect.stringContaining(field) } })
  })

  test('APIs and realms: what is built in stays', async () => {
    const { body: api } = await admin.post(`${root}/apis`, { identifier: 'https://orders.example/api' })
    const { body: listed } = await admin.get(`${root}/apis?built_in=true`)
    const builtIn = listed.items[0].id
    const apis = await admin.post(`${root}/apis/bulk`, { action: 'delete', ids: [api.id, builtIn] })
    expect(apis.body.results).toMatchObject([{ status: 'done' }, { id: builtIn, status: 'refused' }])
    await admin.post('/realms', { name: 'passing' })
    const off = await admin.post('/realms/bulk', { action: 'disable', ids: ['passing', 'system', 'nowhere'] })
    expect(off.body.results.map((each: { status: string }) => each.status)).toEqual(['done', 'refused', 'refused'])
    expect((await admin.get('/realms/passing')).body.enabled).toBe(false)
    await admin.post('/realms/system/roles', { name: 'realm-admin:passing' })
    const inside = await officeOf(house, 'of-passing', ['realm-admin:passing'])
    expect((await inside.post('/realms/bulk', { action: 'enable', ids: ['passing'] })).status).toBe(403)
    const gone = await admin.post('/realms/bulk', { action: 'delete', ids: ['passing', 'default', 'system'] })
    expect(gone.body.results.map((each: { status: string }) => each.status)).toEqual(['done', 'refused', 'refused'])
    expect((await admin.get('/realms/system/deleted?kind=realm&name=passing')).body.total).toBe(1)
  })
})
