import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, type Credentials, USER_PASSWORD } from './clients.ts'
import { ENGINES } from './house.ts'
import { jsonOf } from './office.ts'
import { CHECK, OWN_CHECK, openPlant, type Plant, REVOKE, TOKEN, UNKNOWN } from './older-callers.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('spring callers on %s', (engine) => {
  let { house, admin, key, other, reader, post, anonymous, byPassword, tokens } = {} as Plant

  beforeAll(async () => {
    ;({ house, admin, key, other, reader, post, anonymous, byPassword, tokens } = await openPlant(engine))
  })
  afterAll(() => house.close())

  test('off, there is nothing at the paths', async () => {
    for (const path of [TOKEN, CHECK, OWN_CHECK, REVOKE]) expect((await post(path, { token: 'x' })).status).toBe(404)
    expect((await admin.patch('/realms/plant', { facades: ['spring', 'onesait'] })).status).toBe(200)
  })

  test('a token by password has every field', async () => {
    const answer = await byPassword()
    expect(answer.status).toBe(200)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('pragma')).toBe('no-cache')
    expect(await answer.json()).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      refresh_token: expect.any(String),
      expires_in: 43_200,
      scope: 'openid',
      jti: expect.any(String),
      authorities: ['ROLE_DEVELOPER', 'ROLE_OPERATOR'],
      clientId: 'plant',
      principal: 'alice',
      name: 'alice',
      grantType: 'password',
    })
  })

  test('a machine of its own: no user, no refresh token, no scope', async () => {
    expect(await jsonOf(await post(TOKEN, { grant_type: 'client_credentials' }, other))).toEqual({
      access_token: expect.any(String),
      token_type: 'bearer',
      expires_in: 43_200,
      jti: expect.any(String),
      authorities: [],
      clientId: 'other',
      principal: 'other',
      name: 'other',
      grantType: 'client_credentials',
    })
  })

  test('N126 check_token: every field, the token in the form or the URL; GET is answered, counted and warned about', async () => {
    const { access_token, jti } = await tokens()
    const seen = {
      user_name: 'alice',
      authorities: ['ROLE_DEVELOPER', 'ROLE_OPERATOR'],
      scope: ['openid'],
      jti,
      exp: expect.any(Number),
      grant_type: 'password',
      client_id: 'plant',
      aud: [house.issuer('plant')],
      active: true,
    }
    const asked = `${house.url}${CHECK}?token=${access_token}`
    const answers = [
      await post(CHECK, { token: access_token }),
      await fetch(asked, { method: 'POST', headers: basic(key) }),
      await fetch(asked, { headers: basic(key) }),
    ]
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      expect(await answer.json()).toEqual(seen)
    }
    const uses = await admin.get('/realms/plant/legacy-uses?kind=spring_get')
    expect(uses.body.items).toMatchObject([{ client_id: 'plant', uses: 1 }])
    expect(house.logged.filter((line) => line.includes('token_in_url'))).toHaveLength(1)
    expect(house.logged.join('\n')).not.toContain(access_token)
  })

  test('N126 N123 an unknown, revoked or foreign token is the same 400; nobody is told of tokens without authentication', async () => {
    const { access_token, refresh_token } = await tokens()
    const gone = await tokens()
    await post(REVOKE, { token: gone.access_token })
    const cases: readonly [Credentials, string][] = [
      [key, 'no token at all'],
      [key, gone.access_token],
      [key, refresh_token],
      [other, access_token],
    ]
    for (const [caller, token] of cases) {
      const answer = await post(CHECK, { token }, caller)
      expect(answer.status).toBe(400)
      expect(await answer.json()).toEqual(UNKNOWN)
    }
    expect((await post(CHECK, { token: access_token }, reader)).status).toBe(200)
    const nobody = await anonymous(CHECK, { token: access_token })
    expect(nobody.status).toBe(401)
    expect(nobody.headers.get('www-authenticate')).toContain('Basic')
    expect(await nobody.json()).toMatchObject({ error: 'unauthorized' })
    const wrong = await post(CHECK, { token: access_token }, { ...key, client_secret: 'wrong' })
    expect(wrong.status).toBe(401)
    expect(await wrong.json()).toMatchObject({ error: 'invalid_client' })
  })

  test('N126 an expired token says so, to those who might have seen it before', async () => {
    const short = { client_id: 'short', grant_types: ['client_credentials'], expires_in: 1 }
    const brief = await addClient(house, short, undefined, 'plant')
    const { access_token } = await jsonOf(await post(TOKEN, { grant_type: 'client_credentials' }, brief))
    await expect
      .poll(async () => jsonOf(await post(CHECK, { token: access_token }, brief)))
      .toEqual({ error: 'invalid_token', error_description: 'Token has expired' })
    expect(await jsonOf(await post(CHECK, { token: access_token }, reader))).toMatchObject({
      error_description: 'Token has expired',
    })
    expect(await jsonOf(await post(CHECK, { token: access_token }, other))).toEqual(UNKNOWN)
    expect(await jsonOf(await post(OWN_CHECK, { token: access_token }, brief))).toMatchObject({
      error: 'invalid_token',
      error_description: 'Token has expired',
    })
  })

  test('refresh: one use, a new refresh token each time, the same shape', async () => {
    const first = await tokens()
    const refreshed = await post(TOKEN, { grant_type: 'refresh_token', refresh_token: first.refresh_token })
    expect(refreshed.status).toBe(200)
    const second = await jsonOf(refreshed)
    expect(second).toMatchObject({ ...first, ...pick(second), grantType: 'password' })
    expect(second.refresh_token).not.toBe(first.refresh_token)
    const third = await jsonOf(await post(TOKEN, { grant_type: 'refresh_token', refresh_token: second.refresh_token }))
    expect(third.refresh_token).not.toBe(second.refresh_token)
    const reused = await post(TOKEN, { grant_type: 'refresh_token', refresh_token: first.refresh_token })
    expect(reused.status).toBe(400)
    expect(await reused.json()).toEqual({ error: 'invalid_grant', error_description: 'Invalid refresh token' })
    expect((await post(CHECK, { token: third.access_token })).status).toBe(400)
  })

  const pick = ({ access_token, refresh_token, jti }: Readonly<Record<string, string>>) => ({
    access_token,
    refresh_token,
    jti,
  })

  test.each([
    ['no grant', { grant_type: '' }, 400, { error: 'invalid_request', error_description: 'Missing grant type' }],
    ['an unknown grant', { grant_type: 'magic' }, 400, { error: 'unsupported_grant_type' }],
    ['a wrong password', { password: 'wrong' }, 400, { error: 'invalid_grant', error_description: 'Bad credentials' }],
    ['an unknown user', { username: 'bob' }, 400, { error: 'invalid_grant', error_description: 'Bad credentials' }],
    ['an unknown scope', { scope: 'everything' }, 400, { error: 'invalid_scope' }],
    ['N184 another clientId', { clientId: 'other' }, 400, { error: 'invalid_request' }],
    ['N184 another client_id', { client_id: 'other' }, 400, { error: 'invalid_request' }],
  ])('%s', async (_what, fields, status, body) => {
    const answer = await byPassword(fields)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toMatchObject(body)
  })

  test('N184 another clientId at a refresh', async () => {
    const { refresh_token } = await tokens()
    const answer = await post(TOKEN, { grant_type: 'refresh_token', refresh_token, clientId: 'other' })
    expect(await jsonOf(answer)).toMatchObject({ error: 'invalid_request' })
  })

  test('the methods that are not there, and credentials that are missing or wrong', async () => {
    for (const path of [TOKEN, OWN_CHECK, REVOKE]) {
      const answer = await fetch(`${house.url}${path}`)
      expect(answer.status).toBe(405)
      expect(answer.headers.get('allow')).toBe('POST')
      expect(await answer.json()).toMatchObject({ error: 'method_not_allowed' })
    }
    const nobody = await anonymous(TOKEN, { grant_type: 'password', username: 'alice', password: USER_PASSWORD })
    expect(nobody.status).toBe(401)
    expect(await nobody.json()).toMatchObject({ error: 'unauthorized' })
    const inBody = await anonymous(TOKEN, { grant_type: 'client_credentials', ...other })
    expect(inBody.status).toBe(200)
  })

  test('N082 the switch of the realm counts here too', async () => {
    await admin.patch('/realms/plant', { allow_password_grant: false })
    const refused = await byPassword()
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'unsupported_grant_type' })
    await admin.patch('/realms/plant', { allow_password_grant: true })
  })

  test('a token twice is refused, wherever it stands', async () => {
    const { access_token } = await tokens()
    const url = `${house.url}${CHECK}?token=${access_token}`
    const twice = await fetch(url, { method: 'POST', headers: basic(key), body: form({ token: access_token }) })
    expect(twice.status).toBe(400)
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' })
    const secret = await fetch(`${url}&client_secret=x`, { headers: basic(key) })
    expect(await jsonOf(secret)).toMatchObject({ error: 'invalid_request' })
  })

  test('N139 tokens and clients of another realm are unknown here', async () => {
    const far = await addClient(house, { client_id: 'far', grant_types: ['client_credentials'] })
    const response = await fetch(`${house.issuer()}/token`, {
      method: 'POST',
      headers: basic(far),
      body: form({ grant_type: 'client_credentials' }),
    })
    const { access_token } = await jsonOf(response)
    for (const path of [CHECK, OWN_CHECK]) {
      expect(await jsonOf(await post(path, { token: access_token }, reader))).toEqual(UNKNOWN)
    }
    expect((await post(CHECK, { token: access_token }, far)).status).toBe(401)
  })

  test('N040 a disabled client is told invalid_client, a disabled user ends the tokens, a disabled realm the paths', async () => {
    const held = await tokens()
    await admin.patch('/realms/plant/clients/other', { enabled: false })
    const refused = await post(TOKEN, { grant_type: 'client_credentials' }, other)
    expect(refused.status).toBe(401)
    expect(await refused.json()).toMatchObject({ error: 'invalid_client' })
    const { items } = (await admin.get('/realms/plant/users?username=alice')).body
    await admin.patch(`/realms/plant/users/${items[0].id}`, { enabled: false })
    expect(await jsonOf(await post(CHECK, { token: held.access_token }))).toEqual(UNKNOWN)
    await admin.patch('/realms/plant', { enabled: false })
    expect((await post(CHECK, { token: held.access_token })).status).toBe(404)
  })
})
