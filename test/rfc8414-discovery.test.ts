import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { updateRealm } from '#store/realms.ts'
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, TEST_ACTOR } from './clients.ts'
import { authorizationUrl, pkce, REDIRECT_URI, signIn, tokensOf } from './code-flow.ts'
import { ASSERTION_TYPE, addRealm } from './handles.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

type Metadata = Readonly<Record<string, unknown>>

const PEOPLE = {
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: [REDIRECT_URI],
  scope: 'openid profile email phone address role offline_access',
}

describe.each(ENGINES)('discovery on %s', (engine) => {
  let house: House

  beforeAll(async () => {
    house = await openHouse({ engine })
    await addUser(house, { username: 'alice', name: 'Alice', email: 'alice@example.com' })
  })
  afterAll(() => house.close())

  const paths = (realm: string) => [
    `${house.issuer(realm)}/.well-known/openid-configuration`,
    `${house.url}/.well-known/openid-configuration/realms/${realm}`,
    `${house.url}/.well-known/oauth-authorization-server/realms/${realm}`,
  ]
  const metadata = async (realm = 'default'): Promise<Metadata> =>
    (await (await fetch(paths(realm)[0] ?? '')).json()) as Metadata
  const list = (document: Metadata, name: string): readonly string[] => document[name] as string[]

  test.each(['default', 'system'])('N132 §3 one document at three paths, with the exact issuer: %s', async (realm) => {
    const answers = await Promise.all(paths(realm).map((path) => fetch(path)))
    const bodies = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(bodies).size).toBe(1)
    for (const { status, headers } of answers) {
      expect(status).toBe(200)
      expect(headers.get('content-type')).toBe('application/json')
      expect(headers.get('cache-control')).toBe('public, max-age=300')
      expect(headers.get('access-control-allow-origin')).toBe('*')
    }
    expect(JSON.parse(bodies[0] ?? '')).toMatchObject({ issuer: house.issuer(realm) })
  })

  test('N132 N037 the Host header and a query change nothing', async () => {
    const wanted = await metadata()
    const [path = ''] = paths('default')
    const disguised = { headers: { 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' } }
    expect(await (await fetch(path, disguised)).json()).toEqual(wanted)
    expect(await (await fetch(`${path}?issuer=https://evil.example`)).json()).toEqual(wanted)
  })

  test('N132 an unknown, a disabled and an impossible realm look alike at every door', async () => {
    await addRealm(house, 'asleep')
    await updateRealm(house.app.context.db, TEST_ACTOR, 'asleep', () => ({ enabled: false }))
    const tell = async (url: string, init?: RequestInit) => {
      const response = await fetch(url, init)
      const headers = Object.fromEntries(response.headers)
      return { status: response.status, body: await response.text(), type: headers['content-type'] }
    }
    const doors = (realm: string): [string, RequestInit?][] => [
      ...paths(realm).map((path): [string] => [path]),
      [`${house.issuer(realm)}/jwks`],
      [`${house.issuer(realm)}/userinfo`, { headers: { authorization: 'Bearer x' } }],
      ...['token', 'introspect', 'revoke'].map((door): [string, RequestInit] => [
        `${house.issuer(realm)}/${door}`,
        { method: 'POST', body: form({ grant_type: 'client_credentials', token: 'x', client_id: 'x' }) },
      ]),
    ]
    const asleep = doors('asleep')
    for (const unknown of ['never-was', 'DEFAULT', 'default%20', '..%2fdefault', "x'--"]) {
      for (const [at, [url, init]] of doors(unknown).entries()) {
        const told = await tell(url, init)
        expect(told.status, url).toBe(404)
        const [disabledUrl, disabledInit] = asleep[at] ?? ['']
        expect(told, url).toEqual(await tell(disabledUrl, disabledInit))
        expect(told.body).not.toContain('asleep')
      }
    }
  })

  test('N132 every address that is advertised is a door of ours that answers', async () => {
    for (const realm of ['default', 'system']) {
      const document = await metadata(realm)
      const addresses = Object.entries(document).filter(([name]) => /(_endpoint|_uri)$/.test(name))
      expect(addresses.map(([name]) => name).toSorted()).toEqual([
        'authorization_endpoint',
        'device_authorization_endpoint',
        'end_session_endpoint',
        'introspection_endpoint',
        'jwks_uri',
        'revocation_endpoint',
        'token_endpoint',
        'userinfo_endpoint',
      ])
      for (const [name, address] of addresses) {
        expect(String(address).startsWith(`${house.issuer(realm)}/`), name).toBe(true)
        const isPosted = /^(token|introspection|revocation|device_authorization)_endpoint$/.test(name)
        const response = await fetch(String(address), { method: isPosted ? 'POST' : 'GET' })
        expect([404, 405, 500], name).not.toContain(response.status)
        await response.body?.cancel()
      }
    }
  })

  test('N132 what is not there is not advertised', async () => {
    const document = await metadata()
    expect(document).toMatchObject({
      request_parameter_supported: false,
      request_uri_parameter_supported: false,
      authorization_response_iss_parameter_supported: true,
      response_types_supported: ['code'],
      code_challenge_methods_supported: ['S256'],
      subject_types_supported: ['public'],
    })
    const later = ['registration_endpoint', 'pushed_authorization_request_endpoint']
    const absent = [
      ...later,
      'check_session_iframe',
      'backchannel_logout_supported',
      'dpop_signing_alg_values_supported',
    ]
    for (const name of [...absent, 'tls_client_certificate_bound_access_tokens'])
      expect(document).not.toHaveProperty(name)
  })

  test('N132 the grant types are exactly those that the token endpoint knows', async () => {
    const advertised = list(await metadata(), 'grant_types_supported')
    const others = ['password', 'implicit']
    const later = ['urn:ietf:params:oauth:grant-type:jwt-bearer', 'urn:ietf:params:oauth:grant-type:token-exchange']
    for (const grant_type of [...advertised, ...others, ...later]) {
      const response = await fetch(`${house.issuer()}/token`, {
        method: 'POST',
        body: form({ grant_type, client_id: 'nobody' }),
      })
      const { error } = (await response.json()) as { error: string }
      expect(error !== 'unsupported_grant_type', grant_type).toBe(advertised.includes(grant_type))
    }
    expect(advertised.length).toBe(4)
  })

  test('N132 the authentication methods are exactly those that work, at each of the three doors', async () => {
    const document = await metadata()
    const machine = { grant_types: ['client_credentials'], introspect_all: true } as const
    const methods = [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
      'none',
    ] as const
    const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const jwks = { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256' }] }
    for (const method of methods) {
      const credentials = await addClient(house, {
        client_id: `by-${method}`,
        token_endpoint_auth_method: method,
        ...machine,
        ...(method === 'private_key_jwt' && { jwks }),
      })
      const key = method === 'private_key_jwt' ? pair.privateKey : Buffer.from(credentials.client_secret)
      for (const [door, name] of [
        ['token', 'token'],
        ['introspect', 'introspection'],
        ['revoke', 'revocation'],
      ]) {
        const fields: Record<string, string> = { grant_type: 'client_credentials', token: 'unknown' }
        let headers = {}
        if (method === 'client_secret_basic') headers = basic(credentials)
        else if (method === 'client_secret_post') Object.assign(fields, credentials)
        else if (method === 'none') fields['client_id'] = credentials.client_id
        else {
          const alg = method === 'private_key_jwt' ? 'ES256' : 'HS256'
          fields['client_assertion'] = await assertion(credentials.client_id, alg, key)
          fields['client_assertion_type'] = ASSERTION_TYPE
        }
        const response = await fetch(`${house.issuer()}/${door}`, { method: 'POST', headers, body: form(fields) })
        const isKnown = list(document, `${name}_endpoint_auth_methods_supported`).includes(method)
        expect(response.status !== 401, `${method} at ${door}`).toBe(isKnown)
      }
    }
  })

  const assertion = (id: string, alg: string, key: KeyObject | Uint8Array) =>
    new SignJWT({ jti: crypto.randomUUID() })
      .setProtectedHeader({ alg, kid: 'k' })
      .setIssuer(id)
      .setSubject(id)
      .setAudience(house.issuer())
      .setExpirationTime('1m')
      .sign(key)

  test('N132 every algorithm of client assertions that is advertised works', async () => {
    const document = await metadata()
    const advertised = list(document, 'token_endpoint_auth_signing_alg_values_supported')
    for (const door of ['introspection', 'revocation']) {
      expect(document[`${door}_endpoint_auth_signing_alg_values_supported`]).toEqual(advertised)
    }
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const ed25519 = generateKeyPairSync('ed25519')
    const curve = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve })
    const pairs = { ES256: curve('P-256'), ES384: curve('P-384'), ES512: curve('P-521') }
    for (const alg of advertised.filter((each) => each !== 'HS256')) {
      const pair = alg in pairs ? pairs[alg as keyof typeof pairs] : alg.startsWith('Ed') ? ed25519 : rsa
      const client_id = `signs-${alg}`
      await addClient(house, {
        client_id,
        token_endpoint_auth_method: 'private_key_jwt',
        grant_types: ['client_credentials'],
        jwks: { keys: [{ ...pair.publicKey.export({ format: 'jwk' }), kid: 'k', alg, use: 'sig' }] },
      })
      const fields = {
        grant_type: 'client_credentials',
        client_assertion: await assertion(client_id, alg, pair.privateKey),
        client_assertion_type: ASSERTION_TYPE,
      }
      const response = await fetch(`${house.issuer()}/token`, { method: 'POST', body: form(fields) })
      expect(response.status, `${alg}: ${await response.text()}`).toBe(200)
    }
  })

  test('N132 each response mode, prompt, scope and ID token algorithm that is advertised works', async () => {
    const document = await metadata()
    const algorithms = list(document, 'id_token_signing_alg_values_supported')
    for (const alg of algorithms) {
      const fields = { ...PEOPLE, id_token_signed_response_alg: alg as 'RS256' | 'ES256' }
      const client = await addClient(house, { client_id: `gets-${alg}`, ...fields })
      const { id_token = '' } = await tokensOf(house, { client, username: 'alice' })
      const header = JSON.parse(Buffer.from(id_token.split('.')[0] ?? '', 'base64url').toString()) as { alg: string }
      expect(header.alg).toBe(alg)
    }
    const browser = new Browser(house.url)
    const ask = async (more: Record<string, string>): Promise<Page> => {
      const parameters = {
        response_type: 'code',
        client_id: 'gets-RS256',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        code_challenge: pkce().challenge,
        code_challenge_method: 'S256',
        ...more,
      }
      return signIn(browser, await browser.open(authorizationUrl(house, parameters)), 'alice')
    }
    await ask({})
    for (const mode of list(document, 'response_modes_supported')) {
      const page = await ask({ response_mode: mode })
      expect(`${page.url.href} ${page.body}`, mode).toMatch(/code[="]/)
    }
    for (const prompt of list(document, 'prompt_values_supported')) {
      const page = await browser.open(
        authorizationUrl(house, {
          response_type: 'code',
          client_id: 'gets-RS256',
          redirect_uri: REDIRECT_URI,
          scope: 'openid',
          code_challenge: pkce().challenge,
          code_challenge_method: 'S256',
          prompt,
        }),
      )
      expect(page.url.searchParams.get('error'), prompt).toBeNull()
    }
    const scopes = list(document, 'scopes_supported')
    expect(scopes).toEqual(expect.arrayContaining(PEOPLE.scope.split(' ')))
    const client = await addClient(house, { client_id: 'all', ...PEOPLE })
    const granted = await tokensOf(house, { client, username: 'alice', scope: PEOPLE.scope })
    expect(granted.scope).toBe(PEOPLE.scope)
    const { access_token } = granted
    const userinfo = await fetch(`${house.issuer()}/userinfo`, { headers: { authorization: `Bearer ${access_token}` } })
    const claims = list(document, 'claims_supported')
    for (const name of Object.keys((await userinfo.json()) as object)) expect(claims).toContain(name)
  })
})
