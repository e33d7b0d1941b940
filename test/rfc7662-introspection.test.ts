import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { revokeClientTokens, updateClient } from '#store/client-changes.ts'
import { createApi, createScope } from '#store/resource-changes.ts'
import { updateUser } from '#store/user-changes.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR } from './clients.ts'
import { REDIRECT_URI, refresh, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const PEOPLE = {
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
  scope: 'openid profile email offline_access orders:read stock:read',
}
const INACTIVE = '{"active":false}'

describe.each(ENGINES)('introspection on %s', (engine) => {
  let house: House
  let alice: string
  let web: Credentials
  let opaque: Credentials
  let machine: Credentials
  let orders: Credentials
  let stock: Credentials
  let auditor: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    const api = async (name: string): Promise<string> => {
      const made = await createApi(db, TEST_ACTOR, realm.id, { identifier: `https://${name}.example`, name })
      if (made === 'taken') throw new Error(name)
      await createScope(db, TEST_ACTOR, realm.id, { name: `${name}:read`, description: name, api_id: made.id })
      return made.id
    }
    const server = { grant_types: ['client_credentials'] }
    orders = await addClient(house, { client_id: 'orders', ...server, resource_server_for: [await api('orders')] })
    stock = await addClient(house, { client_id: 'stock', ...server, resource_server_for: [await api('stock')] })
    auditor = await addClient(house, { client_id: 'auditor', ...server, introspect_all: true })
    web = await addClient(house, { client_id: 'web', ...PEOPLE })
    opaque = await addClient(house, { client_id: 'opaque', access_token_format: 'opaque', ...PEOPLE })
    machine = await addClient(house, { client_id: 'machine', ...server, scope: 'orders:read stock:read' })
    alice = await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const ask = (caller: Credentials | undefined, token: string, more: Record<string, string> = {}) =>
    fetch(`${house.issuer()}/introspect`, {
      method: 'POST',
      headers: caller ? basic(caller) : {},
      body: form({ token, ...more }),
    })
  const told = async (caller: Credentials, token = '') => {
    const response = await ask(caller, token)
    expect(response.status).toBe(200)
    return response.text()
  }
  const isActive = async (caller: Credentials, token = '') =>
    (JSON.parse(await told(caller, token)) as { active: boolean }).active
  const tokens = (client: Credentials, scope = 'openid offline_access') =>
    tokensOf(house, { client, username: 'alice', scope })
  const own = async (scope = 'orders:read') => {
    const response = await tokenRequest(house, machine, { grant_type: 'client_credentials', scope })
    return ((await response.json()) as Tokens).access_token
  }

  test('§2.2 what an access token says, JWT and opaque alike', async () => {
    for (const client of [web, opaque]) {
      const { access_token: token } = await tokens(client, 'openid profile')
      const response = await ask(client, token)
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('cache-control')).toBe('no-store')
      const now = Math.floor(Date.now() / 1000)
      const answer = (await response.json()) as { iat: number; exp: number }
      expect(answer).toEqual({
        active: true,
        iss: house.issuer(),
        sub: alice,
        aud: house.issuer(),
        client_id: client.client_id,
        scope: 'openid profile',
        username: 'alice',
        token_type: 'Bearer',
        auth_time: expect.any(Number),
        iat: expect.any(Number),
        exp: answer.iat + 43_200,
        jti: expect.stringMatching(/^g\./),
      })
      expect(now - answer.iat).toBeLessThan(60)
      if (client === web) expect(decodeJwt(token)).toMatchObject({ jti: (answer as { jti?: string }).jti ?? '' })
    }
  })

  test('§2.2 what a machine token and a refresh token say', async () => {
    const machineToken = JSON.parse(await told(machine, await own()))
    expect(machineToken).toMatchObject({ active: true, sub: expect.stringMatching(/^client:/), client_id: 'machine' })
    expect(machineToken).toMatchObject({ aud: 'https://orders.example', scope: 'orders:read' })
    expect(machineToken).not.toHaveProperty('username')
    const { refresh_token = '' } = await tokens(web)
    const answer = JSON.parse(await told(web, refresh_token))
    expect(answer).toMatchObject({ active: true, sub: alice, client_id: 'web', scope: 'openid offline_access' })
    expect(answer.exp - answer.iat).toBe(2_592_000)
  })

  test('N123 §2.1 who does not authenticate hears nothing', async () => {
    const { access_token: token } = await tokens(web)
    await addClient(house, { client_id: 'public', ...PEOPLE, token_endpoint_auth_method: 'none' })
    const attempts = [
      ask(undefined, token),
      ask({ client_id: 'web', client_secret: 'x'.repeat(43) }, token),
      ask({ client_id: 'nobody', client_secret: 'x'.repeat(43) }, token),
      ask(undefined, token, { client_id: 'web' }),
      ask(undefined, token, { client_id: 'public' }),
    ]
    for (const response of await Promise.all(attempts)) {
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({ error: 'invalid_client', error_description: expect.any(String) })
    }
    const bearer = await fetch(`${house.issuer()}/introspect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: form({ token }),
    })
    expect(bearer.status).toBe(401)
  })

  test('N123 §2.2 unknown, malformed, empty: inactive and no word more', async () => {
    const { access_token: token } = await tokens(web)
    const [head = '', body = '', signature = ''] = token.split('.')
    const other = Buffer.from(JSON.stringify({ ...decodeJwt(token), scope: 'everything' })).toString('base64url')
    const odd = [
      'x',
      'x'.repeat(43),
      'a.b.c',
      '..',
      '.'.repeat(5000),
      `${head}.${body}.`,
      `${head}.${other}.${signature}`,
      `${head}.${body}.${signature.slice(0, -2)}`,
      `${token}.`,
      ` ${token}`,
      `${token}A`,
      'ü'.repeat(100),
    ]
    for (const value of odd) expect(await told(auditor, value), value.slice(0, 30)).toBe(INACTIVE)
    const missing = await ask(web, '')
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ error: 'invalid_request' })
    expect(await isActive(web, token)).toBe(true)
  })

  test('N123 §4 what has expired is inactive, at once and not when it is swept', async () => {
    const short = await addClient(house, { client_id: 'short', grant_types: ['client_credentials'], expires_in: 1 })
    const { sql } = house.app.context.db
    const response = await tokenRequest(house, short, { grant_type: 'client_credentials' })
    const { access_token: token } = (await response.json()) as Tokens
    const stored = await tokens(opaque)
    const aged = JSON.stringify({ ...JSON.parse(await told(opaque, stored.access_token)), exp: 1 })
    await sql.updateTable('access_tokens').set({ claims: aged }).execute()
    expect(await told(opaque, stored.access_token)).toBe(INACTIVE)
    await sql.updateTable('refresh_tokens').set({ idle_expires_at: 1 }).execute()
    expect(await told(opaque, stored.refresh_token)).toBe(INACTIVE)
    await expect.poll(() => told(short, token)).toBe(INACTIVE)
  })

  test('N123 what was spent, and what belongs to another client, is inactive', async () => {
    const first = await tokens(web)
    expect(await isActive(web, first.refresh_token)).toBe(true)
    for (const caller of [auditor, orders, opaque]) expect(await told(caller, first.refresh_token)).toBe(INACTIVE)
    await refresh(house, web, first.refresh_token ?? '')
    expect(await told(web, first.refresh_token)).toBe(INACTIVE)
  })

  test('N124 a resource server sees the tokens for its API, and no others', async () => {
    const forOrders = await own('orders:read')
    const forStock = await own('stock:read')
    const person = await tokens(web, 'openid orders:read')
    const table: readonly (readonly [Credentials, string, boolean])[] = [
      [orders, forOrders, true],
      [orders, person.access_token, true],
      [orders, forStock, false],
      [stock, forStock, true],
      [stock, forOrders, false],
      [stock, person.access_token, false],
      [machine, forOrders, true],
      [machine, person.access_token, false],
      [web, forOrders, false],
      [auditor, forOrders, true],
      [auditor, person.access_token, true],
    ]
    for (const [caller, token, expected] of table) {
      const text = await told(caller, token)
      if (expected) expect(text, caller.client_id).toContain('"active":true')
      else expect(text, caller.client_id).toBe(INACTIVE)
    }
    const { access_token: withoutApi } = await tokens(web)
    for (const caller of [orders, stock, opaque]) expect(await told(caller, withoutApi)).toBe(INACTIVE)
  })

  test('N124 being resource server, or seeing all, ends when it is taken away', async () => {
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    const token = await own('orders:read')
    expect(await isActive(auditor, token)).toBe(true)
    await updateClient(db, TEST_ACTOR, realm.id, 'auditor', () => ({ introspect_all: false }))
    expect(await told(auditor, token)).toBe(INACTIVE)
    await updateClient(db, TEST_ACTOR, realm.id, 'auditor', () => ({ introspect_all: true }))
    const late = await addClient(house, { client_id: 'late', resource_server_for: ['no such API'] })
    expect(await told(late, token)).toBe(INACTIVE)
  })

  test('N127 an answer is nobody else’s, and what is revoked is inactive for all who saw it', async () => {
    const token = await own('orders:read')
    for (let round = 0; round < 3; round++) {
      for (const caller of [auditor, orders, machine]) expect(await isActive(caller, token)).toBe(true)
      for (const caller of [stock, web]) expect(await told(caller, token)).toBe(INACTIVE)
    }
    await fetch(`${house.issuer()}/revoke`, { method: 'POST', headers: basic(machine), body: form({ token }) })
    for (const caller of [auditor, orders, machine]) expect(await told(caller, token)).toBe(INACTIVE)
  })

  test('N127 N040 whatever a token rests on ends it: user, session, client, "revoke all"', async () => {
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    const bob = await addUser(house, { username: 'bob' })
    const enable = (enabled: boolean) => updateUser(db, TEST_ACTOR, realm.id, bob, () => ({ enabled }))
    const both = (scope: string) =>
      Promise.all([web, opaque].map((client) => tokensOf(house, { client, username: 'bob', scope })))
    const expectAll = async (each: readonly Tokens[], expected: boolean) => {
      for (const { access_token, refresh_token } of each) {
        expect(await isActive(auditor, access_token)).toBe(expected)
        const owner = (await isActive(web, refresh_token)) || (await isActive(opaque, refresh_token))
        expect(owner).toBe(expected)
      }
    }
    const offline = await both('openid offline_access')
    await expectAll(offline, true)
    await enable(false)
    await expectAll(offline, false)
    await enable(true)
    await expectAll(offline, false)

    const online = await both('openid')
    await expectAll(online, true)
    await db.sql.updateTable('sessions').set({ ended_at: 1 }).where('user_id', '=', bob).execute()
    await expectAll(online, false)

    const again = await both('openid offline_access')
    const machineToken = await own()
    await Promise.all(['web', 'opaque', 'machine'].map((id) => revokeClientTokens(db, TEST_ACTOR, realm.id, id)))
    await expectAll(again, false)
    expect(await told(auditor, machineToken)).toBe(INACTIVE)

    const last = await own()
    expect(await isActive(auditor, last)).toBe(true)
    await updateClient(db, TEST_ACTOR, realm.id, 'machine', () => ({ enabled: false }))
    expect(await told(auditor, last)).toBe(INACTIVE)
    await updateClient(db, TEST_ACTOR, realm.id, 'machine', () => ({ enabled: true }))
    expect(await told(auditor, last), 'dead is dead').toBe(INACTIVE)
  })

  test('N059 a browser of another origin cannot ask', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'POST' }
    const preflight = await fetch(`${house.issuer()}/introspect`, { method: 'OPTIONS', headers })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })
})

test('N127 on another node of the same database a token is inactive as soon as it is revoked', async () => {
  const house = await openHouse({ engine: 'postgres', env: {} })
  const second = await openHouse({
    env: {
      SALLYPORT_DATABASE_URL: house.config.databaseUrl,
      SALLYPORT_MASTER_KEY: house.config.masterKey ?? '',
      SALLYPORT_PUBLIC_URL: house.url,
    },
  })
  const far = `http://127.0.0.1:${second.app.address.port}/realms/default`
  try {
    const machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
    const response = await tokenRequest(house, machine, { grant_type: 'client_credentials' })
    const { access_token: token } = (await response.json()) as Tokens
    const ask = async (door: string) => {
      const init = { method: 'POST', headers: basic(machine), body: form({ token }) }
      return (await fetch(`${far}/${door}`, init)).text()
    }
    await expect.poll(() => ask('introspect')).toContain('"active":true')
    await fetch(`${house.issuer()}/revoke`, { method: 'POST', headers: basic(machine), body: form({ token }) })
    expect(await ask('introspect')).toBe(INACTIVE)
  } finally {
    await second.close()
    await house.close()
  }
})
