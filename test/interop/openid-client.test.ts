/** `openid-client`, a certified client: it gets the issuer URL and what it was registered with, and nothing else. */
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose'
import * as oidc from 'openid-client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewClient } from '#store/client-changes.ts'
import { Browser } from '../browser.ts'
import { addUser, type Credentials } from '../clients.ts'
import { signIn } from '../code-flow.ts'
import { ENGINES, type House, openHouse } from '../house.ts'
import { AFTERWARDS, answered, assertionKey, CALLBACK, delivered, register } from './applications.ts'

interface Application extends Credentials {
  readonly config: oidc.Configuration
}

interface SignedIn {
  readonly tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>
  readonly browser: Browser
}

const ASSERTIONS = ['ES256', 'RS256', 'PS256', 'EdDSA']

describe.each(ENGINES)('openid-client on %s', (engine) => {
  let house: House
  let alice: string
  /** One of each way to authenticate. */
  let applications: ReadonlyMap<string, Application>

  const discover = (
    { client_id, client_secret }: Credentials,
    authentication: oidc.ClientAuth = oidc.ClientSecretBasic(client_secret),
    metadata: Partial<oidc.ClientMetadata> = {},
    issuer = house.issuer(),
  ): Promise<oidc.Configuration> =>
    oidc.discovery(new URL(issuer), client_id, metadata, authentication, {
      execute: [oidc.allowInsecureRequests, oidc.enableNonRepudiationChecks],
    })

  async function application(fields: Partial<NewClient> = {}, metadata: Partial<oidc.ClientMetadata> = {}) {
    const credentials = await register(house, fields)
    return { ...credentials, config: await discover(credentials, undefined, metadata) }
  }

  async function everyKind(): Promise<Map<string, Application>> {
    const kinds = new Map<string, Application>()
    const add = async (name: string, fields: Partial<NewClient>, prove: (client: Credentials) => oidc.ClientAuth) => {
      const credentials = await register(house, fields)
      kinds.set(name, { ...credentials, config: await discover(credentials, prove(credentials)) })
    }
    await add('client_secret_basic', {}, (client) => oidc.ClientSecretBasic(client.client_secret))
    const post = { token_endpoint_auth_method: 'client_secret_post' } as const
    await add('client_secret_post', post, (client) => oidc.ClientSecretPost(client.client_secret))
    const hmac = { token_endpoint_auth_method: 'client_secret_jwt' } as const
    await add('client_secret_jwt', hmac, (client) => oidc.ClientSecretJwt(client.client_secret))
    await add('none', { token_endpoint_auth_method: 'none' }, () => oidc.None())
    for (const alg of ASSERTIONS) {
      const { privateKey: key, kid, jwks } = await assertionKey(alg)
      const fields = { token_endpoint_auth_method: 'private_key_jwt', jwks } as const
      await add(`private_key_jwt ${alg}`, fields, () => oidc.PrivateKeyJwt({ key, kid }))
    }
    return kinds
  }

  const kind = (name: string): Application => {
    const found = applications.get(name)
    if (!found) throw new Error(`no application ${name}`)
    return found
  }

  /** The code flow with everything that the library can check. */
  async function login(
    config: oidc.Configuration,
    parameters: Record<string, string> = {},
    browser = new Browser(house.url),
    checks: oidc.AuthorizationCodeGrantChecks = {},
  ): Promise<SignedIn> {
    const pkceCodeVerifier = oidc.randomPKCECodeVerifier()
    const [expectedState, expectedNonce] = [oidc.randomState(), oidc.randomNonce()]
    const url = oidc.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      ...parameters,
    })
    const page = await signIn(browser, await browser.open(url), 'alice')
    const given = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true, ...checks }
    return { browser, tokens: await oidc.authorizationCodeGrant(config, delivered(page), given) }
  }

  beforeAll(async () => {
    house = await openHouse({ engine })
    alice = await addUser(house, { username: 'alice', name: 'Alice Ädler', email: 'alice@example.com' })
    applications = await everyKind()
  })

  afterAll(() => house.close())

  test('RFC 8414 §3 and Discovery §4 one document at all three addresses', async () => {
    const { client_id, client_secret } = kind('client_secret_basic')
    const options = { execute: [oidc.allowInsecureRequests] }
    const at = async (url: string, algorithm: 'oauth2' | 'oidc' = 'oidc') =>
      (
        await oidc.discovery(new URL(url), client_id, client_secret, undefined, { ...options, algorithm })
      ).serverMetadata()
    const metadata = await at(house.issuer())
    expect(metadata.issuer).toBe(house.issuer())
    expect(metadata.supportsPKCE()).toBe(true)
    expect({ ...(await at(house.issuer(), 'oauth2')) }).toEqual({ ...metadata })
    expect({ ...(await at(`${house.url}/.well-known/openid-configuration/realms/default`)) }).toEqual({ ...metadata })
  })

  test.each([
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    ...ASSERTIONS.map((alg) => `private_key_jwt ${alg}`),
  ])('%s: client credentials, introspection, revocation', async (name) => {
    const { config, client_id } = kind(name)
    const tokens = await oidc.clientCredentialsGrant(config)
    expect(tokens.token_type).toBe('bearer')
    expect(tokens).not.toHaveProperty('refresh_token')
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, client_id })
    await oidc.tokenRevocation(config, tokens.access_token)
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  })

  test.each([
    'client_secret_basic',
    'client_secret_post',
    'client_secret_jwt',
    'none',
    ...ASSERTIONS.map((alg) => `private_key_jwt ${alg}`),
  ])('%s: code flow, userinfo, refresh, revocation', async (name) => {
    const { config } = kind(name)
    const { tokens } = await login(config)
    expect(tokens.claims()).toMatchObject({ sub: alice, iss: house.issuer() })
    const person = await oidc.fetchUserInfo(config, tokens.access_token, alice)
    expect(person).toMatchObject({ sub: alice, name: 'Alice Ädler', email: 'alice@example.com' })
    const refreshed = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token)
    expect(refreshed.claims()?.sub).toBe(alice)
    await oidc.tokenRevocation(config, refreshed.refresh_token ?? '')
    await expect(oidc.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    })
    await expect(oidc.fetchUserInfo(config, refreshed.access_token, alice)).rejects.toMatchObject({ status: 401 })
  })

  test('a typed secret with every kind of character', async () => {
    const secret = 'p+ss: wörd%20&=\u{1f511}'
    const credentials = await register(house, {}, secret)
    for (const authentication of [oidc.ClientSecretBasic(secret), oidc.ClientSecretPost(secret)]) {
      const config = await discover(credentials, authentication)
      expect((await oidc.clientCredentialsGrant(config)).access_token).not.toBe('')
    }
  })

  test('RFC 6749 §5.2 a wrong secret, an unknown client, a scope that is not its own', async () => {
    const { config, client_id } = kind('client_secret_basic')
    const refused = { error: 'invalid_client', status: 401 }
    const wrong = await discover({ client_id, client_secret: 'wrong' })
    await expect(oidc.clientCredentialsGrant(wrong)).rejects.toMatchObject({ cause: [{ scheme: 'basic' }] })
    const posted = await discover({ client_id: 'nobody', client_secret: 'x' }, oidc.ClientSecretPost('x'))
    await expect(oidc.clientCredentialsGrant(posted)).rejects.toMatchObject(refused)
    await expect(oidc.clientCredentialsGrant(config, { scope: 'sallyport_api' })).rejects.toMatchObject({
      error: 'invalid_scope',
    })
  })

  test.each(['query', 'fragment', 'form_post'])('response_mode=%s', async (response_mode) => {
    const { tokens } = await login(kind('client_secret_basic').config, { response_mode })
    expect(tokens.claims()?.sub).toBe(alice)
  })

  test('RFC 9207 §2.4 an answer that names another issuer is noticed, and ours is whole in every mode', async () => {
    const { config } = kind('client_secret_basic')
    const browser = new Browser(house.url)
    await login(config, {}, browser)
    for (const response_mode of ['query', 'fragment', 'form_post']) {
      const code_challenge = await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier())
      const parameters = { redirect_uri: CALLBACK, scope: 'openid', state: 'a state', response_mode, prompt: 'none' }
      const more = { code_challenge, code_challenge_method: 'S256' }
      const page = await browser.open(oidc.buildAuthorizationUrl(config, { ...parameters, ...more }))
      const answer = await answered(page)
      expect(answer.get('iss')).toBe(house.issuer())
      expect(answer.get('state')).toBe('a state')
      expect(answer.get('code')).not.toBeNull()
      const elsewhere = new URL(CALLBACK)
      answer.set('iss', 'https://other.example')
      for (const [name, value] of answer) elsewhere.searchParams.set(name, value)
      await expect(oidc.authorizationCodeGrant(config, elsewhere, { expectedState: 'a state' })).rejects.toMatchObject({
        cause: { message: expect.stringContaining('"iss"') },
      })
    }
  })

  test.each(['RS256', 'ES256'] as const)('an ID token signed with %s', async (alg) => {
    const signed = { id_token_signed_response_alg: alg } as const
    const { config } = await application(signed, signed)
    const { tokens } = await login(config)
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe(alg)
    expect(tokens.claims()).toMatchObject({ sub: alice, at_hash: expect.any(String), sid: expect.any(String) })
  })

  test('RFC 9068 §4 jose verifies an access token by discovery', async () => {
    const { config, client_id } = kind('private_key_jwt ES256')
    const { tokens } = await login(config)
    const { jwks_uri = '', issuer } = config.serverMetadata()
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, createRemoteJWKSet(new URL(jwks_uri)), {
      issuer,
      audience: issuer,
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'client_id', 'iat', 'jti'],
    })
    expect(protectedHeader.alg).toBe('ES256')
    expect(payload).toMatchObject({ sub: alice, client_id, auth_time: expect.any(Number) })
    expect(new Set(String(payload['scope']).split(' '))).toEqual(new Set(['openid', 'profile', 'email']))
  })

  test('an opaque access token works at every endpoint', async () => {
    const { config } = await application({ access_token_format: 'opaque' })
    const { tokens } = await login(config)
    expect(tokens.access_token).not.toContain('.')
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toMatchObject({ active: true, sub: alice })
    expect((await oidc.fetchUserInfo(config, tokens.access_token, alice)).sub).toBe(alice)
    await oidc.tokenRevocation(config, tokens.access_token)
    expect(await oidc.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  })

  test('a refresh token keeps its family through rotation, and a narrower scope is narrower', async () => {
    const { config } = kind('client_secret_basic')
    const { tokens } = await login(config, { scope: 'openid profile email offline_access' })
    const second = await oidc.refreshTokenGrant(config, tokens.refresh_token ?? '', { scope: 'openid email' })
    expect(second.scope?.split(' ').toSorted()).toEqual(['email', 'openid'])
    expect(await oidc.fetchUserInfo(config, second.access_token, alice)).not.toHaveProperty('name')
    const third = await oidc.refreshTokenGrant(config, second.refresh_token ?? '')
    expect(third.scope?.split(' ')).toContain('profile')
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
    await expect(oidc.refreshTokenGrant(config, third.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('Core §3.1.2.1 prompt=none: a code where somebody is signed in, else login_required', async () => {
    const { config } = kind('client_secret_basic')
    await expect(login(config, { prompt: 'none' })).rejects.toMatchObject({ error: 'login_required' })
    const { browser } = await login(config)
    expect((await login(config, { prompt: 'none' }, browser)).tokens.claims()?.sub).toBe(alice)
  })

  test('Core §3.1.2.1 max_age and prompt=login ask again and say when somebody signed in', async () => {
    const { config } = kind('client_secret_basic')
    const { browser, tokens } = await login(config, { max_age: '3600' }, undefined, { maxAge: 3600 })
    const first = tokens.claims()?.auth_time
    expect(first).toBeTypeOf('number')
    const silent = await login(config, { max_age: '3600', prompt: 'none' }, browser, { maxAge: 3600 })
    expect(silent.tokens.claims()?.auth_time).toBe(first)
    await expect(login(config, { max_age: '0', prompt: 'none' }, browser)).rejects.toMatchObject({
      error: 'login_required',
    })
    const again = await login(config, { max_age: '0' }, browser, { maxAge: 0 })
    expect(again.tokens.claims()?.auth_time).toBeGreaterThanOrEqual(first ?? 0)
    expect((await login(config, { prompt: 'login' }, browser)).tokens.claims()?.sub).toBe(alice)
  })

  test('RP-Initiated Logout §2 back to the application with state, and nobody is signed in', async () => {
    const { config } = kind('client_secret_basic')
    const { browser, tokens } = await login(config)
    const url = oidc.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: AFTERWARDS,
      state: 'good bye',
    })
    const page = await browser.open(url)
    expect(page.url.href).toBe(`${AFTERWARDS}?state=good+bye`)
    await expect(login(config, { prompt: 'none' }, browser)).rejects.toMatchObject({ error: 'login_required' })
    await expect(oidc.refreshTokenGrant(config, tokens.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    })
  })

  test('an error comes back as one, after the person signed in (RFC 9700 §4.11.2)', async () => {
    const { config } = kind('client_secret_basic')
    await expect(login(config, { code_challenge_method: 'plain' })).rejects.toMatchObject({ error: 'invalid_request' })
    await expect(login(config, { response_type: 'token' })).rejects.toMatchObject({
      error: 'unsupported_response_type',
    })
  })
})
