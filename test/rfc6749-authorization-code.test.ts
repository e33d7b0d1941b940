import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorize, REDIRECT_URI, redeem, refresh, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

const WEB = {
  grant_types: ['authorization_code', 'refresh_token'],
  redirect_uris: [REDIRECT_URI],
  scope: 'openid profile email phone address role offline_access',
}

describe.each(ENGINES)('the code grant on %s', (engine) => {
  let house: House
  let web: Credentials
  let other: Credentials
  let alice: string

  beforeAll(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, { client_id: 'web', ...WEB })
    other = await addClient(house, { client_id: 'other', ...WEB })
    alice = await addUser(house, { username: 'alice', name: 'Alice', email: 'alice@example.com' })
  })
  afterAll(() => house.close())

  const error = async (response: Response): Promise<string> => ((await response.json()) as { error: string }).error
  const isActive = async (token: string): Promise<boolean> => {
    const body = form({ token })
    const response = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(web), body })
    return ((await response.json()) as { active: boolean }).active
  }

  test('N018 N069 a person logs in and the client gets tokens that any library can check', async () => {
    const flow = await authorize(house, {
      client: web,
      username: 'alice',
      scope: 'openid email',
      parameters: { nonce: 'n-1' },
    })
    expect(flow.answer.get('state')).toBe('a state')
    expect(flow.answer.get('iss')).toBe(house.issuer())
    const response = await redeem(house, web, flow)
    expect(response.status).toBe(200)
    const tokens = (await response.json()) as Tokens
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 43_200, scope: 'openid email' })
    const keys = createRemoteJWKSet(new URL(`${house.issuer()}/jwks`))
    const expected = { issuer: house.issuer(), audience: 'web' }
    const { payload } = await jwtVerify(tokens.id_token ?? '', keys, expected)
    expect(payload).toMatchObject({ sub: alice, nonce: 'n-1', amr: ['pwd'], sid: expect.any(String) })
    expect(payload['at_hash']).toEqual(expect.any(String))
    await jwtVerify(tokens.access_token, keys, { issuer: house.issuer(), audience: house.issuer(), typ: 'at+jwt' })
    const userinfo = await fetch(`${house.issuer()}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(await userinfo.json()).toEqual({ sub: alice, email: 'alice@example.com', email_verified: false })
  })

  test('N060 §4.1.2 a code used twice is refused and its tokens die', async () => {
    const flow = await authorize(house, { client: web, username: 'alice' })
    const tokens = (await (await redeem(house, web, flow)).json()) as Tokens
    expect(await isActive(tokens.access_token)).toBe(true)
    expect(await error(await redeem(house, web, flow))).toBe('invalid_grant')
    expect(await isActive(tokens.access_token)).toBe(false)
    expect(await error(await refresh(house, web, tokens.refresh_token ?? ''))).toBe('invalid_grant')
  })

  test('N061 of 100 that redeem one code at once, one succeeds at most', async () => {
    const flow = await authorize(house, { client: web, username: 'alice' })
    const responses = await Promise.all(Array.from({ length: 100 }, () => redeem(house, web, flow)))
    expect(responses.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(responses.every(({ status }) => status === 200 || status === 400)).toBe(true)
  })

  test('N062 a code shown by another client is refused and burned', async () => {
    const flow = await authorize(house, { client: web, username: 'alice' })
    expect(await error(await redeem(house, other, flow))).toBe('invalid_grant')
    expect(await error(await redeem(house, web, flow))).toBe('invalid_grant')
  })

  test('N063 §4.1.3 redirect_uri: another one is refused, none is fine with PKCE and refused without', async () => {
    const first = await authorize(house, { client: web, username: 'alice' })
    const wrong = await tokenRequest(house, web, {
      grant_type: 'authorization_code',
      code: first.code,
      code_verifier: first.verifier,
      redirect_uri: `${REDIRECT_URI}/`,
    })
    expect(await error(wrong)).toBe('invalid_grant')
    const second = await authorize(house, { client: web, username: 'alice' })
    const absent = await tokenRequest(house, web, {
      grant_type: 'authorization_code',
      code: second.code,
      code_verifier: second.verifier,
    })
    expect(absent.status).toBe(200)
    const plain = await addClient(house, { client_id: `plain-${engine}`, ...WEB, require_pkce: false })
    const third = await authorize(house, {
      client: plain,
      username: 'alice',
      parameters: { code_challenge: '', code_challenge_method: '' },
    })
    const withoutBoth = await tokenRequest(house, plain, { grant_type: 'authorization_code', code: third.code })
    expect(await error(withoutBoth)).toBe('invalid_grant')
  })

  test('N064 an expired code is refused, burned by that, and a clock set back does not revive it', async () => {
    const flow = await authorize(house, { client: web, username: 'alice' })
    const { sql } = house.app.context.db
    await sql.updateTable('authorization_codes').set({ expires_at: 1 }).where('spent_at', 'is', null).execute()
    expect(await error(await redeem(house, web, flow))).toBe('invalid_grant')
    await sql.updateTable('authorization_codes').set({ expires_at: 9_999_999_999 }).execute()
    expect(await error(await redeem(house, web, flow))).toBe('invalid_grant')
  })

  test('N065 N066 N067 RFC 7636 §4.6 a verifier that is missing, not asked for, or wrong', async () => {
    const attempt = async (verifier: Record<string, string>, parameters: Record<string, string> = {}) => {
      const client = 'code_challenge' in parameters ? await plainClient() : web
      const flow = await authorize(house, { client, username: 'alice', parameters })
      const fields = { grant_type: 'authorization_code', code: flow.code, redirect_uri: REDIRECT_URI, ...verifier }
      return await error(await tokenRequest(house, client, fields))
    }
    let made = 0
    const plainClient = () => addClient(house, { client_id: `nopkce-${engine}-${made++}`, ...WEB, require_pkce: false })
    expect(await attempt({})).toBe('invalid_grant')
    expect(await attempt({ code_verifier: 'v'.repeat(43) })).toBe('invalid_grant')
    expect(await attempt({ code_verifier: 'v'.repeat(42) })).toBe('invalid_grant')
    expect(await attempt({ code_verifier: 'v'.repeat(129) })).toBe('invalid_grant')
    expect(await attempt({ code_verifier: `${'v'.repeat(42)}!` })).toBe('invalid_grant')
    const none = { code_challenge: '', code_challenge_method: '' }
    expect(await attempt({ code_verifier: 'v'.repeat(43) }, none)).toBe('invalid_grant')
  })

  test('N068 N040 a user disabled between code and token', async () => {
    await addUser(house, { username: `bob-${engine}` })
    const flow = await authorize(house, { client: web, username: `bob-${engine}` })
    const { sql } = house.app.context.db
    await sql.updateTable('users').set({ enabled: 0 }).where('username', '=', `bob-${engine}`).execute()
    expect(await error(await redeem(house, web, flow))).toBe('invalid_grant')
  })

  test('N078 tokens are not interchangeable', async () => {
    const tokens = await tokensOf(house, { client: web, username: 'alice', scope: 'openid offline_access' })
    const userinfo = (token: string) =>
      fetch(`${house.issuer()}/userinfo`, { headers: { authorization: `Bearer ${token}` } })
    for (const token of [tokens.id_token ?? '', tokens.refresh_token ?? '']) {
      expect((await userinfo(token)).status).toBe(401)
    }
    for (const token of [tokens.id_token ?? '', tokens.access_token]) {
      expect(await error(await refresh(house, web, token))).toBe('invalid_grant')
    }
  })

  test('an opaque access token works the same', async () => {
    const opaque = await addClient(house, { client_id: `opaque-${engine}`, ...WEB, access_token_format: 'opaque' })
    const tokens = await tokensOf(house, { client: opaque, username: 'alice', scope: 'openid profile' })
    expect(tokens.access_token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(() => decodeJwt(tokens.access_token)).toThrow()
    const userinfo = await fetch(`${house.issuer()}/userinfo`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    })
    expect(await userinfo.json()).toMatchObject({ sub: alice, name: 'Alice' })
  })
})
