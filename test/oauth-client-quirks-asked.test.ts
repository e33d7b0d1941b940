import { createHash, createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { placeToken } from '#oauth-client/place-token.ts'
import { requestToken } from '#oauth-client/request-token.ts'
import { fillUrl } from '#oauth-client/template.ts'
import { play, type Quirk, SECRET } from './oauth-client-quirks.ts'
import { GRANTS, PLAIN, settingsOf } from './oauth-client-settings.ts'
import { openScriptedServer, openWay, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await openScriptedServer()
})
afterAll(() => server.close())

const secret = SECRET.client_secret
const basic = (pair: string): string => `Basic ${Buffer.from(pair).toString('base64')}`

const QUIRKS: readonly Quirk[] = [
  {
    what: '7 Stripe Apps: the secret is the user name; an hour where the answer says nothing',
    profile: {
      basic_credentials: ['{client_secret}', ''],
      answer: { expiry: { source: 'seconds', default_seconds: 3600 } },
    },
    reply: { json: { access_token: 'at' } },
    asked: { headers: { authorization: basic(`${secret}:`) } },
    unsent: ['client_id', 'client_secret'],
    lives: 3600,
  },
  {
    what: '9 TikTok: client_key; for business: auth_code, JSON, the answer under data',
    profile: {
      token: { placement: 'json', rename: { client_id: 'client_key', code: 'auth_code' } },
      answer: { root: 'data' },
    },
    reply: { json: { code: 0, message: 'OK', data: { access_token: 'at', expires_in: 60 } } },
    asked: { parameters: { client_key: 'us', auth_code: 'the-code' }, headers: { 'content-type': 'application/json' } },
    unsent: ['client_id', 'code'],
    lives: 60,
  },
  {
    what: '10 WeChat: appid and secret, by GET',
    profile: {
      token: { method: 'GET', rename: { client_id: 'appid', client_secret: 'secret' }, drop: ['redirect_uri'] },
    },
    asked: {
      method: 'GET',
      body: '',
      query: { grant_type: 'authorization_code', code: 'the-code', appid: 'us', secret },
    },
  },
  {
    what: '12 Basecamp: type instead of grant_type',
    profile: {
      token: { add: { type: 'web_server' }, drop: ['grant_type'] },
      refresh: { add: { type: 'refresh' }, drop: ['grant_type'] },
    },
    asked: { parameters: { type: 'web_server', code: 'the-code' } },
    unsent: ['grant_type'],
  },
  {
    what: '12 Basecamp: and when refreshing',
    profile: { refresh: { add: { type: 'refresh' }, drop: ['grant_type'] } },
    grant: GRANTS.refresh,
    asked: { parameters: { type: 'refresh', refresh_token: 'the-refresh-token' } },
    unsent: ['grant_type'],
  },
  {
    what: '13 BambooHR: request=token, in the URL',
    settings: { query_parameters: [{ name: 'request', value: 'token', leg: 'token' }] },
    asked: { query: { request: 'token' } },
  },
  {
    what: '14 Zendesk: the life is asked for; 15 Shopify: expiring',
    profile: { token: { add: { expires_in: '1800', expiring: '1' } } },
    asked: { parameters: { expires_in: '1800', expiring: '1' } },
  },
  {
    what: '16 Microsoft Ads: the scope again when refreshing; Dynamics: the resource',
    profile: { scope: { resend: ['refresh'] }, refresh: { add: { resource: 'https://x.dynamics.com' } } },
    grant: GRANTS.refresh,
    asked: { parameters: { scope: 'read write', resource: 'https://x.dynamics.com' } },
  },
  {
    what: '18 Printful: redirect_url',
    profile: { token: { rename: { redirect_uri: 'redirect_url' } } },
    asked: { parameters: { redirect_url: GRANTS.code.redirect_uri } },
    unsent: ['redirect_uri'],
  },
  {
    what: '19 Follow Up Boss: the state in the token request',
    profile: { token: { add: { state: '{state}' } } },
    grant: { ...GRANTS.code, state: 'the-state' },
    asked: { parameters: { state: 'the-state' } },
  },
  {
    what: '24 Gong: a POST whose parameters stand in the query',
    profile: { token: { placement: 'query' } },
    asked: { method: 'POST', body: '', query: { code: 'the-code', client_secret: secret } },
  },
  {
    what: '26 Smartsheet: a hash of secret and code instead of the secret',
    profile: { token: { add: { hash: { sha256: '{client_secret}|{code}' } }, drop: ['client_secret'] } },
    asked: { parameters: { hash: createHash('sha256').update(`${secret}|the-code`).digest('hex') } },
    unsent: ['client_secret'],
  },
  {
    what: '27 Azure DevOps: the secret as an assertion of the client, the code as the assertion',
    profile: {
      token: {
        add: {
          grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
          client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
          client_assertion: '{client_secret}',
          assertion: '{code}',
        },
        drop: ['code', 'client_id', 'client_secret'],
      },
    },
    asked: { parameters: { client_assertion: secret, assertion: 'the-code' } },
    unsent: ['code', 'client_id', 'client_secret'],
  },
  {
    what: '29 Agiloft: refreshing with the first 20 characters of the secret',
    profile: { refresh: { add: { client_secret: { first: 20, of: '{client_secret}' } } } },
    grant: GRANTS.refresh,
    asked: { parameters: { client_secret: secret.slice(0, 20) } },
  },
  {
    what: '39 Facebook: renewed with the access token',
    profile: {
      renew_with: 'access_token',
      refresh: { method: 'GET', add: { grant_type: 'fb_exchange_token', fb_exchange_token: '{access_token}' } },
    },
    grant: { type: 'refresh_token', refresh_token: '', access_token: 'old' },
    reply: { text: 'access_token=at&expires=5183000', headers: { 'content-type': 'text/plain' } },
    asked: { method: 'GET', query: { grant_type: 'fb_exchange_token', fb_exchange_token: 'old' } },
    unsent: ['refresh_token'],
  },
  {
    what: '40 Instagram: renewed by GET with the access token alone',
    profile: {
      renew_with: 'access_token',
      refresh: {
        method: 'GET',
        add: { grant_type: 'ig_refresh_token', access_token: '{access_token}' },
        drop: ['client_id', 'client_secret'],
      },
    },
    grant: { type: 'refresh_token', refresh_token: '', access_token: 'old' },
    asked: { query: { grant_type: 'ig_refresh_token', access_token: 'old' } },
    unsent: ['client_secret'],
  },
  {
    what: '49 scopes under another name, with another separator',
    profile: { scope: { parameter: 'advanced_scopes', separator: '+' } },
    grant: GRANTS.client,
    asked: { parameters: { advanced_scopes: 'read+write' } },
    unsent: ['scope'],
  },
  {
    what: '46 an Accept header of its own',
    profile: { token: { headers: { Accept: 'application/vnd.example+json' } } },
    asked: { headers: { accept: 'application/vnd.example+json' } },
  },
]

describe('providers that are asked otherwise', () => {
  test.each(QUIRKS)('$what', async (quirk) => {
    await play(server, quirk)
    expect(server.asked).toHaveLength(1)
  })

  test('23 Shopline: the body and the time are signed', async () => {
    const sign = { sha256: '{body}{now_ms}', key: '{client_secret}' } as const
    const token = { placement: 'json', headers: { timestamp: '{now_ms}', sign } } as const
    await play(server, { what: '', profile: { token }, grant: GRANTS.client })
    const { body, headers } = server.last()
    const expected = createHmac('sha256', secret).update(`${body}${String(headers['timestamp'])}`)
    expect(headers['sign']).toBe(expected.digest('hex'))
  })

  test('30 Revolut: the issuer of the assertion is the host of the redirect, the audience is fixed', async () => {
    const profile = { ...PLAIN, assertion_claims: { iss: '{redirect_host}', aud: 'https://revolut.com' } }
    const shape = { lifetime_seconds: 60, audience: 'token_endpoint', claims: {} } as const
    const authentication = { method: 'client_secret_jwt', client_secret: secret, ...shape } as const
    const settings = settingsOf(server.url, { profile, authentication, redirect_uri: 'https://us.example/cb' })
    for (const grant of [GRANTS.code, GRANTS.refresh]) {
      server.next({ json: { access_token: 'at' } })
      await requestToken(settings, grant, openWay, AbortSignal.timeout(5000))
      const [, payload = ''] = (server.last().parameters['client_assertion'] ?? '').split('.')
      const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString())
      expect(claims).toMatchObject({ iss: 'us.example', sub: 'us', aud: 'https://revolut.com' })
    }
  })

  test.each([
    [undefined, 'https://api.example/a?b=1', { authorization: 'Bearer at' }],
    [
      { in: 'header', name: 'X-Shopify-Access-Token' } as const,
      'https://api.example/a?b=1',
      { 'x-shopify-access-token': 'at' },
    ],
    [
      { in: 'header', name: 'Authorization', prefix: 'Zoho-oauthtoken ' } as const,
      'https://api.example/a?b=1',
      { authorization: 'Zoho-oauthtoken at' },
    ],
    [{ in: 'query', name: 'access_token' } as const, 'https://api.example/a?b=1&access_token=at', {}],
  ])('15 21 where the token stands in calls: %j', (placement, url, headers) => {
    const profile = { ...PLAIN, ...(placement && { placement }) }
    expect(placeToken(profile, 'at', 'https://api.example/a?b=1')).toEqual({ url, headers })
  })
})

describe('2 Zoho: the host of the token URL comes with the callback, and is no stranger’s', () => {
  const profile = {
    ...PLAIN,
    hosts: ['*.zoho.eu', 'accounts.zoho.com'],
    token: { url: '{kept.accounts-server}/oauth/v2/token' },
  }

  test('the origin of the endpoint itself is always one', async () => {
    const grant = { ...GRANTS.code, kept: { 'accounts-server': server.url } }
    await play(server, { what: '', profile, grant })
    expect(server.last().path).toBe('/oauth/v2/token')
  })

  test.each([
    'https://evil.example',
    'http://accounts.zoho.com',
    'https://accounts.zoho.com:8443',
    'https://zoho.eu.evil.example',
    'https://accounts.zoho.com@evil.example',
    '',
    'x',
  ])('N181 %s gets nothing', async (host) => {
    server.reset()
    const grant = { ...GRANTS.code, kept: { 'accounts-server': host } }
    const answer = await requestToken(settingsOf(server.url, { profile }), grant, openWay, AbortSignal.timeout(5000))
    expect(answer).toMatchObject({ kind: 'refused', class: 'server_settings', code: 'settings' })
  })

  test('a place in the middle of a URL is one segment', () => {
    const places = new Map([['kept.shop', 'a/../b?c#d@e']])
    const filled = (template: string): string => fillUrl(template, places, 'https://x.example', ['*.zoho.eu'])
    expect(filled('https://x.example/{kept.shop}/token')).toBe('https://x.example/a%2F..%2Fb%3Fc%23d%40e/token')
    expect(() => filled('https://{kept.shop}.zoho.eu/token')).toThrow('the URL of the profile')
  })
})
