import { generateKeyPairSync } from 'node:crypto'
import type { Server } from 'node:http'
import { Provider } from 'oidc-provider'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Tokens } from '#oauth-client/answer.ts'
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import { readCallback } from '#oauth-client/callback.ts'
import { discover, type Metadata } from '#oauth-client/discover.ts'
import { readIdToken } from '#oauth-client/id-token.ts'
import { fetchUserinfo, introspectToken } from '#oauth-client/inspect.ts'
import { requestToken } from '#oauth-client/request-token.ts'
import { revokeToken } from '#oauth-client/revoke.ts'
import type { Authentication, GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { GENERIC_OIDC } from '#outbound/profiles/generic-oidc.ts'
import type { NewClient } from '#store/client-changes.ts'
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, USER_PASSWORD } from './clients.ts'
import { REDIRECT_URI, signIn } from './code-flow.ts'
import { freePort } from './free-port.ts'
import { type House, openHouse } from './house.ts'
import { settingsOf } from './oauth-client-settings.ts'
import { openWay } from './scripted-server.ts'

/*
 * Authorization servers that were not written for this test: our own door in, and a certified one that others wrote.
 * Both are strict, so that what they take is what the specifications say.
 */

const SECRET = 'a-secret-of-these-peers-that-is-long-enough'
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = privateKey.export({ type: 'pkcs8', format: 'pem' })
const PUBLIC_JWK = { ...publicKey.export({ format: 'jwk' }), kty: 'RSA', kid: 'k', use: 'sig' }
const JWKS = { keys: [PUBLIC_JWK] }
const SHAPE = { lifetime_seconds: 60, audience: 'issuer', claims: {} } as const

const METHODS: readonly Authentication[] = [
  { method: 'client_secret_post', client_secret: SECRET },
  { method: 'client_secret_basic', client_secret: SECRET, encoding: 'strict' },
  { method: 'client_secret_jwt', client_secret: SECRET, ...SHAPE },
  { method: 'private_key_jwt', alg: 'RS256', kid: 'k', private_key: PEM, ...SHAPE },
]

interface Peer {
  readonly issuer: string
  /** Walks a user through the pages and answers where the browser ends up. */
  consent(url: string): Promise<Page>
  close(): Promise<unknown>
}

async function ourOwn(): Promise<Peer> {
  const house: House = await openHouse()
  for (const { method } of METHODS) {
    if (method === 'tls_client_auth') continue
    const fields: NewClient = {
      client_id: `by-${method}`,
      token_endpoint_auth_method: method,
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile offline_access',
      introspect_all: true,
      ...(method === 'private_key_jwt' && { jwks: JWKS }),
    }
    await addClient(house, fields, SECRET)
  }
  await addUser(house, { username: 'ada', email: 'ada@example.com' })
  const consent = async (url: string): Promise<Page> => {
    const browser = new Browser(house.url)
    return signIn(browser, await browser.open(url), 'ada')
  }
  return { issuer: house.issuer(), consent, close: () => house.close() }
}

const ARTIFACTS = [
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'Grant',
  'IdToken',
  'Interaction',
  'RefreshToken',
  'Session',
]

async function theirs(): Promise<Peer> {
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}`
  const provider = new Provider(issuer, {
    clients: METHODS.map(({ method }) => ({
      client_id: `by-${method}`,
      ...(method === 'private_key_jwt' ? { jwks: JWKS } : { client_secret: SECRET }),
      token_endpoint_auth_method: method,
      ...(method === 'private_key_jwt' && { token_endpoint_auth_signing_alg: 'RS256' }),
      grant_types: ['client_credentials', 'authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      response_types: ['code'],
    })),
    clientAuthMethods: METHODS.map(({ method }) => method),
    features: {
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: () => true },
      revocation: { enabled: true, allowedPolicy: () => true },
    },
    rotateRefreshToken: true,
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'k', use: 'sig', alg: 'RS256' }] },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub }) }),
    ttl: Object.fromEntries(ARTIFACTS.map((artifact) => [artifact, 600])),
  })
  const server = await new Promise<Server>((resolve) => {
    const listening = provider.listen(port, '127.0.0.1', () => resolve(listening))
  })
  const consent = async (url: string): Promise<Page> => {
    const browser = new Browser(issuer)
    let page = await browser.open(url)
    for (let step = 0; step < 3 && !page.isElsewhere; step++) {
      page = await browser.submit(
        page,
        page.body.includes('name="password"') ? { login: 'ada', password: USER_PASSWORD } : {},
      )
    }
    return page
  }
  const close = (): Promise<unknown> => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { issuer, consent, close }
}

describe.each([
  ['our own door in', ourOwn],
  ['oidc-provider', theirs],
])('%s as the foreign server', (name, open) => {
  let peer: Peer
  let metadata: Metadata
  let base: ServerSettings

  beforeAll(async () => {
    peer = await open()
    const found = await discover(peer.issuer, openWay, soon())
    if (found.kind !== 'found') throw new Error(`${found.code}: ${found.description}`)
    metadata = found.metadata
    base = settingsOf(peer.issuer, { ...endpointsOf(metadata), profile: GENERIC_OIDC, scope: '' })
  })
  afterAll(() => peer.close())

  const soon = (): AbortSignal => AbortSignal.timeout(20_000)
  const as = (authentication: Authentication, changes: Partial<ServerSettings> = {}): ServerSettings => ({
    ...base,
    client_id: `by-${authentication.method}`,
    authentication,
    ...changes,
  })
  const tokens = async (settings: ServerSettings, grant: GrantRequest): Promise<Tokens> => {
    const answer = await requestToken(settings, grant, openWay, soon())
    if (answer.kind !== 'tokens') throw new Error(`${answer.code}: ${answer.description}`)
    return answer
  }

  test('what it says of itself', () => {
    const { authentication_methods, scopes, pkce, openid } = metadata
    expect([pkce, openid, scopes?.includes('openid')]).toEqual([true, true, true])
    expect(authentication_methods).toEqual(expect.arrayContaining(METHODS.map(({ method }) => method)))
  })

  test.each(METHODS)('client credentials by $method', async (authentication) => {
    const settings = as(authentication)
    const { access_token, expires_at, refresh_token } = await tokens(settings, { type: 'client_credentials' })
    expect(expires_at).toBeGreaterThan(Date.now() / 1000)
    expect(refresh_token).toBeNull()
    const seen = await introspectToken(settings, access_token, openWay, soon())
    if (seen.kind !== 'active') throw new Error(JSON.stringify(seen))
    // They count from when it was made, we from when it came: a second may have turned between.
    expect(Math.abs((seen.expires_at ?? 0) - (expires_at ?? 0))).toBeLessThanOrEqual(1)
    const answer = await requestToken(as(withOthers(authentication)), { type: 'client_credentials' }, openWay, soon())
    expect(answer).toMatchObject({ kind: 'refused', class: 'server_settings', code: 'invalid_client' })
    expect(JSON.stringify(answer)).not.toContain(SECRET)
  })

  test('a user: consent, code, refresh, userinfo, revocation', async () => {
    const settings = as(METHODS[3] as Authentication, { scope: 'openid', request_refresh_token: true })
    const begun = beginAuthorization(settings, { redirect_uri: REDIRECT_URI })
    const page = await peer.consent(begun.url)
    expect(page.isElsewhere, page.body).toBe(true)
    const callback = readCallback(settings, page.url.searchParams, begun)
    if (callback.kind !== 'code') throw new Error(JSON.stringify(callback))
    expect(page.url.searchParams.get('iss')).toBe(peer.issuer)

    const verifier = { code_verifier: begun.code_verifier ?? '' }
    const grant = { type: 'authorization_code', code: callback.code, redirect_uri: REDIRECT_URI, ...verifier } as const
    const first = await tokens(settings, grant)
    const now = Math.floor(Date.now() / 1000)
    const read = readIdToken(settings, first.id_token ?? '', begun.nonce, now)
    expect(read).toMatchObject({ kind: 'claims', claims: { aud: settings.client_id } })
    expect(readIdToken(settings, first.id_token ?? '', 'another', now)).toMatchObject({ claim: 'nonce' })
    expect(await fetchUserinfo(settings, first.access_token, openWay, soon())).toMatchObject({ kind: 'claims' })

    const next = await tokens(settings, { type: 'refresh_token', refresh_token: first.refresh_token ?? '' })
    expect(next.access_token).not.toBe(first.access_token)
    const newest = next.refresh_token ?? first.refresh_token ?? ''
    const token = { token: newest, hint: 'refresh_token' } as const
    expect(await revokeToken(settings, token, openWay, soon())).toEqual({ kind: 'revoked' })
    const refresh = { type: 'refresh_token', refresh_token: newest } as const
    expect(await requestToken(settings, refresh, openWay, soon())).toMatchObject({
      class: 'grant_dead',
      code: 'invalid_grant',
    })
  })

  test('a code of theirs is good once, and with its verifier', async () => {
    const settings = as(METHODS[0] as Authentication, { scope: 'openid' })
    const begun = beginAuthorization(settings, { redirect_uri: REDIRECT_URI })
    const { url } = await peer.consent(begun.url)
    const grant = {
      type: 'authorization_code',
      code: url.searchParams.get('code') ?? '',
      redirect_uri: REDIRECT_URI,
    } as const
    const wrong = { ...grant, code_verifier: 'x'.repeat(43) }
    expect(await requestToken(settings, wrong, openWay, soon()), name).toMatchObject({ class: 'grant_dead' })
  })
})

function endpointsOf(metadata: Metadata): Partial<ServerSettings> {
  const { token_endpoint, authorization_endpoint, revocation_endpoint, introspection_endpoint } = metadata
  const { issuer, userinfo_endpoint, iss_in_callback } = metadata
  const tokens = { token_endpoint, revocation_endpoint, introspection_endpoint }
  return { ...tokens, issuer, authorization_endpoint, userinfo_endpoint, iss_in_callback }
}

function withOthers(authentication: Authentication): Authentication {
  if ('client_secret' in authentication) return { ...authentication, client_secret: `${SECRET}x` }
  return 'alg' in authentication ? { ...authentication, private_key: OTHER_PEM } : authentication
}

const OTHER_PEM = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
  type: 'pkcs8',
  format: 'pem',
})
