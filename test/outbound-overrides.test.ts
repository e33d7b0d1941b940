import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, type Credentials } from './clients.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, askToken, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

describe.each(ENGINES)('the layers over OAuth servers on %s', (engine) => {
  let house: House
  let admin: Office
  let foreign: ScriptedServer
  const realm = '/realms/default'
  const path = `${realm}/oauth-servers`

  beforeAll(async () => {
    house = await openHouse({ engine, env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
    admin = await adminOffice(house)
    foreign = await openScriptedServer()
    for (const place of ['/token', '/staging/token']) {
      foreign.stand(place, { json: { access_token: 'a foreign token', expires_in: 3600 } })
    }
    for (const name of ['staging', 'production']) await admin.post(`${realm}/environments`, { name })
    await admin.post(`${realm}/applications`, { name: 'Payroll', description: 'pays' })
  })
  afterAll(async () => {
    await house.close()
    await foreign.close()
  })

  const fields = (name: string) => ({
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'a secret of theirs',
    token_endpoint: `${foreign.url}/token`,
    scope: 'read',
  })

  test('environments and applications are created, renamed, listed and deleted; a name is there once', async () => {
    const made = await admin.post(`${realm}/environments`, { name: 'Test lab' })
    expect(made).toMatchObject({ status: 201, body: { name: 'Test lab', description: '' } })
    expect(made.headers.get('location')).toBe(`${house.url}/api/v1${realm}/environments/Test%20lab`)
    expect(await admin.post(`${realm}/environments`, { name: 'TEST LAB' })).toMatchObject({
      status: 409,
      body: { field: 'name' },
    })
    const renamed = await admin.patch(`${realm}/environments/Test%20lab`, { name: 'lab', description: 'ours' })
    expect(renamed).toMatchObject({ status: 200, body: { name: 'lab', description: 'ours' } })
    expect((await admin.get(`${realm}/environments/Test%20lab`)).status).toBe(404)
    expect((await admin.get(`${realm}/environments?name=LA`)).body).toMatchObject({
      total: 1,
      items: [{ name: 'lab' }],
    })
    const stale = { 'if-match': made.headers.get('etag') ?? '' }
    expect((await admin.delete(`${realm}/environments/lab`, stale)).status).toBe(412)
    expect((await admin.delete(`${realm}/environments/lab`)).status).toBe(204)
    expect((await admin.get(`${realm}/applications/Payroll`)).body).toMatchObject({ description: 'pays' })
  })

  test('base, environment, application: the later layer counts, and each field says which one set it', async () => {
    const told = await admin.post(path, {
      ...fields('Layered'),
      overrides: [
        { environment: 'staging', token_endpoint: `${foreign.url}/staging/token`, scope: 'read write' },
        { application: 'Payroll', client_id: 'payroll-there', client_secret: 'payroll’s own', scope: 'pay' },
      ],
    })
    expect(told).toMatchObject({
      status: 201,
      body: { overrides: [{ environment: 'staging' }, { application: 'Payroll' }] },
    })
    const effective = async (query: string) => (await admin.get(`${path}/layered/effective?${query}`)).body.fields
    expect(await effective('')).toMatchObject({
      scope: { value: 'read', layer: 'base' },
      client_secret: { value: null, layer: 'base' },
    })
    expect(await effective('environment=staging')).toMatchObject({
      scope: { value: 'read write', layer: 'environment' },
      token_endpoint: { value: `${foreign.url}/staging/token`, layer: 'environment' },
      client_id: { value: 'ours', layer: 'base' },
    })
    expect(await effective('environment=staging&application=Payroll')).toMatchObject({
      scope: { value: 'pay', layer: 'application' },
      token_endpoint: { layer: 'environment' },
      client_id: { value: 'payroll-there', layer: 'application' },
      client_secret: { value: null, layer: 'application' },
    })
    expect(await admin.get(`${path}/layered/effective?environment=nowhere`)).toMatchObject({
      status: 400,
      body: { field: 'environment' },
    })
  })

  test('a change of the base leaves the layers, and what is sent back as it was read changes nothing', async () => {
    const { body } = await admin.get(`${path}/layered`)
    const patched = await admin.patch(`${path}/layered`, { description: 'changed' })
    expect(patched.body.overrides).toEqual(body.overrides)
    expect(patched.body.secrets).toHaveLength(2)
    const again = await admin.patch(`${path}/layered`, { overrides: body.overrides, scope: body.scope })
    expect(again.body).toMatchObject({ overrides: body.overrides })
    expect(again.body.secrets).toEqual(patched.body.secrets)
    const without = await admin.patch(`${path}/layered`, { overrides: [body.overrides[0]] })
    expect(without.body.secrets).toMatchObject([{ field: 'client_secret', application: null }])
  })

  test('unsaved settings are tried as a caller of a layer would use them, and nothing is kept', async () => {
    const before = (await admin.get(`${path}/layered`)).body
    const tried = await admin.post(`${path}/layered/try`, { environment: 'staging', scope: 'other' })
    expect(tried).toMatchObject({ status: 200, body: { works: true } })
    expect(tried.body).not.toHaveProperty('access_token')
    expect(foreign.last()).toMatchObject({ path: '/staging/token', parameters: { scope: 'read write' } })
    foreign.next({ status: 400, json: { error: 'invalid_scope' } })
    const refused = await admin.post(`${path}/layered/try`, { scope: 'other' })
    expect(refused.body).toMatchObject({ works: false, code: 'invalid_scope' })
    expect((await admin.get(`${path}/layered`)).body).toEqual(before)
  })

  test('an override is for one environment or one application, that the realm has, once', async () => {
    const refused = async (overrides: object[], field: string) =>
      expect(await admin.post(path, { ...fields('Refused'), overrides })).toMatchObject({
        status: 400,
        body: { field },
      })
    await refused([{ scope: 'x' }], 'overrides.0.environment')
    await refused([{ environment: 'staging', application: 'Payroll' }], 'overrides.0.environment')
    await refused([{ environment: 'nowhere' }], 'overrides.0.environment')
    await refused([{ environment: 'staging' }, { environment: 'staging', scope: 'x' }], 'overrides.1')
    await refused([{ application: 'Payroll', authentication_method: 'private_key_jwt' }], 'overrides.0.private_key')
    await refused([{ application: 'Payroll', name: 'x' }], 'overrides.0.name')
  })

  test('what a client or an override names cannot be deleted', async () => {
    expect((await admin.delete(`${realm}/environments/staging`)).status).toBe(409)
    const made = await admin.post(`${realm}/clients`, { client_id: 'in-production', environment: 'production' })
    expect(made.body).toMatchObject({
      environment: 'production',
      application: null,
    })
    expect((await admin.delete(`${realm}/environments/production`)).status).toBe(409)
    expect((await admin.patch(`${realm}/clients/in-production`, { environment: 'nowhere' })).body).toMatchObject({
      status: 400,
      field: 'environment',
    })
    await admin.patch(`${realm}/clients/in-production`, { environment: null })
    expect((await admin.delete(`${realm}/environments/production`)).status).toBe(204)
  })

  test('a category names who may use its servers, by clients that are there', async () => {
    await addClient(house, { client_id: 'bookkeeper' })
    const made = await admin.post(`${realm}/categories`, { name: 'Finance', allowed_clients: ['bookkeeper'] })
    expect(made).toMatchObject({ status: 201, body: { name: 'Finance', allowed_clients: ['bookkeeper'] } })
    expect(await admin.patch(`${realm}/categories/Finance`, { allowed_clients: ['nobody'] })).toMatchObject({
      status: 400,
      body: { field: 'allowed_clients.0' },
    })
    const server = await admin.post(path, { ...fields('In a folder'), category: 'Finance' })
    expect(server.body).toMatchObject({ category: 'Finance' })
    expect((await admin.get(`${path}?category=fin`)).body).toMatchObject({ total: 1 })
    expect((await admin.delete(`${realm}/categories/Finance`)).status).toBe(409)
    await admin.delete(`${path}/in-a-folder`)
    expect((await admin.delete(`${realm}/categories/Finance`)).status).toBe(204)
  })

  test('what is deleted passes nothing on to a client of the same name', async () => {
    await addClient(house, { client_id: 'passing' })
    await admin.post(path, { ...fields('For one'), allowed_clients: ['passing'] })
    await admin.delete(`${realm}/clients/passing`)
    await addClient(house, { client_id: 'passing' })
    expect((await admin.get(`${path}/for-one`)).body.allowed_clients).toEqual([])
  })

  test('a category keeps out whom it does not name, though the server would let everybody in', async () => {
    const [named, stranger] = [await addCaller(house, 'named'), await addCaller(house, 'stranger')]
    await admin.post(`${realm}/categories`, { name: 'Guarded', allowed_clients: ['named'] })
    await admin.post(path, { ...fields('Guarded'), category: 'Guarded', allowed_clients: ['*'] })
    const status = async (caller: Credentials) =>
      (await askToken(house, 'guarded', await outboundBearer(house, caller))).status
    expect([await status(named), await status(stranger)]).toEqual([200, 403])
    await admin.patch(`${realm}/categories/Guarded`, { allowed_clients: null })
    expect(await status(stranger)).toBe(200)
    await admin.patch(`${path}/guarded`, { allowed_clients: ['named'] })
    expect([await status(named), await status(stranger)]).toEqual([200, 403])
  })

  test('a client gets the settings of its environment', async () => {
    const caller = await addCaller(house, 'in-staging')
    await admin.patch(`${realm}/clients/in-staging`, { environment: 'staging' })
    const overrides = [{ environment: 'staging', scope: 'staging only' }]
    await admin.post(path, { ...fields('By environment'), overrides, allowed_clients: ['*'] })
    expect((await askToken(house, 'by-environment', await outboundBearer(house, caller))).status).toBe(200)
    expect(foreign.last().parameters).toMatchObject({ scope: 'staging only' })
  })

  test('N181 what was connected before an address, an account or a grant changed is not sent to the new one', async () => {
    const owner = { grant_type: 'password', owner_username: 'bot', owner_password: 'a password of theirs' }
    await admin.post(path, { ...fields('Owned'), ...owner, base_url: `${foreign.url}/api` })
    const connections = async () => (await admin.get(`${path}/owned/connections`)).body.items
    expect((await admin.post(`${path}/owned/test`)).body).toMatchObject({ works: true })
    expect(await connections()).toMatchObject([{ state: 'ok', has_access_token: true }])
    await admin.patch(`${path}/owned`, { description: 'no matter' })
    expect(await connections()).toMatchObject([{ state: 'ok', has_access_token: true }])
    for (const change of [{ base_url: 'https://elsewhere.example/api' }, { client_id: 'another account' }]) {
      await admin.patch(`${path}/owned`, change)
      expect(await connections()).toMatchObject([{ has_access_token: false }])
      await admin.post(`${path}/owned/test`)
      expect(await connections()).toMatchObject([{ state: 'ok', has_access_token: true }])
    }
  })

  test('a realm may ask for a new authorization after every change', async () => {
    expect((await admin.patch(realm, { strict_reauthorization: true })).body.strict_reauthorization).toBe(true)
    await admin.patch(`${path}/owned`, { description: 'changed' })
    const { items } = (await admin.get(`${path}/owned/connections`)).body
    expect(items).toMatchObject([{ has_access_token: false }])
    await admin.patch(realm, { strict_reauthorization: false })
  })
})
