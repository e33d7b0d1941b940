import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { authorize, REDIRECT_URI, refresh, tokenRequest, tokensOf } from './code-flow.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, office } from './office.ts'

describe('people at the management API', () => {
  let house: House
  let admin: Office
  let app: Credentials

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
    const grants = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [REDIRECT_URI] }
    app = await addClient(house, { client_id: 'app', ...grants, scope: 'openid offline_access' })
    await addClient(
      house,
      { client_id: 'desk', ...grants, scope: 'openid sallyport_api' },
      'desk-secret-0123456789',
      'system',
    )
  })
  afterAll(() => house.close())

  /** The office of a person who signed in to realm `system`. */
  const officeOfPerson = async (username: string): Promise<Office> => {
    const client = { client_id: 'desk', client_secret: 'desk-secret-0123456789' }
    const { code, verifier } = await authorize(house, {
      client,
      username,
      realm: 'system',
      scope: 'openid sallyport_api',
    })
    const fields = { grant_type: 'authorization_code', code, redirect_uri: REDIRECT_URI, code_verifier: verifier }
    const answer = await jsonOf(await tokenRequest(house, client, fields, 'system'))
    return office(house, answer.access_token)
  }

  test('a person has the rights of their roles, and is named in the audit', async () => {
    await admin.post('/realms', { name: 'branch' })
    const made = await admin.post('/realms/system/users', {
      username: 'grace',
      password: USER_PASSWORD,
      roles: ['realm-admin:branch'],
    })
    expect(made).toMatchObject({ status: 201, body: { roles: ['realm-admin:branch'] } })
    const grace = await officeOfPerson('grace')
    expect((await grace.get('/realms')).body.items).toEqual([expect.objectContaining({ name: 'branch' })])
    expect((await grace.post('/realms/branch/roles', { name: 'clerk' })).status).toBe(201)
    expect((await grace.get('/realms/system/users')).status).toBe(404)
    const audit = await admin.get('/realms/branch/audit?action=role.create')
    expect(audit.body.items[0]).toMatchObject({ actor_kind: 'user', actor_id: made.body.id, actor_name: 'grace' })
    await admin.patch(`/realms/system/users/${made.body.id}`, { roles: [] })
    expect((await grace.get('/realms')).status).toBe(403)
  })

  test('N039 N140 disabled, or with a new password, or deleted: tokens of that person are dead at once', async () => {
    for (const end of [
      (path: string) => admin.patch(path, { enabled: false }),
      (path: string) => admin.patch(path, { password: 'another password entirely' }),
      (path: string) => admin.delete(path),
    ]) {
      const id = await addUser(house, { username: 'leaver', roles: ['viewer'] }, 'system')
      const leaver = await officeOfPerson('leaver')
      expect((await leaver.get('/realms')).status).toBe(200)
      expect((await end(`/realms/system/users/${id}`)).status).toBeLessThan(300)
      expect((await leaver.get('/realms')).status).toBe(401)
      await admin.delete(`/realms/system/users/${id}`)
    }
  })

  test('administrators cannot end their own right', async () => {
    const id = await addUser(house, { username: 'root', roles: ['admin'] }, 'system')
    const root = await officeOfPerson('root')
    const path = `/realms/system/users/${id}`
    expect((await root.patch(path, { roles: ['viewer'] })).status).toBe(409)
    expect((await root.patch(path, { enabled: false })).status).toBe(409)
    expect((await root.delete(path)).status).toBe(409)
    expect((await root.patch(path, { name: 'Root' })).status).toBe(200)
    expect((await admin.delete(path)).status).toBe(204)
  })

  test('sessions are listed and ended, and what rests on them with them', async () => {
    const id = await addUser(house, { username: 'visitor' })
    const sessions = `/realms/default/users/${id}/sessions`
    const first = await tokensOf(house, { client: app, username: 'visitor', scope: 'openid' })
    const second = await tokensOf(house, { client: app, username: 'visitor', scope: 'openid offline_access' })
    const listed = await admin.get(sessions)
    expect(listed.body.total).toBe(2)
    expect(listed.body.items[0]).toMatchObject({ amr: ['pwd'], address: expect.stringMatching(/./) })
    expect(JSON.stringify(listed.body)).not.toContain('token_hash')
    const grants = await admin.get('/realms/default/clients/app/tokens?sort=-created_at')
    expect(grants.body).toMatchObject({ total: 2, items: [{ username: 'visitor', user_id: id }, { user_id: id }] })
    expect((await admin.delete(`${sessions}/${listed.body.items[0].id}`)).status).toBe(204)
    expect((await admin.delete(`${sessions}/${listed.body.items[0].id}`)).status).toBe(404)
    expect((await admin.delete(sessions)).status).toBe(204)
    expect((await admin.get(sessions)).body.total).toBe(0)
    expect((await admin.get('/realms/default/clients/app/tokens')).body.items).toEqual([
      expect.objectContaining({ offline: true, scope: 'openid offline_access' }),
    ])
    expect((await refresh(house, app, first.refresh_token ?? '')).status).toBe(400)
    expect((await refresh(house, app, second.refresh_token ?? '')).status).toBe(200)
    expect((await admin.delete('/realms/default/clients/app/tokens')).status).toBe(204)
    expect((await admin.get('/realms/default/clients/app/tokens')).body.total).toBe(0)
  })
})
