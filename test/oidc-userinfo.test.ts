import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApi, createScope } from '#store/resource-changes.ts'
import { createRole } from '#store/roles.ts'
import { updateUser } from '#store/user-changes.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR } from './clients.ts'
import { authorize, REDIRECT_URI, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { form } from './requests.ts'

const SCOPES = 'openid profile email phone address role'

describe.each(ENGINES)('userinfo on %s', (engine) => {
  let house: House
  let web: Credentials
  let opaque: Credentials
  let alice: string

  beforeAll(async () => {
    house = await openHouse({ engine })
    const { db } = house.app.context
    const { id } = await realmOf(house, 'default')
    const api = await createApi(db, TEST_ACTOR, id, { identifier: 'https://orders.example', name: 'orders' })
    if (api === 'taken') throw new Error('taken')
    await createScope(db, TEST_ACTOR, id, { name: 'orders:read', description: 'orders', api_id: api.id })
    await createRole(db, TEST_ACTOR, id, { name: 'buyer', description: '' })
    const people = {
      grant_types: ['authorization_code', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: `${SCOPES} orders:read`,
    }
    web = await addClient(house, { client_id: 'web', ...people })
    opaque = await addClient(house, { client_id: 'opaque', access_token_format: 'opaque', ...people })
    alice = await addUser(house, {
      username: 'alice',
      name: 'Alice Ä',
      given_name: 'Alice',
      email: 'alice@example.com',
      phone_number: '+1 555 0100',
      roles: ['buyer'],
    })
  })
  afterAll(() => house.close())

  const url = () => `${house.issuer()}/userinfo`
  const get = (headers: Record<string, string> = {}, query = '') => fetch(url() + query, { headers })
  const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(url(), { method: 'POST', headers, body: form(fields) })
  const tokens = (client = web, scope = SCOPES, parameters = {}) =>
    tokensOf(house, { client, username: 'alice', scope, parameters })
  const showing = (token: string) => ({ authorization: `Bearer ${token}` })
  const told = async (response: Response) => ({
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    error: ((await response.json()) as { error?: string }).error,
  })

  test('§5.3.2 §5.4 the claims of the granted scopes, and no others', async () => {
    const everything = {
      sub: alice,
      name: 'Alice Ä',
      given_name: 'Alice',
      preferred_username: 'alice',
      updated_at: expect.any(Number),
      email: 'alice@example.com',
      email_verified: false,
      phone_number: '+1 555 0100',
      roles: ['buyer'],
    }
    for (const client of [web, opaque]) {
      const { access_token: token } = await tokens(client)
      const response = await get(showing(token))
      expect(response.headers.get('content-type')).toBe('application/json')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual(everything)
    }
    const { access_token: narrow } = await tokens(web, 'openid email')
    const { email, email_verified, sub } = everything
    expect(await (await get(showing(narrow))).json()).toEqual({ sub, email, email_verified })
    const { access_token: least } = await tokens(web, 'openid')
    expect(await (await get(showing(least))).json()).toEqual({ sub })
  })

  test('§5.3.2 they are as they are now, not as they were when the token was made', async () => {
    const { access_token: token } = await tokens(web, 'openid profile')
    const { db } = house.app.context
    const { id } = await realmOf(house, 'default')
    await updateUser(db, TEST_ACTOR, id, alice, () => ({ given_name: 'Alicia' }))
    expect(await (await get(showing(token))).json()).toMatchObject({ given_name: 'Alicia' })
    await updateUser(db, TEST_ACTOR, id, alice, () => ({ given_name: 'Alice' }))
  })

  test('N129 §5.3.1 GET and POST, by header or by form', async () => {
    const { access_token } = await tokens(web, 'openid')
    const ways = [
      get(showing(access_token)),
      post({}, showing(access_token)),
      post({ access_token }),
      fetch(url(), { method: 'POST', headers: showing(access_token) }),
      get({ authorization: `bearer ${access_token}` }),
      get({ authorization: `BEARER ${access_token}` }),
    ]
    for (const response of await Promise.all(ways)) expect(await response.json()).toEqual({ sub: alice })
    for (const method of ['PUT', 'DELETE', 'PATCH']) {
      const response = await fetch(url(), { method, headers: showing(access_token) })
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST, HEAD, OPTIONS'])
    }
  })

  test('N129 RFC 6750 §3 no token: a bare challenge; a bad one: invalid_token', async () => {
    for (const response of [await get(), await post({}), await get({}, '?access_token=')]) {
      expect(await told(response)).toMatchObject({ status: 401, challenge: 'Bearer' })
      expect(response.headers.get('cache-control')).toBe('no-store')
    }
    for (const bad of ['x', 'a.b.c', 'x'.repeat(43)]) {
      for (const response of [await get(showing(bad)), await post({ access_token: bad })]) {
        const answer = await told(response)
        expect(answer).toMatchObject({ status: 401, error: 'invalid_token' })
        expect(answer.challenge).toMatch(/^Bearer error="invalid_token", error_description="[^"\\]+"$/)
      }
    }
  })

  test('N129 RFC 6750 §2.3 a token in the URL is none; §2 in two ways at once: invalid_request', async () => {
    const { access_token } = await tokens(web, 'openid')
    const query = `?access_token=${access_token}`
    expect(await told(await get({}, query))).toMatchObject({ status: 401, challenge: 'Bearer' })
    const inUrl = await fetch(url() + query, { method: 'POST' })
    expect((await told(inUrl)).status).toBe(401)
    const twice = await post({ access_token }, showing(access_token))
    expect(await told(twice)).toMatchObject({ status: 400, error: 'invalid_request' })
    const twiceInForm = await fetch(url(), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `access_token=${access_token}&access_token=${access_token}`,
    })
    expect(await told(twiceInForm)).toMatchObject({ status: 400, error: 'invalid_request' })
    expect(house.logged.join('\n')).not.toContain(access_token)
  })

  test('N129 RFC 6750 §3.1 without openid: 403 and the scope that it takes', async () => {
    for (const client of [web, opaque]) {
      const { access_token: token } = await tokens(client, 'profile')
      expect(await told(await get(showing(token)))).toEqual({
        status: 403,
        error: 'insufficient_scope',
        challenge: 'Bearer error="insufficient_scope", scope="openid"',
      })
    }
  })

  test('N129 a token for an API alone is not for us; with openid it is', async () => {
    const { access_token: forApi } = await tokens(web, 'orders:read')
    expect(decodeJwt(forApi).aud).toBe('https://orders.example')
    expect(await told(await get(showing(forApi)))).toMatchObject({ status: 401, error: 'invalid_token' })
    const { access_token: forBoth } = await tokens(web, 'openid orders:read')
    expect(decodeJwt(forBoth).aud).toEqual(['https://orders.example', house.issuer()])
    expect((await get(showing(forBoth))).status).toBe(200)
  })

  test('N130 §5.3.2 sub is that of the ID token; a client’s own token is nobody’s', async () => {
    for (const client of [web, opaque]) {
      const { access_token, id_token = '' } = await tokens(client)
      const { sub } = (await (await get(showing(access_token))).json()) as { sub: string }
      expect(sub).toBe(decodeJwt(id_token).sub)
    }
    const machine = await addClient(house, { client_id: 'machine', grant_types: ['client_credentials'] })
    const response = await tokenRequest(house, machine, { grant_type: 'client_credentials' })
    const { access_token: token } = (await response.json()) as Tokens
    expect(await told(await get(showing(token)))).toMatchObject({ status: 403, error: 'insufficient_scope' })
  })

  test('N131 no parameter and no field of a person or client overwrites a reserved claim', async () => {
    const names = [
      'iss',
      'sub',
      'aud',
      'exp',
      'iat',
      'jti',
      'nonce',
      'at_hash',
      'sid',
      'amr',
      'auth_time',
      'azp',
      'acr',
    ]
    const wanted = ['roles', 'client_id', 'scope', 'groups', 'is_admin', '__proto__', 'constructor']
    const asked = Object.fromEntries([...names, ...wanted].map((name) => [name, { value: 'mine' }]))
    const { sub: _sub, acr: _acr, ...claims } = asked
    const parameters = {
      claims: JSON.stringify({ id_token: claims, userinfo: claims }),
      iss: 'mine',
      sub: 'mine',
      aud: 'mine',
      roles: 'mine',
    }
    const { access_token, id_token = '' } = await tokens(web, 'openid profile', parameters)
    for (const token of [decodeJwt(id_token), decodeJwt(access_token)]) {
      expect(JSON.stringify(token)).not.toContain('mine')
      expect(token).toMatchObject({ iss: house.issuer(), sub: alice })
      expect(token).not.toHaveProperty('roles')
      expect(token).not.toHaveProperty('is_admin')
    }
    expect(decodeJwt(id_token).aud).toBe('web')
    const userinfo = (await (await get(showing(access_token))).json()) as object
    expect(JSON.stringify(userinfo)).not.toContain('mine')
    expect(userinfo).not.toHaveProperty('roles')
    expect(Object.keys(userinfo)).not.toContain('iss')
    const withRoles = await tokens(web, 'openid role', { claims: JSON.stringify({ id_token: { roles: null } }) })
    expect(decodeJwt(withRoles.id_token ?? '')['roles']).toEqual(['buyer'])
    expect(decodeJwt(withRoles.access_token)['roles']).toEqual(['buyer'])
  })

  test('N131 tokens of system carry no roles, whatever is asked for', async () => {
    await addClient(
      house,
      {
        client_id: 'console-like',
        grant_types: ['authorization_code'],
        redirect_uris: [REDIRECT_URI],
        scope: SCOPES,
      },
      'a secret that was typed',
      'system',
    )
    await addUser(house, { username: 'root', roles: ['admin'] }, 'system')
    const client = { client_id: 'console-like', client_secret: 'a secret that was typed' }
    const authorized = await authorize(house, { client, username: 'root', scope: 'openid role', realm: 'system' })
    const fields = {
      grant_type: 'authorization_code',
      code: authorized.code,
      redirect_uri: REDIRECT_URI,
      code_verifier: authorized.verifier,
    }
    const answer = (await (await tokenRequest(house, client, fields, 'system')).json()) as Tokens
    expect(decodeJwt(answer.access_token)).not.toHaveProperty('roles')
    expect(decodeJwt(answer.id_token ?? '')).not.toHaveProperty('roles')
    const userinfo = await fetch(`${house.issuer('system')}/userinfo`, { headers: showing(answer.access_token) })
    expect(await userinfo.json()).not.toHaveProperty('roles')
  })
})
