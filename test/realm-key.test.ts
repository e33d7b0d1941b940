import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { tokenRequest } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'

const TYPED = 'a key that somebody thought of'

describe.each(ENGINES)('the KEY of a realm on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const byPassword = (realm: string, client: Credentials, more: Readonly<Record<string, string>> = {}) => {
    const fields = { grant_type: 'password', username: 'alice', password: USER_PASSWORD, ...more }
    return tokenRequest(house, client, fields, realm)
  }

  test('a realm made without one gets a random one, answered once; the default realm has none', async () => {
    const made = await admin.post('/realms', { name: 'plant', allow_password_grant: true, token_validity: 43_200 })
    expect(made.status).toBe(201)
    expect(made.body.key).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect((await admin.get('/realms/plant')).body).not.toHaveProperty('key')
    expect((await admin.patch('/realms/plant', { display_name: 'Plant' })).body).not.toHaveProperty('key')
    expect((await admin.get('/realms/default/clients/default')).status).toBe(404)

    await addUser(house, { username: 'alice' }, 'plant')
    const answer = await byPassword('plant', { client_id: 'plant', client_secret: made.body.key })
    expect(answer.status).toBe(200)
    expect(await answer.json()).toMatchObject({ expires_in: 43_200, refresh_token: expect.any(String) })
  })

  test('N056 it is kept as a hash, a typed one as argon2id, and appears in no list, log or audit', async () => {
    const made = await admin.post('/realms', { name: 'typed', key: TYPED, allow_password_grant: true })
    expect(made.body.key).toBe(TYPED)
    await addUser(house, { username: 'alice' }, 'typed')
    expect((await byPassword('typed', { client_id: 'typed', client_secret: TYPED })).status).toBe(200)
    const rows = await house.app.context.db.sql.selectFrom('client_secrets').selectAll().execute()
    expect(rows.filter(({ kind }) => kind === 'typed').some(({ value }) => value.startsWith('$argon2id$'))).toBe(true)
    const seen = [
      JSON.stringify(rows),
      house.logged.join('\n'),
      JSON.stringify(await admin.get('/realms/typed/audit?page_size=1000')),
      JSON.stringify(await admin.get('/realms/typed/clients/typed')),
      JSON.stringify(await admin.get('/realms/typed')),
    ]
    for (const text of seen) expect(text).not.toContain(TYPED)
    expect((await admin.get('/realms/typed/audit?action=realm.set_key')).body.total).toBe(1)
  })

  test('it can be set later and set anew; the one before ends at once', async () => {
    const first = await admin.patch('/realms/default', { key: TYPED, allow_password_grant: true })
    expect(first).toMatchObject({ status: 200, body: { key: TYPED } })
    await addUser(house, { username: 'alice' })
    expect((await byPassword('default', { client_id: 'default', client_secret: TYPED })).status).toBe(200)
    const { key } = (await admin.patch('/realms/default', { key: null })).body
    expect((await byPassword('default', { client_id: 'default', client_secret: TYPED })).status).toBe(401)
    expect((await byPassword('default', { client_id: 'default', client_secret: key })).status).toBe(200)
  })

  test.each([['short'], ['x'.repeat(23)], [7]])('a KEY of fewer than 24 characters is refused: %s', async (key) => {
    const refused = await admin.patch('/realms/default', { key })
    expect(refused).toMatchObject({ status: 400, body: { field: 'key' } })
  })

  test('realm system has none', async () => {
    for (const key of [TYPED, null]) {
      expect(await admin.patch('/realms/system', { key })).toMatchObject({ status: 409, body: { field: 'key' } })
    }
  })

  test('its client is built in: not deleted, not changed, its secret not set elsewhere, its name nobody else has', async () => {
    const path = '/realms/plant/clients/plant'
    expect((await admin.get(path)).body).toMatchObject({ built_in: true, grant_types: ['password', 'refresh_token'] })
    expect((await admin.delete(path)).status).toBe(409)
    expect((await admin.patch(path, { grant_types: ['client_credentials'] })).status).toBe(409)
    expect((await admin.post(`${path}/secrets`, {})).status).toBe(409)
    expect((await admin.post('/realms/default/clients', { client_id: 'default' })).status).toBe(409)
  })

  test('N184 it acts for itself only: another clientId is an invalid request', async () => {
    const { key } = (await admin.patch('/realms/plant', { key: null })).body
    const client = { client_id: 'plant', client_secret: key }
    const refused = await byPassword('plant', client, { clientId: 'somebody-else' })
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'invalid_request' })
    expect((await byPassword('plant', client, { clientId: 'plant' })).status).toBe(200)
    expect(
      await jsonOf(await tokenRequest(house, client, { grant_type: 'client_credentials' }, 'plant')),
    ).toMatchObject({
      error: 'unauthorized_client',
    })
  })

  test('N139 the KEY of one realm is nothing in another', async () => {
    const { key } = (await admin.patch('/realms/plant', { key: null })).body
    for (const client_id of ['plant', 'default']) {
      expect((await byPassword('default', { client_id, client_secret: key })).status).toBe(401)
    }
  })

  test('the validity of the realm counts, and the expires_in of a client over it', async () => {
    await admin.patch('/realms/plant', { token_validity: 600 })
    const own = { grant_types: ['password'], scope: '' }
    const inheriting = await addClient(house, { client_id: 'inherits', ...own }, undefined, 'plant')
    const other = await addClient(house, { client_id: 'own', ...own, expires_in: 90 }, undefined, 'plant')
    expect(await jsonOf(await byPassword('plant', inheriting))).toMatchObject({ expires_in: 600 })
    expect(await jsonOf(await byPassword('plant', other))).toMatchObject({ expires_in: 90 })
  })

  test('of several realms that take a façade at the same moment one gets it', async () => {
    const names = ['race-a', 'race-b', 'race-c']
    await Promise.all(names.map((name) => admin.post('/realms', { name })))
    const told = await Promise.all(names.map((name) => admin.patch(`/realms/${name}`, { facades: ['appmill'] })))
    expect(told.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409, 409])
    const shown = await Promise.all(names.map(async (name) => (await admin.get(`/realms/${name}`)).body.facades))
    expect(shown.flat()).toEqual(['appmill'])
    await Promise.all(names.map((name) => admin.delete(`/realms/${name}`)))
  })

  test('a façade belongs to one realm at a time', async () => {
    expect((await admin.get('/realms/default')).body).toMatchObject({ facades: [], allow_password_grant: true })
    expect((await admin.patch('/realms/plant', { facades: ['spring', 'onesait'] })).status).toBe(200)
    const taken = await admin.patch('/realms/default', { facades: ['appmill', 'spring'] })
    expect(taken).toMatchObject({ status: 409, body: { field: 'facades' } })
    expect((await admin.get('/realms/default')).body.facades).toEqual([])
    expect(await admin.post('/realms', { name: 'third', facades: ['onesait'] })).toMatchObject({ status: 409 })
    expect((await admin.patch('/realms/plant', { facades: ['onesait'] })).status).toBe(200)
    expect((await admin.patch('/realms/default', { facades: ['appmill', 'spring'] })).status).toBe(200)
    expect((await admin.patch('/realms/system', { facades: ['onesait'] })).status).toBe(409)
    expect((await admin.patch('/realms/plant', { facades: ['onesait', 'onesait'] })).status).toBe(400)
    expect((await admin.patch('/realms/plant', { facades: ['other'] })).status).toBe(400)
    expect((await admin.delete('/realms/plant')).status).toBe(204)
    expect((await admin.patch('/realms/default', { facades: ['onesait'] })).status).toBe(200)
  })
})
