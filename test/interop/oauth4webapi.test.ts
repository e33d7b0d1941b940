/** `oauth4webapi`, a certified client of the strict kind: every check of every answer by hand. */
import { decodeProtectedHeader } from 'jose'
import * as oauth from 'oauth4webapi'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { NewClient } from '#store/client-changes.ts'
import { createApi, createScope } from '#store/resource-changes.ts'
import { Browser } from '../browser.ts'
import { addUser, type Credentials, realmOf, TEST_ACTOR } from '../clients.ts'
import { signIn } from '../code-flow.ts'
import { ENGINES, type House, openHouse } from '../house.ts'
import { AFTERWARDS, answered, assertionKey, CALLBACK, register } from './applications.ts'

const WITH_QUERY = `${CALLBACK}?tenant=1`
const insecure = { [oauth.allowInsecureRequests]: true } as const

interface Application {
  readonly client: oauth.Client
  readonly prove: oauth.ClientAuth
}

describe.each(ENGINES)('oauth4webapi on %s', (engine) => {
  let house: House
  let alice: string
  let as: oauth.AuthorizationServer

  async function application(
    fields: Partial<NewClient> = {},
    prove: (credentials: Credentials) => oauth.ClientAuth = (each) => oauth.ClientSecretBasic(each.client_secret),
  ): Promise<Application> {
    const credentials = await register(house, { redirect_uris: [CALLBACK, WITH_QUERY], ...fields })
    const { id_token_signed_response_alg } = fields
    const told = id_token_signed_response_alg === undefined ? {} : { id_token_signed_response_alg }
    return { client: { client_id: credentials.client_id, ...told }, prove: prove(credentials) }
  }

  async function authorize({ client }: Application, more: Record<string, string> = {}, browser = newBrowser()) {
    const [verifier, state, nonce] = [
      oauth.generateRandomCodeVerifier(),
      oauth.generateRandomState(),
      oauth.generateRandomNonce(),
    ]
    const url = new URL(as.authorization_endpoint ?? '')
    url.search = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: CALLBACK,
      scope: 'openid profile email',
      state,
      nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...more,
    }).toString()
    const page = await signIn(browser, await browser.open(url), 'alice')
    const answer = oauth.validateAuthResponse(as, client, await answered(page), state)
    return { answer, verifier, nonce, browser, redirectUri: more['redirect_uri'] ?? CALLBACK }
  }

  async function login(app: Application, more: Record<string, string> = {}, browser = newBrowser()) {
    const { answer, verifier, nonce, redirectUri } = await authorize(app, more, browser)
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      app.client,
      app.prove,
      answer,
      redirectUri,
      verifier,
      insecure,
    )
    const tokens = await oauth.processAuthorizationCodeResponse(as, app.client, response, {
      expectedNonce: nonce,
      requireIdToken: true,
      ...(more['max_age'] === undefined ? {} : { maxAge: Number(more['max_age']) }),
    })
    await oauth.validateApplicationLevelSignature(as, response, insecure)
    return { tokens, browser, claims: oauth.getValidatedIdTokenClaims(tokens) }
  }

  const newBrowser = () => new Browser(house.url)

  async function refresh({ client, prove }: Application, token = '') {
    const response = await oauth.refreshTokenGrantRequest(as, client, prove, token, insecure)
    return await oauth.processRefreshTokenResponse(as, client, response)
  }

  async function introspect({ client, prove }: Application, token: string) {
    const response = await oauth.introspectionRequest(as, client, prove, token, insecure)
    return await oauth.processIntrospectionResponse(as, client, response)
  }

  async function revoke({ client, prove }: Application, token: string) {
    await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, prove, token, insecure))
  }

  async function userinfo({ client }: Application, token: string) {
    const response = await oauth.userInfoRequest(as, client, token, insecure)
    return await oauth.processUserInfoResponse(as, client, alice, response)
  }

  async function machineToken({ client, prove }: Application, parameters: Record<string, string> = {}) {
    const response = await oauth.clientCredentialsGrantRequest(as, client, prove, parameters, insecure)
    return await oauth.processClientCredentialsResponse(as, client, response)
  }

  const check = (token: string, audience: string) => {
    const headers = { authorization: `Bearer ${token}` }
    const request = new Request('https://api.example/', { headers })
    return oauth.validateJwtAccessToken(as, request, audience, insecure)
  }

  beforeAll(async () => {
    house = await openHouse({ engine })
    alice = await addUser(house, { username: 'alice', name: 'Alice', email: 'alice@example.com' })
    const issuer = new URL(house.issuer())
    as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure))
  })

  afterAll(() => house.close())

  test('RFC 8414 §3.1 the other address says the same', async () => {
    const issuer = new URL(house.issuer())
    const response = await oauth.discoveryRequest(issuer, { ...insecure, algorithm: 'oauth2' })
    expect(await oauth.processDiscoveryResponse(issuer, response)).toEqual(as)
  })

  describe.each([
    ['client_secret_basic', ''],
    ['client_secret_post', ''],
    ['client_secret_jwt', ''],
    ['none', ''],
    ['private_key_jwt', 'ES256'],
    ['private_key_jwt', 'RS256'],
    ['private_key_jwt', 'PS256'],
    ['private_key_jwt', 'Ed25519'],
    ['private_key_jwt', 'EdDSA'],
  ] as const)('a client that proves itself by %s %s', (method, alg) => {
    let app: Application

    beforeAll(async () => {
      const fields = { token_endpoint_auth_method: method }
      if (method !== 'private_key_jwt') app = await application(fields, ({ client_secret }) => proof(client_secret))
      else {
        const { privateKey: key, kid, jwks } = await assertionKey(alg)
        // Both names of the one algorithm (RFC 9864 §2.2): the library itself writes the newer.
        const modifyAssertion = (header: Record<string, unknown>) => Object.assign(header, { alg })
        const prove = oauth.PrivateKeyJwt({ key, kid }, { [oauth.modifyAssertion]: modifyAssertion })
        app = await application({ ...fields, jwks }, () => prove)
      }
    })

    function proof(secret: string): oauth.ClientAuth {
      if (method === 'client_secret_post') return oauth.ClientSecretPost(secret)
      if (method === 'client_secret_jwt') return oauth.ClientSecretJwt(secret)
      return method === 'none' ? oauth.None() : oauth.ClientSecretBasic(secret)
    }

    test('signs somebody in, refreshes, revokes', async () => {
      const { tokens, claims } = await login(app)
      expect(claims).toMatchObject({ sub: alice, auth_time: expect.any(Number), sid: expect.any(String) })
      expect(await userinfo(app, tokens.access_token)).toMatchObject({ name: 'Alice', email: 'alice@example.com' })
      const next = await refresh(app, tokens.refresh_token)
      await revoke(app, next.refresh_token ?? '')
      await expect(refresh(app, next.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    })

    if (method !== 'none') {
      test('gets a token for itself and asks about it', async () => {
        const { access_token } = await machineToken(app)
        expect(await introspect(app, access_token)).toMatchObject({ active: true, client_id: app.client.client_id })
        await revoke(app, access_token)
        expect(await introspect(app, access_token)).toEqual({ active: false })
      })
    }
  })

  test.each(['query', 'fragment', 'form_post'])('response_mode=%s, to an address with a query', async (mode) => {
    const { claims } = await login(await application(), { response_mode: mode, redirect_uri: WITH_QUERY })
    expect(claims?.sub).toBe(alice)
  })

  test.each(['RS256', 'ES256'] as const)('an ID token signed with %s', async (alg) => {
    const { tokens } = await login(await application({ id_token_signed_response_alg: alg }))
    expect(decodeProtectedHeader(tokens.id_token ?? '').alg).toBe(alg)
  })

  test('RFC 9068 §4 an API checks tokens of people and machines for itself', async () => {
    const { db } = house.app.context
    const realm = await realmOf(house, 'default')
    const audience = 'https://orders.example'
    const api = await createApi(db, TEST_ACTOR, realm.id, { identifier: audience, name: 'Orders' })
    if (typeof api === 'string') throw new Error(`the API is ${api}`)
    await createScope(db, TEST_ACTOR, realm.id, { name: 'orders:read', description: 'Read', api_id: api.id })
    const app = await application({ scope: 'openid orders:read' })
    const { access_token } = await machineToken(app)
    expect(await check(access_token, audience)).toMatchObject({
      client_id: app.client.client_id,
      sub: expect.stringMatching(/^client:/),
      scope: 'orders:read',
    })
    await expect(check(access_token, as.issuer)).rejects.toThrow('unexpected JWT "aud" (audience) claim value')
    const { tokens } = await login(app, { scope: 'openid orders:read' })
    expect(await check(tokens.access_token, audience)).toMatchObject({ sub: alice, auth_time: expect.any(Number) })
    // An ID token is no access token.
    await expect(check(tokens.id_token ?? '', app.client.client_id)).rejects.toThrow()
  })

  test('opaque access tokens are known only here', async () => {
    const app = await application({ access_token_format: 'opaque' })
    const { tokens } = await login(app)
    await expect(check(tokens.access_token, as.issuer)).rejects.toThrow()
    expect(await introspect(app, tokens.access_token)).toMatchObject({ active: true, sub: alice, username: 'alice' })
    expect((await userinfo(app, tokens.access_token)).sub).toBe(alice)
    expect(await introspect(app, (await machineToken(app)).access_token)).toMatchObject({ active: true })
  })

  test('RFC 9700 §4.14.2 a refresh token shown twice ends its family', async () => {
    const app = await application()
    const { tokens } = await login(app, { scope: 'openid offline_access' })
    const second = await refresh(app, tokens.refresh_token)
    const third = await refresh(app, second.refresh_token)
    await expect(refresh(app, tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 })
    await expect(refresh(app, third.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
    expect(await introspect(app, third.access_token)).toEqual({ active: false })
  })

  test('Core §3.1.2.1 prompt=none and max_age', async () => {
    const app = await application()
    await expect(authorize(app, { prompt: 'none' })).rejects.toMatchObject({ error: 'login_required' })
    const { browser, claims } = await login(app)
    const silent = await login(app, { prompt: 'none', max_age: '600' }, browser)
    expect(silent.claims?.['auth_time']).toBe(claims?.['auth_time'])
    expect(silent.claims?.['sid']).toBe(claims?.['sid'])
    await expect(authorize(app, { prompt: 'none', max_age: '0' }, browser)).rejects.toMatchObject({
      error: 'login_required',
    })
    await expect(authorize(await application({ require_consent: true }), { prompt: 'none' }, browser)).rejects.toThrow(
      expect.objectContaining({ error: 'consent_required' }),
    )
    expect((await login(app, { max_age: '0' }, browser)).claims?.sub).toBe(alice)
  })

  test('RP-Initiated Logout §3 ends the session and its refresh tokens, leads back with state', async () => {
    const app = await application()
    const { tokens, browser } = await login(app)
    const url = new URL(as.end_session_endpoint ?? '')
    url.searchParams.set('id_token_hint', tokens.id_token ?? '')
    url.searchParams.set('post_logout_redirect_uri', AFTERWARDS)
    url.searchParams.set('state', 'after')
    expect((await browser.open(url)).url.href).toBe(`${AFTERWARDS}?state=after`)
    await expect(authorize(app, { prompt: 'none' }, browser)).rejects.toMatchObject({ error: 'login_required' })
    await expect(refresh(app, tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' })
  })
})
