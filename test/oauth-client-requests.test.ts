import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { compactVerify, createLocalJWKSet, decodeProtectedHeader, exportJWK, importSPKI, jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { requestToken } from '#oauth-client/request-token.ts'
import type { Authentication, GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { CLIENT_SECRET, GRANTS, PLAIN, settingsOf } from './oauth-client-settings.ts'
import { type Asked, openScriptedServer, openWay, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await openScriptedServer()
})
afterAll(() => server.close())
beforeEach(() => {
  server.reset()
  server.stand('/token', { json: { access_token: 'at', token_type: 'Bearer', expires_in: 60 } })
})

/** What the server was asked. */
async function ask(grant: GrantRequest, changes: Partial<ServerSettings> = {}): Promise<Asked> {
  const answer = await requestToken(settingsOf(server.url, changes), grant, openWay, AbortSignal.timeout(5000))
  expect(answer).toMatchObject({ kind: 'tokens', access_token: 'at' })
  return server.last()
}

describe('how we say who we are', () => {
  test('the secret in the body, and nowhere else', async () => {
    const asked = await ask(GRANTS.client)
    expect(asked.parameters).toEqual({
      grant_type: 'client_credentials',
      scope: 'read write',
      client_id: 'us',
      client_secret: CLIENT_SECRET,
    })
    expect(asked.headers.authorization).toBeUndefined()
    expect(asked.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(asked.headers.accept).toBe('application/json')
  })

  test.each([
    ['strict', 'us:our+secret%3A+%2B%2F%26%3D%25%22%C3%A9'],
    ['loose', `us:${CLIENT_SECRET}`],
  ] as const)('RFC 6749 §2.3.1 Basic, %s', async (encoding, pair) => {
    const authentication: Authentication = { method: 'client_secret_basic', client_secret: CLIENT_SECRET, encoding }
    const asked = await ask(GRANTS.client, { authentication })
    expect(Buffer.from(asked.headers.authorization?.slice('Basic '.length) ?? '', 'base64').toString()).toBe(pair)
    expect(Object.keys(asked.parameters)).toEqual(['grant_type', 'scope'])
  })

  test('none: the client names itself', async () => {
    const asked = await ask(GRANTS.client, { authentication: { method: 'none' } })
    expect(asked.parameters).toMatchObject({ client_id: 'us' })
    expect(asked.parameters).not.toHaveProperty('client_secret')
  })

  test('RFC 7523 §2.2 an assertion under the secret', async () => {
    const secret = 'a secret of at least thirty-two bytes'
    const asked = await ask(GRANTS.client, {
      authentication: { method: 'client_secret_jwt', client_secret: secret, ...SHAPE },
    })
    expect(asked.parameters).toMatchObject({
      client_id: 'us',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    })
    const assertion = asked.parameters['client_assertion'] ?? ''
    const { payload } = await jwtVerify(assertion, Buffer.from(secret), { audience: `${server.url}/token` })
    expect(payload).toMatchObject({ iss: 'us', sub: 'us' })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60)
    expect(JSON.stringify(asked)).not.toContain(secret)
  })

  test.each(['RS256', 'ES256', 'PS256'] as const)('RFC 7523 §2.2 an assertion under a key: %s', async (alg) => {
    const { privateKey, publicKey } = pairFor(alg)
    const authentication: Authentication = {
      method: 'private_key_jwt',
      alg,
      kid: 'k1',
      private_key: pem(privateKey),
      lifetime_seconds: 30,
      audience: 'issuer',
      claims: { tenant: 7 },
    }
    const first = (await ask(GRANTS.client, { authentication })).parameters['client_assertion'] ?? ''
    const keys = createLocalJWKSet({ keys: [{ ...(await exportJWK(publicKey)), kid: 'k1', alg }] })
    const { payload } = await jwtVerify(first, keys, { audience: server.url, issuer: 'us', subject: 'us' })
    expect(payload['tenant']).toBe(7)
    expect(decodeProtectedHeader(first)).toEqual({ alg, kid: 'k1', typ: 'JWT' })
    const second = (await ask(GRANTS.client, { authentication })).parameters['client_assertion'] ?? ''
    const { payload: next } = await jwtVerify(second, keys)
    expect(next.jti).not.toBe(payload.jti)
  })

  test('a key that does not fit sends nothing, and the message holds nothing of it', async () => {
    const { privateKey } = pairFor('ES256')
    for (const key of [pem(privateKey), 'no key', '-----BEGIN PRIVATE KEY-----\nQUJD\n-----END PRIVATE KEY-----']) {
      const authentication: Authentication = {
        method: 'private_key_jwt',
        alg: 'RS256',
        kid: null,
        private_key: key,
        ...SHAPE,
      }
      const settings = settingsOf(server.url, { authentication })
      const answer = await requestToken(settings, GRANTS.client, openWay, AbortSignal.timeout(5000))
      expect(answer).toMatchObject({ kind: 'refused', class: 'server_settings', code: 'settings' })
      expect(JSON.stringify(answer)).not.toContain('QUJD')
    }
    expect(server.asked).toEqual([])
  })
})

describe('grants', () => {
  test('RFC 6749 §4.1.3 a code with its verifier; the scope is not said again', async () => {
    const asked = await ask({ ...GRANTS.code, code_verifier: 'v'.repeat(43) })
    expect(asked.parameters).toMatchObject({
      grant_type: 'authorization_code',
      code: 'the-code',
      redirect_uri: 'https://us.example/callback',
      code_verifier: 'v'.repeat(43),
    })
    expect(asked.parameters).not.toHaveProperty('scope')
  })

  test('RFC 6749 §6 a refresh token', async () => {
    const asked = await ask(GRANTS.refresh)
    expect(asked.parameters).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'the-refresh-token' })
    expect(asked.parameters).not.toHaveProperty('scope')
  })

  test('RFC 6749 §4.3.2 the owner’s credentials', async () => {
    const asked = await ask(GRANTS.password)
    expect(asked.parameters).toMatchObject({ grant_type: 'password', username: 'ada', password: 'pass word' })
  })

  test('RFC 7523 §2.1 an assertion is the grant: with the client’s key nothing is sent beside it', async () => {
    const { privateKey, publicKey } = pairFor('RS256')
    const key = { alg: 'RS256', kid: null, private_key: pem(privateKey), ...SHAPE } as const
    const shape = { ...key, claims: { sub: 'ada@example.com', scope: 'a b' } } as const
    const own = await ask({ type: 'jwt_bearer' }, { authentication: { method: 'private_key_jwt', ...shape } })
    expect(Object.keys(own.parameters)).toEqual(['grant_type', 'assertion', 'scope'])
    const spki = await importSPKI(publicKey.export({ type: 'spki', format: 'pem' }), 'RS256')
    const { payload } = await compactVerify(own.parameters['assertion'] ?? '', spki)
    expect(JSON.parse(Buffer.from(payload).toString())).toMatchObject({
      iss: 'us',
      sub: 'ada@example.com',
      scope: 'a b',
    })

    const beside = await ask({ type: 'jwt_bearer' }, { assertion: shape })
    expect(beside.parameters).toMatchObject({ client_id: 'us', client_secret: CLIENT_SECRET })
    expect(beside.parameters).toHaveProperty('assertion')
  })

  test('the scope is left out where the administrator says so, and where there is none', async () => {
    expect((await ask(GRANTS.client, { include_scope: false })).parameters).not.toHaveProperty('scope')
    expect((await ask(GRANTS.client, { scope: ' ' })).parameters).not.toHaveProperty('scope')
  })
})

describe('parameters of the administrator', () => {
  const changes: Partial<ServerSettings> = {
    query_parameters: [
      { name: 'tenant', value: 'a b&c' },
      { name: 'only_refresh', value: '1', leg: 'refresh' },
    ],
    post_parameters: [
      { name: 'resource', value: 'https://api.example' },
      { name: 'only_token', value: '1', leg: 'token' },
      { name: 'scope', value: 'mine' },
    ],
  }

  test('each goes with its legs; what the URL said stays; what was said before is replaced', async () => {
    server.stand('/token', { json: { access_token: 'at' } })
    const token = await ask(GRANTS.client, { ...changes, token_endpoint: `${server.url}/token?tenant=old&v=2` })
    expect(token.query).toEqual({ v: '2', tenant: 'a b&c' })
    expect(token.parameters).toMatchObject({ resource: 'https://api.example', only_token: '1', scope: 'mine' })
    const refresh = await ask(GRANTS.refresh, changes)
    expect(refresh.query).toEqual({ tenant: 'a b&c', only_refresh: '1' })
    expect(refresh.parameters).not.toHaveProperty('only_token')
  })

  test('RFC 8707 §2 a parameter may be there more than once', async () => {
    const post_parameters = ['https://a.example', 'https://b.example'].map((value) => ({ name: 'resource', value }))
    const { body } = await ask(GRANTS.client, { post_parameters })
    expect(new URLSearchParams(body).getAll('resource')).toEqual(['https://a.example', 'https://b.example'])
    const profile = { ...PLAIN, token: { placement: 'json' } } as const
    const json = await ask(GRANTS.client, { post_parameters, profile })
    expect(JSON.parse(json.body)).toMatchObject({ resource: ['https://a.example', 'https://b.example'] })
  })

  test('a refresh endpoint of its own', async () => {
    server.stand('/renew', { json: { access_token: 'at' } })
    expect((await ask(GRANTS.refresh, { refresh_endpoint: `${server.url}/renew` })).path).toBe('/renew')
    expect((await ask(GRANTS.client, { refresh_endpoint: `${server.url}/renew` })).path).toBe('/token')
  })
})

const SHAPE = { lifetime_seconds: 60, audience: 'token_endpoint', claims: {} } as const

function pairFor(alg: string): { privateKey: KeyObject; publicKey: KeyObject } {
  return alg === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 })
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' })
}
