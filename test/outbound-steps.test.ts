import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { addCaller, addServer, askToken, connect, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { form } from './requests.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

/* Steps of a flow: server login, user login and refresh, told by a number. */

describe.each(ENGINES)('steps, on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let admin: Office
  let app: Credentials
  let bearer: string
  let servers = 0

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    app = await addCaller(house, 'app', {
      grant_types: ['authorization_code', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid outbound:token outbound:call',
    })
    bearer = await outboundBearer(house, app)
  })
  beforeEach(() => provider.reset())
  afterAll(async () => {
    await house.close()
    await provider.close()
  })

  const server = async (fields: object = {}): Promise<string> => {
    const name = `s${++servers}`
    await addServer(house, `${provider.url}/token`, { name, max_retry_attempts: 0, max_wait_seconds: 2, ...fields })
    return name
  }
  const userServer = (fields: object = {}) =>
    server({ grant_type: 'authorization_code', authorization_endpoint: `${provider.url}/authorize`, ...fields })
  const step = async (slug: string, name: string, fields: Record<string, string> = {}, token = bearer) => {
    const response = await fetch(`${house.issuer()}/outbound/${slug}/steps/${name}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form(fields),
    })
    return { status: response.status, body: await jsonOf(response) }
  }

  test('server login: 0, no configuration, no scope, and all else', async () => {
    const slug = await server()
    provider.next({ status: 400, json: { error: 'invalid_scope' } })
    expect((await step(slug, 'server-login')).body).toMatchObject({ result: -3 })
    await admin.patch(`/realms/default/oauth-servers/${slug}`, { scope: 'read' })
    provider.next({ json: { access_token: 'a', expires_in: 3600 } })
    expect(await step(await server(), 'server-login')).toMatchObject({ status: 200, body: { result: 0 } })
    provider.next({ status: 401, json: { error: 'invalid_client' } })
    expect((await step(await server(), 'server-login')).body).toMatchObject({ result: -2 })
    provider.next({ status: 500, text: 'no' })
    expect((await step(await server(), 'server-login')).body).toMatchObject({ result: -1 })
    expect((await step('nowhere', 'server-login')).body).toMatchObject({ result: -2 })
    await admin.post(`/realms/default/oauth-servers/${slug}/disable`, { reason: 'maintenance' })
    const disabled = (await step(slug, 'server-login')).body
    expect(disabled).toMatchObject({ result: -2 })
    expect(disabled.description).toContain('maintenance')
  })

  test('refresh: a token is renewed once', async () => {
    const slug = await server()
    provider.next(
      { json: { access_token: 'one', expires_in: 3600 } },
      { json: { access_token: 'two', expires_in: 3600 } },
    )
    for (let count = 0; count < 3; count++) expect((await step(slug, 'refresh')).body).toMatchObject({ result: 0 })
    expect(provider.asked).toHaveLength(2)
    expect((await askToken(house, slug, bearer)).body.access_token).toBe('two')
  })

  test('user login: connected, not yet, unreachable, and a type of token that nobody can use', async () => {
    const ann = await addUser(house, { username: 'ann' })
    const { access_token } = await tokensOf(house, { client: app, username: 'ann', scope: 'openid outbound:token' })
    const slug = await userServer()
    expect((await step(slug, 'user-login', {}, access_token)).body).toMatchObject({ result: -2 })
    const told = await step(slug, 'user-login', { return_url: REDIRECT_URI }, access_token)
    expect(told.body).toMatchObject({ result: -2 })
    expect(told.body.connect_url).toContain(`/outbound/${slug}/connect?ticket=`)
    expect((await step(slug, 'user-login', { return_url: 'https://evil.example/' }, access_token)).status).toBe(400)
    provider.next({ json: { access_token: 'hers', expires_in: 3600 } })
    await connect(house, slug, ann)
    expect((await step(slug, 'user-login', {}, access_token)).body).toMatchObject({ result: 0 })
    expect((await step(slug, 'user-login')).status).toBe(400)

    const away = await userServer()
    provider.next({ json: { access_token: 'short', expires_in: 0, refresh_token: 'r' } }, { status: 503, text: 'away' })
    await connect(house, away, ann)
    await house.app.context.db.sql
      .updateTable('connections')
      .set({ expires_at: 1, hard_at: 1, soft_at: 1 })
      .where('subject', '=', ann)
      .where('refresh_sealed', 'is not', null)
      .execute()
    expect((await step(away, 'user-login', {}, access_token)).body).toMatchObject({ result: -3 })

    const other = await userServer()
    provider.next({ json: { access_token: 'm', expires_in: 3600 } })
    const id = await connect(house, other, ann)
    const { sql } = house.app.context.db
    await sql.updateTable('connections').set({ token_type: 'mac' }).where('id', '=', id).execute()
    expect((await step(other, 'user-login', {}, access_token)).body).toMatchObject({ result: -5 })
  })

  test('who may not ask is refused, not numbered', async () => {
    const slug = await server({ allowed_clients: [] })
    expect((await step(slug, 'server-login')).status).toBe(403)
    expect((await step(slug, 'server-login', {}, 'nonsense')).status).toBe(401)
    expect((await step(slug, 'dance')).status).toBe(404)
  })

  test('a life that only introspection tells is asked for', async () => {
    const introspection_endpoint = `${provider.url}/introspect`
    const slug = await server({ profile: 'salesforce', introspection_endpoint })
    const exp = Math.floor(Date.now() / 1000) + 5000
    provider.stand('/token', { json: { access_token: 'without-end' } })
    provider.stand('/introspect', { json: { active: true, exp } })
    const token = await askToken(house, slug, bearer)
    expect(token.body.expires_in).toBeGreaterThan(4900)
    expect(provider.last()).toMatchObject({ path: '/introspect', parameters: { token: 'without-end' } })
    const other = await server({ profile: 'salesforce', introspection_endpoint })
    provider.stand('/introspect', { status: 500, text: 'no' })
    const assumed = (await askToken(house, other, bearer)).body.expires_in
    expect(assumed).toBeLessThanOrEqual(900)
    expect(assumed).toBeGreaterThan(800)
  })
})
