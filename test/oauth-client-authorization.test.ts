import { describe, expect, test } from 'vitest'
import { sha256Base64url } from '#crypto/hash.ts'
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import { type Callback, readCallback } from '#oauth-client/callback.ts'
import { readIdToken } from '#oauth-client/id-token.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { ServerSettings } from '#oauth-client/settings.ts'
import { CLIENT_SECRET, NOW, PLAIN, settingsOf } from './oauth-client-settings.ts'

const REDIRECT = 'https://us.example/callback'

function begin(changes: Partial<ServerSettings> = {}, profile: Partial<Profile> = {}) {
  const settings = settingsOf('https://op.example', { ...changes, profile: { ...PLAIN, ...profile } })
  const begun = beginAuthorization(settings, { redirect_uri: REDIRECT })
  return { ...begun, query: Object.fromEntries(new URL(begun.url).searchParams) }
}

describe('the authorization request', () => {
  test('RFC 6749 §4.1.1 RFC 7636 §4.3 as the specification says it', () => {
    const { url, query, state, code_verifier, nonce } = begin()
    expect(url.startsWith('https://op.example/authorize?')).toBe(true)
    expect(query).toEqual({
      response_type: 'code',
      client_id: 'us',
      redirect_uri: REDIRECT,
      state,
      scope: 'read write',
      code_challenge: sha256Base64url(code_verifier ?? ''),
      code_challenge_method: 'S256',
    })
    expect([state.length, code_verifier?.length, nonce]).toEqual([43, 43, null])
    expect(begin().state).not.toBe(state)
  })

  test('PKCE off, a nonce for OpenID Connect, no endpoint', () => {
    const { query, code_verifier, nonce } = begin({ pkce: false }, { openid: true })
    expect(query).not.toHaveProperty('code_challenge')
    expect([code_verifier, query['nonce']]).toEqual([null, nonce])
    expect(() => begin({ authorization_endpoint: null })).toThrow('no authorization endpoint')
  })

  test('the administrator’s prompt and parameters win; the query of the endpoint stays', () => {
    const offline = { parameters: { access_type: 'offline', prompt: 'consent' } }
    const changes: Partial<ServerSettings> = {
      authorization_endpoint: 'https://op.example/authorize?tenant=t',
      request_refresh_token: true,
      prompt: 'select_account',
      query_parameters: [
        { name: 'audience', value: 'api', leg: 'authorize' },
        { name: 'everywhere', value: '1' },
        { name: 'only_token', value: '1', leg: 'token' },
        { name: 'key', value: 'hidden', secret: true },
      ],
      post_parameters: [{ name: 'post', value: '1' }],
    }
    const { query } = begin(changes, { offline })
    expect(query).toMatchObject({
      tenant: 't',
      audience: 'api',
      everywhere: '1',
      access_type: 'offline',
      prompt: 'select_account',
    })
    for (const name of ['only_token', 'key', 'post']) expect(query).not.toHaveProperty(name)
    expect(begin({}, { offline }).query).not.toHaveProperty('access_type')
  })

  test.each<[string, Partial<Profile>, Record<string, string>, string[]]>([
    [
      '1 Google: offline and consent',
      { offline: { parameters: { access_type: 'offline', prompt: 'consent' } } },
      { access_type: 'offline', prompt: 'consent' },
      [],
    ],
    [
      '4 Atlassian: an audience',
      { authorize: { add: { audience: 'api.atlassian.com' } } },
      { audience: 'api.atlassian.com' },
      [],
    ],
    ['5 Dropbox', { offline: { parameters: { token_access_type: 'offline' } } }, { token_access_type: 'offline' }, []],
    ['8 Slack: commas', { scope: { separator: ',' } }, { scope: 'read,write' }, []],
    ['10 WeChat: appid', { authorize: { rename: { client_id: 'appid' } } }, { appid: 'us' }, ['client_id']],
    ['18 Monday: no response_type', { authorize: { drop: ['response_type'] } }, {}, ['response_type']],
    [
      '18 Printful: redirect_url',
      { authorize: { rename: { redirect_uri: 'redirect_url' } } },
      { redirect_url: REDIRECT },
      ['redirect_uri'],
    ],
    ['19 Follow Up Boss', { authorize: { add: { response_type: 'auth_code' } } }, { response_type: 'auth_code' }, []],
    [
      '20 DATEV',
      { openid: true, authorize: { add: { response_type: 'code id_token', response_mode: 'query' } } },
      { response_type: 'code id_token', response_mode: 'query' },
      [],
    ],
    [
      '48 Snowflake: the offline scope has another name',
      { offline: { scope: 'refresh_token' } },
      { scope: 'read write refresh_token' },
      [],
    ],
    ['49 Pennylane: scopes', { scope: { parameter: 'scopes', separator: '+' } }, { scopes: 'read+write' }, ['scope']],
  ])('%s', (_, profile, query, unsent) => {
    const begun = begin({ request_refresh_token: true }, profile)
    expect(begun.query).toMatchObject(query)
    for (const name of unsent) expect(begun.query).not.toHaveProperty(name)
  })

  test('no template brings the secret into a browser', () => {
    const profile = { authorize: { add: { x: '{client_secret}', y: { sha256: '{client_secret}' } as const } } }
    const { url, query } = begin({}, profile)
    expect(query['x']).toBe('')
    expect(url).not.toContain(encodeURIComponent(CLIENT_SECRET))
  })
})

const STATE = 's'.repeat(43)

function back(query: string, changes: Partial<ServerSettings> = {}, profile: Partial<Profile> = {}): Callback {
  const settings = settingsOf('https://op.example', { ...changes, profile: { ...PLAIN, ...profile } })
  return readCallback(settings, new URLSearchParams(query), { state: STATE })
}

describe('N156 N157 the callback', () => {
  test('RFC 6749 §4.1.2 a code', () => {
    expect(back(`code=c&state=${STATE}`)).toEqual({ kind: 'code', code: 'c', kept: {} })
  })

  test.each([
    ['code=c', 'state'],
    ['code=c&state=', 'state'],
    [`code=c&state=${STATE}x`, 'state'],
    [`code=c&state=${'t'.repeat(43)}`, 'state'],
    ['error=access_denied', 'state'],
    [`code=c&code=d&state=${STATE}`, 'repeated'],
    [`code=c&state=${STATE}&state=${STATE}`, 'repeated'],
    [`state=${STATE}`, 'no_code'],
    [`code=&state=${STATE}`, 'no_code'],
    [`code=${'c'.repeat(5000)}&state=${STATE}`, 'no_code'],
    [`code=%0D%0A&state=${STATE}`, 'no_code'],
  ])('%s is not the answer to what was asked', (query, code) => {
    expect(back(query)).toMatchObject({ kind: 'refused', by: 'callback', code })
  })

  test('a state that is empty on both sides is none', () => {
    const settings = settingsOf('https://op.example')
    const found = readCallback(settings, new URLSearchParams('code=c&state='), { state: '' })
    expect(found).toMatchObject({ kind: 'refused', code: 'state' })
  })

  test('RFC 9207 §2.4 the issuer: another one, none where one is promised, none where none is', () => {
    const right = encodeURIComponent('https://op.example')
    const wrong = encodeURIComponent('https://op.example/')
    expect(back(`code=c&state=${STATE}&iss=${right}`, { iss_in_callback: true })).toMatchObject({ kind: 'code' })
    expect(back(`code=c&state=${STATE}&iss=${wrong}`)).toMatchObject({ kind: 'refused', code: 'iss' })
    expect(back(`error=x&state=${STATE}&iss=${wrong}`)).toMatchObject({ kind: 'refused', by: 'callback', code: 'iss' })
    expect(back(`code=c&state=${STATE}`, { iss_in_callback: true })).toMatchObject({ kind: 'refused', code: 'iss' })
    expect(back(`code=c&state=${STATE}`)).toMatchObject({ kind: 'code' })
  })

  test('N171 the provider says no, in words that tell nothing of ours', () => {
    const query = new URLSearchParams({
      error: 'access_denied',
      error_description: `no ${CLIENT_SECRET}`,
      state: STATE,
    })
    expect(back(query.toString())).toEqual({
      kind: 'refused',
      by: 'provider',
      code: 'access_denied',
      description: 'no [blanked]',
    })
  })

  test.each<[string, string, Partial<Profile>, unknown]>([
    [
      '2 Zoho',
      'code=c&accounts-server=https%3A%2F%2Fa.zoho.eu',
      { callback: { keep: { 'accounts-server': 'accounts-server' } } },
      { kind: 'code', kept: { 'accounts-server': 'https://a.zoho.eu' } },
    ],
    [
      '17 Microsoft: consent of an administrator',
      'tenant=t&admin_consent=True',
      { callback: { code: null, keep: { tenant: 'tenant' } } },
      { kind: 'consent', kept: { tenant: 't' } },
    ],
    ['21 Amazon', 'spapi_oauth_code=c', { callback: { code: 'spapi_oauth_code' } }, { kind: 'code', code: 'c' }],
    [
      '22 QuickBooks',
      'code=c&realmId=7',
      { callback: { keep: { realm_id: 'realmId' } } },
      { kind: 'code', kept: { realm_id: '7' } },
    ],
  ])('%s', (_, query, profile, found) => {
    expect(back(`${query}&state=${STATE}`, {}, profile)).toMatchObject(found as object)
  })
})

describe('OIDC Core §3.1.3.7 the ID token of the token endpoint', () => {
  const claims = { iss: 'https://op.example', sub: 'ada', aud: 'us', exp: NOW + 60, nonce: 'n' }
  const read = (changes: object, nonce: string | null = 'n', profile: Partial<Profile> = {}): string => {
    const parts = [{ alg: 'RS256' }, { ...claims, ...changes }, 'x'].map((part) => JSON.stringify(part))
    const token = parts.map((part) => Buffer.from(part).toString('base64url')).join('.')
    const settings = settingsOf('https://op.example', { profile: { ...PLAIN, openid: true, ...profile } })
    const found = readIdToken(settings, token, nonce, NOW)
    return found.kind === 'claims' ? 'good' : found.claim
  }

  test.each<[object, string]>([
    [{}, 'good'],
    [{ aud: ['us'] }, 'good'],
    [{ aud: ['us', 'them'], azp: 'us' }, 'good'],
    [{ iss: 'https://op.example/' }, 'iss'],
    [{ aud: 'them' }, 'aud'],
    [{ aud: ['us', 'them'] }, 'azp'],
    [{ azp: 'them' }, 'azp'],
    [{ exp: NOW - 61 }, 'exp'],
    [{ exp: 'soon' }, 'exp'],
    [{ sub: '' }, 'sub'],
    [{ nonce: 'm' }, 'nonce'],
    [{ nonce: undefined }, 'nonce'],
  ])('%j: %s', (changes, found) => {
    expect(read(changes)).toBe(found)
  })

  test('a refresh may answer without a nonce; what is no token is none', () => {
    expect(read({ nonce: undefined }, null)).toBe('good')
    const settings = settingsOf('https://op.example')
    expect(readIdToken(settings, 'x.y.z', null, NOW)).toEqual({ kind: 'refused', claim: 'form' })
  })

  test('an issuer that differs by tenant is that of the token’s own tenant, and no more', () => {
    const profile = { id_token_issuer: 'https://op.example/{tid}/v2.0' }
    expect(read({ tid: 'a-1', iss: 'https://op.example/a-1/v2.0' }, 'n', profile)).toBe('good')
    expect(read({ tid: 'a-1', iss: 'https://op.example/b-2/v2.0' }, 'n', profile)).toBe('iss')
    expect(read({ tid: 'x/../y', iss: 'https://op.example/x/../y/v2.0' }, 'n', profile)).toBe('iss')
  })
})
