import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, refresh, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const PEOPLE = {
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
  scope: 'openid profile offline_access',
  introspect_all: true,
}

describe.each(ENGINES)('revocation on %s', (engine) => {
  let house: House
  let web: Credentials
  let opaque: Credentials
  let other: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, { client_id: 'web', ...PEOPLE })
    opaque = await addClient(house, { client_id: 'opaque', access_token_format: 'opaque', ...PEOPLE })
    other = await addClient(house, { client_id: 'other', ...PEOPLE })
    await addUser(house, { username: 'alice' })
  })
  afterAll(() => house.close())

  const begin = (client: Credentials) =>
    tokensOf(house, { client, username: 'alice', scope: 'openid profile offline_access' })
  const revoke = (client: Credentials | undefined, token: string | undefined, more: Record<string, string> = {}) =>
    fetch(`${house.issuer()}/revoke`, {
      method: 'POST',
      headers: client ? basic(client) : {},
      body: form({ token: token ?? '', ...more }),
    })
  const isActive = async (client: Credentials, token: string | undefined) => {
    const init = { method: 'POST', headers: basic(client), body: form({ token: token ?? '' }) }
    return ((await (await fetch(`${house.issuer()}/introspect`, init)).json()) as { active: boolean }).active
  }
  const userinfo = async (token: string) =>
    (await fetch(`${house.issuer()}/userinfo`, { headers: { authorization: `Bearer ${token}` } })).status
  const done = async (response: Response) => {
    expect([response.status, await response.text()]).toEqual([200, ''])
    expect(response.headers.get('cache-control')).toBe('no-store')
  }

  test('§2.1 an access token goes alone, JWT or opaque; userinfo and introspection refuse it at once', async () => {
    for (const client of [web, opaque]) {
      const first = await begin(client)
      const second = (await (await refresh(house, client, first.refresh_token ?? '')).json()) as Tokens
      await done(await revoke(client, first.access_token))
      expect(await isActive(client, first.access_token)).toBe(false)
      expect(await userinfo(first.access_token)).toBe(401)
      expect(await isActive(client, second.access_token)).toBe(true)
      expect(await userinfo(second.access_token)).toBe(200)
      expect((await refresh(house, client, second.refresh_token ?? '')).status).toBe(200)
    }
  })

  test('N128 §2.1 a refresh token takes its family with it, access tokens too', async () => {
    for (const client of [web, opaque]) {
      const first = await begin(client)
      const second = (await (await refresh(house, client, first.refresh_token ?? '')).json()) as Tokens
      const bystander = await begin(client)
      await done(await revoke(client, second.refresh_token))
      for (const { access_token } of [first, second]) {
        expect(await isActive(client, access_token)).toBe(false)
        expect(await userinfo(access_token)).toBe(401)
      }
      for (const { refresh_token } of [first, second]) {
        expect((await refresh(house, client, refresh_token ?? '')).status).toBe(400)
      }
      expect(await isActive(client, bystander.access_token)).toBe(true)
    }
  })

  test('§2.1 a refresh token that was spent still names its family', async () => {
    const first = await begin(web)
    const second = (await (await refresh(house, web, first.refresh_token ?? '')).json()) as Tokens
    await done(await revoke(web, first.refresh_token))
    expect(await isActive(web, second.access_token)).toBe(false)
    expect((await refresh(house, web, second.refresh_token ?? '')).status).toBe(400)
  })

  test('N128 §2.1 another client’s token is refused and stays alive', async () => {
    for (const client of [web, opaque]) {
      const tokens = await begin(client)
      for (const token of [tokens.access_token, tokens.refresh_token]) {
        for (const token_type_hint of ['', 'access_token', 'refresh_token']) {
          const response = await revoke(other, token, { token_type_hint })
          expect(response.status).toBe(400)
          expect(response.headers.get('cache-control')).toBe('no-store')
          expect(await response.json()).toMatchObject({ error: 'invalid_grant' })
        }
        expect(await isActive(client, token)).toBe(true)
      }
      expect((await refresh(house, client, tokens.refresh_token ?? '')).status).toBe(200)
    }
  })

  test('N128 §2.2 an unknown token, a broken one, one revoked before: 200', async () => {
    const { access_token: token, refresh_token: refreshToken } = await begin(web)
    for (const odd of ['x', 'x'.repeat(43), 'a.b.c', `${token}x`, token.slice(0, -3), '.'.repeat(1000), 'ü']) {
      await done(await revoke(web, odd))
    }
    expect(await isActive(web, token)).toBe(true)
    for (const each of [token, token, refreshToken, refreshToken, token]) await done(await revoke(web, each))
  })

  test('§2.1 a hint that is wrong or unknown does not matter', async () => {
    for (const token_type_hint of ['refresh_token', 'access_token', 'id_token', 'x'.repeat(1000)]) {
      const { access_token, refresh_token } = await begin(web)
      await done(await revoke(web, access_token, { token_type_hint }))
      expect(await isActive(web, access_token)).toBe(false)
      await done(await revoke(web, refresh_token, { token_type_hint }))
      expect((await refresh(house, web, refresh_token ?? '')).status).toBe(400)
    }
  })

  test('N053 §2.1 the caller authenticates as at the token endpoint; nothing ends otherwise', async () => {
    const { access_token: token } = await begin(web)
    const attempts = [
      revoke(undefined, token),
      revoke(undefined, token, { client_id: 'web' }),
      revoke({ ...web, client_secret: 'x'.repeat(43) }, token),
      revoke(undefined, token, { client_id: 'nobody', client_secret: 'x' }),
    ]
    for (const response of await Promise.all(attempts)) {
      expect(response.status).toBe(401)
      expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    }
    const missing = await revoke(web, undefined)
    expect(missing.status).toBe(400)
    expect(await missing.json()).toMatchObject({ error: 'invalid_request' })
    expect(await isActive(web, token)).toBe(true)
  })

  test('a public client gives its own tokens back, and nobody else’s', async () => {
    const id = { client_id: 'single-page' }
    await addClient(house, { ...id, ...PEOPLE, token_endpoint_auth_method: 'none' })
    const { access_token: token } = await begin(web)
    expect((await revoke(undefined, token, id)).status).toBe(400)
    expect(await isActive(web, token)).toBe(true)
    await done(await revoke(undefined, 'unknown', id))
  })

  test('of many that revoke and refresh at once, no token survives', async () => {
    const first = await begin(web)
    const [, ...answers] = await Promise.all([
      revoke(web, first.refresh_token),
      ...Array.from({ length: 20 }, () => refresh(house, web, first.refresh_token ?? '')),
    ])
    for (const answer of answers) {
      const { access_token, refresh_token } = (await answer.json()) as Partial<Tokens>
      expect([200, 400]).toContain(answer.status)
      if (access_token !== undefined) expect(await isActive(web, access_token)).toBe(false)
      if (refresh_token !== undefined) expect((await refresh(house, web, refresh_token)).status).toBe(400)
    }
  })

  test('what is remembered of a revoked JWT goes when it would have expired', async () => {
    const machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
    const response = await tokenRequest(house, machine, { grant_type: 'client_credentials' })
    const { access_token: token, expires_in } = (await response.json()) as Tokens
    await done(await revoke(machine, token))
    const rows = await house.app.context.db.sql.selectFrom('revoked_tokens').selectAll().execute()
    const now = Math.floor(Date.now() / 1000)
    for (const row of rows) expect(row.expires_at).toBeLessThanOrEqual(now + expires_in)
    expect(JSON.stringify(rows)).not.toContain(token)
  })

  test('N059 CORS: the answer carries the origin for the client that registered it, never credentials', async () => {
    const origin = 'https://app.example'
    await addClient(house, {
      client_id: 'cors',
      ...PEOPLE,
      token_endpoint_auth_method: 'none',
      allowed_cors_origins: [origin],
    })
    const call = (client_id: string, from: string) =>
      fetch(`${house.issuer()}/revoke`, {
        method: 'POST',
        headers: { origin: from },
        body: form({ token: 'x', client_id }),
      })
    const allowed = await call('cors', origin)
    expect(allowed.headers.get('access-control-allow-origin')).toBe(origin)
    expect(allowed.headers.get('access-control-allow-credentials')).toBeNull()
    expect(allowed.headers.get('vary')).toMatch(/origin/i)
    for (const from of ['https://evil.example', 'null', `${origin}.evil.example`]) {
      expect((await call('cors', from)).headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})
