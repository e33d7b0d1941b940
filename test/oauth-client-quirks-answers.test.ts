import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { play, type Quirk } from './oauth-client-quirks.ts'
import { GRANTS } from './oauth-client-settings.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await openScriptedServer()
})
afterAll(() => server.close())

const inDays = (days: number): number => Math.floor(Date.now() / 1000) + days * 86_400
const jwt = (claims: unknown): string =>
  [{ alg: 'HS256' }, claims, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')

const QUIRKS: readonly Quirk[] = [
  {
    what: '2 Zoho: the answer names the host of the API',
    profile: { answer: { keep: { api_domain: 'api_domain', odd: 'nothing.there' } } },
    reply: { json: { access_token: 'at', api_domain: 'https://www.zohoapis.eu' } },
    answer: { kind: 'tokens', kept: { api_domain: 'https://www.zohoapis.eu' } },
  },
  {
    what: '3 Salesforce: introspection tells the life',
    profile: { answer: { expiry: { source: 'introspection' } } },
    reply: { json: { access_token: 'at', issued_at: '1700000000000' } },
    lives: null,
  },
  {
    what: '4 Atlassian, GitHub: the refresh token has a life too',
    reply: { json: { access_token: 'at', refresh_token: 'rt', refresh_token_expires_in: '86400' } },
    answer: { kind: 'tokens', refresh_token: 'rt', refresh_expires_at: expect.any(Number) },
  },
  {
    what: '8 Slack: a refusal that says 200',
    profile: { answer: { success: { path: 'ok', equals: ['true'] }, aliases: { invalid_code: 'invalid_grant' } } },
    reply: { json: { ok: false, error: 'invalid_code' } },
    answer: { kind: 'refused', class: 'grant_dead', code: 'invalid_code' },
  },
  {
    what: '25 Concur: XML',
    profile: {
      token: { placement: 'query' },
      answer: {
        root: 'Access_Token',
        fields: { access_token: ['Token'], expires: ['Expiration_date'], refresh_token: ['Refresh_Token'] },
        expiry: { source: 'date' },
        keep: { instance_url: 'Access_Token.Instance_Url' },
      },
    },
    reply: {
      text: `<?xml version="1.0"?><Access_Token xmlns="urn:x"><Instance_Url>https://c.example</Instance_Url>
        <Token>at</Token><Expiration_date>${new Date(Date.now() + 3_600_000).toISOString()}</Expiration_date>
        <Refresh_Token>rt</Refresh_Token></Access_Token>`,
    },
    answer: { kind: 'tokens', access_token: 'at', refresh_token: 'rt', kept: { instance_url: 'https://c.example' } },
    lives: 3600,
  },
  {
    what: '23 Shopline: the answer says when it ends, in JSON of its own spelling',
    profile: {
      answer: {
        root: 'data',
        fields: { access_token: ['accessToken'], expires: ['expireTime'] },
        expiry: { source: 'date' },
      },
    },
    reply: {
      json: { code: 200, data: { accessToken: 'at', expireTime: new Date(Date.now() + 60_000).toISOString() } },
    },
    lives: 60,
  },
  {
    what: '28 Withings: under body, with a status inside',
    profile: {
      token: { add: { action: 'requesttoken' } },
      answer: {
        root: 'body',
        success: { path: 'status', equals: ['0'] },
        error: { code: ['status'], description: ['error'] },
      },
    },
    reply: { json: { status: 0, body: { userid: 7, access_token: 'at', expires_in: 10_800 } } },
    asked: { parameters: { action: 'requesttoken' } },
    lives: 10_800,
  },
  {
    what: '28 Withings: and when it refuses',
    profile: {
      answer: {
        root: 'body',
        success: { path: 'status', equals: ['0'] },
        error: { code: ['status'], description: ['error'] },
        aliases: { '401': 'invalid_grant' },
      },
    },
    grant: GRANTS.refresh,
    reply: { json: { status: 401, body: {}, error: 'Not Found: invalid refresh_token' } },
    answer: { kind: 'refused', class: 'grant_dead', code: '401', description: 'Not Found: invalid refresh_token' },
  },
  { what: '32 PayPal: the life as text', reply: { json: { access_token: 'at', expires_in: '32400' } }, lives: 32_400 },
  {
    what: '33 Fiserv: the life in milliseconds',
    profile: { answer: { expiry: { source: 'milliseconds' } } },
    reply: { json: { access_token: 'at', expires_in: 3_600_000 } },
    lives: 3600,
  },
  {
    what: '34 Clover: the end as Unix time',
    profile: {
      answer: {
        fields: { expires: ['access_token_expiration'], refresh_expires: ['refresh_token_expiration'] },
        expiry: { source: 'unix_seconds' },
      },
    },
    reply: {
      json: { access_token: 'at', access_token_expiration: inDays(1), refresh_token_expiration: String(inDays(2)) },
    },
    answer: { kind: 'tokens', refresh_expires_at: expect.any(Number) },
    lives: 86_400,
  },
  {
    what: '34 Sentry, CrowdStrike: 201 and names of their own',
    profile: { answer: { fields: { access_token: ['token'], expires: ['expiresAt'] }, expiry: { source: 'date' } } },
    reply: { status: 201, json: { token: 'at', expiresAt: new Date(Date.now() + 28_800_000).toISOString() } },
    lives: 28_800,
  },
  {
    what: '34 Tableau: the life as a clock',
    profile: {
      answer: {
        root: 'credentials',
        fields: { access_token: ['token'], expires: ['estimatedTimeToExpiration'] },
        expiry: { source: 'clock' },
      },
    },
    reply: { json: { credentials: { token: 'at', estimatedTimeToExpiration: '177:05:38' } } },
    lives: 177 * 3600 + 5 * 60 + 38,
  },
  { what: '36 LinkedIn: no token_type', reply: { json: { access_token: 'at' } }, answer: { token_type: 'Bearer' } },
  {
    what: '37 eBay: a token_type of its own',
    reply: { json: { access_token: 'at', token_type: 'User Access Token' } },
    answer: { token_type: 'Bearer' },
  },
  {
    what: '38 Mailchimp: no scope, and 0 is for ever',
    profile: { answer: { expiry: { source: 'seconds', zero_is_never: true, default_seconds: 60 } } },
    reply: { json: { access_token: 'at', scope: null, expires_in: 0 } },
    answer: { kind: 'tokens', scope: null },
    lives: null,
  },
  {
    what: '39 Facebook: a form that says it is text',
    profile: { answer: { fields: { expires: ['expires'] } } },
    reply: { text: 'access_token=a%2Bt&expires=5183999' },
    answer: { kind: 'tokens', access_token: 'a+t' },
    lives: 5_183_999,
  },
  {
    what: '41 Yammer: the token inside an object; CamelCase',
    profile: { answer: { fields: { access_token: ['access_token.token', 'AccessToken'] } } },
    reply: { json: { access_token: { token: 'at', user_id: 7 } } },
    answer: { kind: 'tokens', access_token: 'at' },
  },
  {
    what: '42 Coros: a number that means success',
    profile: {
      answer: { success: { path: 'result', equals: ['0000'] }, error: { code: ['result'], description: ['message'] } },
    },
    reply: { json: { result: '5001', message: 'no such user' } },
    answer: { kind: 'refused', class: 'malformed', code: '5001', description: 'no such user' },
  },
  {
    what: '42 Fitbit: a list of errors',
    profile: { answer: { error: { code: ['errors.0.errorType'], description: ['errors.0.message'] } } },
    grant: GRANTS.refresh,
    reply: {
      status: 400,
      json: { errors: [{ errorType: 'invalid_grant', message: 'Refresh token invalid' }], success: false },
    },
    answer: { kind: 'refused', class: 'grant_dead', code: 'invalid_grant', description: 'Refresh token invalid' },
  },
  {
    what: '43 Figma: no new refresh token',
    grant: GRANTS.refresh,
    reply: { json: { access_token: 'at', expires_in: 7_776_000 } },
    answer: { kind: 'tokens', refresh_token: null },
    lives: 7_776_000,
  },
  {
    what: '44 Jobber: no life; the token is a JWT and says it',
    profile: { answer: { expiry: { source: 'jwt' } } },
    reply: { json: { access_token: jwt({ exp: inDays(1) }) } },
    lives: 86_400,
  },
  {
    what: '44 and where it is none, the default counts',
    profile: { answer: { expiry: { source: 'jwt', default_seconds: 120 } } },
    reply: { json: { access_token: 'opaque' } },
    lives: 120,
  },
  {
    what: '51 an ID token that nobody asked for',
    reply: { json: { access_token: 'at', id_token: 'not even a token' } },
    answer: { kind: 'tokens', id_token: null },
  },
  {
    what: '52 credentials as they are, for servers that do not decode',
    settings: { authentication: { method: 'client_secret_basic', client_secret: 'a+b/c', encoding: 'loose' } },
    asked: { headers: { authorization: `Basic ${Buffer.from('us:a+b/c').toString('base64')}` } },
  },
]

describe('providers that answer otherwise', () => {
  test.each(QUIRKS)('$what', async (quirk) => {
    await play(server, quirk)
    expect(server.asked).toHaveLength(1)
  })
})
