import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type Discovered, discover, type KnownEndpoints } from '#oauth-client/discover.ts'
import { fetchUserinfo, introspectToken } from '#oauth-client/inspect.ts'
import { revokeToken } from '#oauth-client/revoke.ts'
import { showAnswer, showTokenRequest } from '#oauth-client/show.ts'
import { GITHUB } from '#outbound/profiles/github.ts'
import { GOOGLE } from '#outbound/profiles/google.ts'
import { SLACK } from '#outbound/profiles/slack.ts'
import { SERVER } from './certificates.ts'
import { SECRET } from './oauth-client-quirks.ts'
import { CLIENT_SECRET, GRANTS, PLAIN, rawOf, settingsOf } from './oauth-client-settings.ts'
import { openScriptedServer, openWay, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await openScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => server.reset())

const soon = (): AbortSignal => AbortSignal.timeout(5000)

describe('N158 discovery', () => {
  const OIDC = '/.well-known/openid-configuration'
  const document = (changes: object = {}) => ({
    json: {
      issuer: server.url,
      token_endpoint: `${server.url}/t`,
      authorization_endpoint: `${server.url}/a`,
      ...changes,
    },
  })
  const ask = (issuer = server.url, known: KnownEndpoints = {}): Promise<Discovered> =>
    discover(issuer, openWay, soon(), known)

  test('OIDC Discovery §4 what the issuer says of itself', async () => {
    server.stand(
      OIDC,
      document({
        code_challenge_methods_supported: ['plain', 'S256'],
        authorization_response_iss_parameter_supported: true,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 7],
        scopes_supported: ['openid'],
      }),
    )
    const metadata = {
      issuer: server.url,
      token_endpoint: `${server.url}/t`,
      authorization_endpoint: `${server.url}/a`,
      revocation_endpoint: null,
      introspection_endpoint: null,
      userinfo_endpoint: null,
      iss_in_callback: true,
      authentication_methods: ['client_secret_basic'],
      scopes: ['openid'],
      pkce: true,
      openid: true,
    }
    expect(await ask()).toEqual({ kind: 'found', metadata })
    expect(await ask(` ${server.url}${OIDC} `)).toMatchObject({ kind: 'found', metadata })
    expect(await ask(`${server.url}/`)).toMatchObject({ kind: 'found', metadata })
  })

  test('RFC 8414 §3.1 the other path, where an issuer has a path of its own', async () => {
    server.stand('/.well-known/oauth-authorization-server/one', document({ issuer: `${server.url}/one` }))
    expect(await ask(`${server.url}/one`)).toMatchObject({ kind: 'found', metadata: { openid: false, pkce: null } })
    expect(server.asked.map(({ path }) => path)).toEqual([`/one${OIDC}`, '/.well-known/oauth-authorization-server/one'])
  })

  test.each([
    [{ issuer: 'https://other.example' }, 'issuer_mismatch'],
    [{ issuer: undefined }, 'issuer_mismatch'],
    [{ token_endpoint: undefined }, 'no_token_endpoint'],
    [{ token_endpoint: 'ftp://op.example/t' }, 'http_downgrade'],
    [{ token_endpoint: 'https://a:b@op.example/t' }, 'endpoint'],
    [{ authorization_endpoint: 7 }, 'endpoint'],
    [{ userinfo_endpoint: 'javascript:alert(1)' }, 'http_downgrade'],
    [{ revocation_endpoint: 'https://op.example/r#x' }, 'endpoint'],
  ])('%j is refused', async (changes, code) => {
    server.stand(OIDC, document(changes))
    expect(await ask()).toMatchObject({ kind: 'refused', code })
  })

  test('plain http under an issuer with TLS is refused', async () => {
    const authorities = getCACertificates('default')
    setDefaultCACertificates([...authorities, SERVER.cert])
    const secure = await openScriptedServer(SERVER)
    try {
      secure.stand(OIDC, { json: { issuer: secure.url, token_endpoint: `${secure.url}/t` } })
      expect(await ask(secure.url)).toMatchObject({ kind: 'found' })
      secure.stand(OIDC, { json: { issuer: secure.url, token_endpoint: `${server.url}/t` } })
      expect(await ask(secure.url)).toMatchObject({ kind: 'refused', code: 'http_downgrade' })
    } finally {
      setDefaultCACertificates(authorities)
      await secure.close()
    }
  })

  test('an endpoint that has moved to another origin is refused, one that moved in place is not', async () => {
    server.stand(OIDC, document({ token_endpoint: 'https://evil.example/t' }))
    expect(await ask(server.url, { token_endpoint: `${server.url}/t` })).toMatchObject({ code: 'endpoint_moved' })
    server.stand(OIDC, document())
    expect(await ask(server.url, { token_endpoint: `${server.url}/old` })).toMatchObject({ kind: 'found' })
  })

  test.each([
    ['nonsense', 'issuer'],
    ['https://op.example/?x=1', 'issuer'],
    ['https://u:p@op.example', 'issuer'],
    ['https://10.0.0.1', 'address_closed'],
    ['https://nothing.invalid', 'name_unknown'],
  ])('%s', async (issuer, code) => {
    expect(await ask(issuer)).toMatchObject({ kind: 'refused', code })
  })

  test('no document, a page, a redirect', async () => {
    expect(await ask()).toMatchObject({ kind: 'refused', code: 'not_found' })
    server.next({ text: '<html>' }, { text: '[1' })
    expect(await ask()).toMatchObject({ kind: 'refused', code: 'not_metadata' })
    server.next({ status: 302, headers: { location: '/x' } })
    expect(await ask()).toMatchObject({ kind: 'refused', code: 'not_found' })
  })
})

describe('RFC 7009 revocation', () => {
  const revoke = (changes: Parameters<typeof settingsOf>[1] = {}) =>
    revokeToken(
      settingsOf(server.url, { authentication: SECRET, ...changes }),
      { token: 'the-token', hint: 'refresh_token' },
      openWay,
      soon(),
    )

  test('§2.1 as the specification says it', async () => {
    server.next({ text: '' }, { status: 503 })
    expect(await revoke()).toEqual({ kind: 'revoked' })
    expect(server.last()).toMatchObject({
      path: '/revoke',
      parameters: {
        token: 'the-token',
        token_type_hint: 'refresh_token',
        client_id: 'us',
        client_secret: SECRET.client_secret,
      },
    })
    expect(await revoke()).toMatchObject({ kind: 'failed', code: 'http_503' })
    expect(await revoke({ revocation_endpoint: null })).toEqual({ kind: 'unsupported' })
  })

  test('Google wants the token alone, Slack the token as who asks, and says 200 when it refuses', async () => {
    server.next({ text: '{}' }, { json: { ok: false, error: 'x' } }, { json: { ok: true } })
    expect(await revoke({ profile: GOOGLE })).toEqual({ kind: 'revoked' })
    expect(server.last().parameters).toEqual({ token: 'the-token' })
    expect(await revoke({ profile: SLACK })).toMatchObject({ kind: 'failed' })
    expect(await revoke({ profile: SLACK })).toEqual({ kind: 'revoked' })
    expect(server.last()).toMatchObject({ body: '', headers: { authorization: 'Bearer the-token' } })
  })

  test('GitHub wants a DELETE with JSON', async () => {
    server.next({ status: 204 })
    const url = `${server.url}/applications/{client_id}/token`
    const profile = { ...GITHUB, revoke: { ...GITHUB.revoke, url } }
    expect(await revoke({ profile })).toEqual({ kind: 'revoked' })
    expect(server.last()).toMatchObject({ method: 'DELETE', path: '/applications/us/token' })
    expect(JSON.parse(server.last().body)).toEqual({ access_token: 'the-token' })
    expect(server.last().headers.authorization).toMatch(/^Basic /)
  })
})

describe('what a server says of its tokens', () => {
  test('RFC 7662 §2.2 introspection', async () => {
    const exp = Math.floor(Date.now() / 1000) + 60
    const settings = settingsOf(server.url)
    server.next(
      { json: { active: true, exp, scope: 'a b' } },
      { json: { active: false } },
      { text: '<html>' },
      { status: 401 },
    )
    expect(await introspectToken(settings, 't', openWay, soon())).toMatchObject({
      kind: 'active',
      expires_at: exp,
      scope: 'a b',
    })
    expect(server.last().parameters).toMatchObject({ token: 't', client_secret: CLIENT_SECRET })
    expect(await introspectToken(settings, 't', openWay, soon())).toEqual({ kind: 'inactive' })
    expect(await introspectToken(settings, 't', openWay, soon())).toMatchObject({ kind: 'failed', class: 'malformed' })
    expect(await introspectToken(settings, 't', openWay, soon())).toMatchObject({
      kind: 'failed',
      class: 'server_settings',
    })
  })

  test('OIDC Core §5.3 userinfo, the token where the profile puts it', async () => {
    const profile = { ...PLAIN, placement: { in: 'header', name: 'X-Token' }, expired_statuses: [401, 403] } as const
    const settings = settingsOf(server.url, { profile })
    server.next({ json: { sub: 'ada' } }, { status: 403 }, { status: 500 })
    expect(await fetchUserinfo(settings, 't', openWay, soon())).toEqual({ kind: 'claims', claims: { sub: 'ada' } })
    expect(server.last().headers).toMatchObject({ 'x-token': 't' })
    expect(await fetchUserinfo(settings, 't', openWay, soon())).toEqual({ kind: 'expired' })
    expect(await fetchUserinfo(settings, 't', openWay, soon())).toMatchObject({ kind: 'failed', class: 'transient' })
  })
})

describe('N171 what people may see', () => {
  test('a request in its form, without what is secret', () => {
    const part = { first: 20, of: '{client_secret}' } as const
    const profile = { ...PLAIN, refresh: { add: { part }, headers: { 'x-key': '{client_secret}' } } }
    const shown = showTokenRequest(settingsOf(server.url, { profile }), GRANTS.refresh)
    expect(shown.body).toBe(
      'grant_type=refresh_token&refresh_token=[blanked]&client_id=us&client_secret=[blanked]&part=[blanked]',
    )
    expect(shown.headers['x-key']).toBe('[blanked]')
    const authentication = { method: 'client_secret_basic', client_secret: CLIENT_SECRET, encoding: 'strict' } as const
    expect(showTokenRequest(settingsOf(server.url, { authentication }), GRANTS.client).headers['authorization']).toBe(
      '[blanked]',
    )
  })

  test('an answer without what it gave', () => {
    const answer = { fields: { access_token: ['data.ticket'] } }
    const settings = settingsOf(server.url, { profile: { ...PLAIN, answer } })
    const body = {
      data: { ticket: 'one-1' },
      refreshToken: ['two-2'],
      nested: { secret: { x: 'three-3' } },
      expires_in: 5,
      token_type: 'Bearer',
    }
    const shown = showAnswer(settings, GRANTS.refresh, rawOf(body, { headers: { location: '/?t=one-1' } }))
    expect(JSON.parse(shown.body)).toEqual({
      data: { ticket: '[blanked]' },
      refreshToken: ['[blanked]'],
      nested: { secret: { x: '[blanked]' } },
      expires_in: 5,
      token_type: 'Bearer',
    })
    expect(shown.headers).toEqual({ location: '/?t=[blanked]' })
  })
})
