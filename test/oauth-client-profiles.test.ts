import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import { readIdToken } from '#oauth-client/id-token.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { ServerSettings } from '#oauth-client/settings.ts'
import { filledDefaults, PROFILES, shippedProfile } from '#outbound/profiles/catalogue.ts'
import { play, SECRET } from './oauth-client-quirks.ts'
import { GRANTS, NOW, settingsOf } from './oauth-client-settings.ts'
import { openScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts'

let server: ScriptedServer
beforeAll(async () => {
  server = await openScriptedServer()
})
afterAll(() => server.close())

function profileOf(name: string): Profile {
  const profile = shippedProfile(name)
  if (!profile) throw new Error(`there is no profile ${name}`)
  return profile
}

/** Settings as a form filled by the profile makes them, at the scripted server's addresses. */
function filled(name: string, changes: Partial<ServerSettings> = {}): Partial<ServerSettings> & { profile: Profile } {
  const profile = profileOf(name)
  const { scope = '', pkce = true, request_refresh_token = false } = profile.defaults
  return { scope, pkce, request_refresh_token, authentication: SECRET, ...changes, profile }
}

function authorizeQuery(name: string, changes: Partial<ServerSettings> = {}): Record<string, string> {
  const settings = settingsOf('https://op.example', filled(name, changes))
  const { url } = beginAuthorization(settings, { redirect_uri: 'https://us.example/cb' })
  return Object.fromEntries(new URL(url).searchParams)
}

interface Case {
  readonly grant?: 'code' | 'refresh' | 'client'
  readonly reply: Reply
  readonly asked?: object
  readonly unsent?: readonly string[]
  readonly answer?: object
  readonly changes?: Partial<ServerSettings>
}

async function ask(name: string, { grant = 'code', changes, answer, ...rest }: Case): Promise<void> {
  const { profile, ...settings } = filled(name, changes)
  await play(server, {
    what: name,
    profile,
    settings,
    grant: GRANTS[grant],
    ...rest,
    ...(answer && { answer: { ...answer } }),
  })
}

describe('all profiles', () => {
  test.each(PROFILES.map((profile) => [profile.name, profile] as const))(
    '%s is JSON, and its addresses are https',
    (_, profile) => {
      expect(JSON.parse(JSON.stringify(profile))).toEqual(profile)
      const defaults = filledDefaults(profile, {})
      expect(defaults).toBeDefined()
      for (const [name, value] of Object.entries(defaults ?? {})) {
        if (/endpoint|issuer|url$/.test(name)) expect(URL.parse(String(value))?.protocol, name).toBe('https:')
        expect(String(value), name).not.toMatch(/[{}]/)
      }
    },
  )

  test('names are unique, and unknown ones are unknown', () => {
    expect(new Set(PROFILES.map(({ name }) => name)).size).toBe(PROFILES.length)
    expect([shippedProfile('toString'), shippedProfile('')]).toEqual([undefined, undefined])
  })

  test('a variable is one part of an address', () => {
    const entra = profileOf('microsoft_entra_id')
    expect(filledDefaults(entra, { tenant: 'contoso.com' })?.token_endpoint).toBe(
      'https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token',
    )
    expect(filledDefaults(entra, {})?.issuer).toBe('https://login.microsoftonline.com/common/v2.0')
    for (const tenant of ['a/b', '', 'a?b', '{tenant}', 'a b'])
      expect(filledDefaults(entra, { tenant })).toBeUndefined()
  })
})

describe('generic', () => {
  test('OAuth 2.0: as the specification says it', async () => {
    await ask('generic_oauth2', {
      grant: 'refresh',
      reply: { json: { access_token: 'at', refresh_token: 'rt' } },
      unsent: ['scope'],
      answer: { kind: 'tokens', refresh_token: 'rt', id_token: null },
    })
    expect(authorizeQuery('generic_oauth2', { request_refresh_token: true })).not.toHaveProperty('prompt')
  })

  test('OIDC Core §11: offline access is a scope, with consent', async () => {
    expect(authorizeQuery('generic_oidc', { request_refresh_token: true })).toMatchObject({
      scope: 'openid offline_access',
      prompt: 'consent',
      nonce: expect.any(String),
    })
    expect(authorizeQuery('generic_oidc')).toMatchObject({ scope: 'openid' })
    await ask('generic_oidc', {
      reply: { json: { access_token: 'at', id_token: 'a.b.c' } },
      answer: { kind: 'tokens', id_token: 'a.b.c' },
    })
  })
})

describe('Google', () => {
  test('offline access and consent; without them no refresh token', async () => {
    expect(authorizeQuery('google')).toMatchObject({ access_type: 'offline', prompt: 'consent' })
    expect(authorizeQuery('google', { request_refresh_token: false })).not.toHaveProperty('access_type')
    await ask('google', {
      grant: 'refresh',
      reply: { json: { access_token: 'at', expires_in: 3599, token_type: 'Bearer' } },
      answer: { kind: 'tokens', refresh_token: null },
    })
  })

  test('a refresh may be sent again; a blocked app needs consent', async () => {
    await ask('google', { grant: 'refresh', reply: { status: 500 }, answer: { class: 'transient' } })
    const reply = { status: 400, json: { error: 'admin_policy_enforced' } }
    await ask('google', { grant: 'refresh', reply, answer: { class: 'consent' } })
    expect(server.asked).toHaveLength(1)
  })
})

describe('Microsoft Entra ID', () => {
  test('the scope at every leg', async () => {
    const changes = { scope: 'User.Read' }
    const reply = { json: { access_token: 'at', expires_in: '3599', refresh_token: 'rt' } }
    await ask('microsoft_entra_id', { changes, reply, asked: { parameters: { scope: 'User.Read' } } })
    await ask('microsoft_entra_id', { grant: 'refresh', changes, reply, asked: { parameters: { scope: 'User.Read' } } })
    expect(authorizeQuery('microsoft_entra_id', changes)).toMatchObject({ scope: 'User.Read offline_access' })
  })

  test('the issuer of an ID token is that of its tenant', () => {
    const claims = { iss: 'https://login.microsoftonline.com/t-1/v2.0', tid: 't-1', sub: 's', aud: 'us', exp: NOW }
    const token = [{ alg: 'RS256' }, claims, 'x'].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    const settings = settingsOf('https://op.example', filled('microsoft_entra_id'))
    expect(readIdToken(settings, token.join('.'), null, NOW)).toMatchObject({ kind: 'claims' })
  })

  test('conditional access needs the user', async () => {
    const json = { error: 'interaction_required', error_description: 'AADSTS50079: …', suberror: 'basic_action' }
    await ask('microsoft_entra_id', { grant: 'refresh', reply: { status: 400, json }, answer: { class: 'consent' } })
    expect(server.asked).toHaveLength(1)
  })
})

describe('GitHub', () => {
  test.each([
    ['bad_verification_code', 'code', 'grant_dead'],
    ['bad_refresh_token', 'refresh', 'grant_dead'],
    ['incorrect_client_credentials', 'code', 'server_settings'],
    ['redirect_uri_mismatch', 'code', 'server_settings'],
    ['unverified_user_email', 'code', 'consent'],
  ] as const)('%s says 200', async (error, grant, kind) => {
    await ask('github', { grant, reply: { json: { error } }, answer: { kind: 'refused', class: kind, code: error } })
    expect(server.last().headers.accept).toBe('application/json')
  })

  test('a form is understood too; scopes come with commas; tokens without an end', async () => {
    const text = 'access_token=at&scope=repo%2Cgist&token_type=bearer'
    await ask('github', { reply: { text }, answer: { kind: 'tokens', scope: 'repo gist', expires_at: null } })
    const json = { access_token: 'at', expires_in: 28_800, refresh_token: 'rt', refresh_token_expires_in: 15_811_200 }
    await ask('github', { reply: { json }, answer: { refresh_token: 'rt', refresh_expires_at: expect.any(Number) } })
    expect(server.asked).toHaveLength(1)
  })
})

describe('Slack', () => {
  const team = { id: 'T1', name: 'team' }
  const bot = { ok: true, access_token: 'at', expires_in: 43_200, refresh_token: 'rt', scope: 'a,b', team }
  const user = { id: 'U1', access_token: 'user-at', refresh_token: 'user-rt', expires_in: 43_200, scope: 'c' }

  test('the app’s token, and what is kept of the answer', async () => {
    const kept = { team_id: 'T1', user_id: 'U1' }
    const answer = { kind: 'tokens', access_token: 'at', refresh_token: 'rt', scope: 'a b', kept }
    await ask('slack', { reply: { json: { ...bot, authed_user: user } }, answer })
    expect(authorizeQuery('slack', { scope: 'a b' })).toMatchObject({ scope: 'a,b' })
    expect(authorizeQuery('slack')).not.toHaveProperty('code_challenge')
  })

  test('the user’s token: another place in the first answer, the top when refreshing', async () => {
    const answer = { kind: 'tokens', access_token: 'user-at', refresh_token: 'user-rt', scope: 'c' }
    await ask('slack_user', { reply: { json: { ...bot, authed_user: user } }, answer })
    await ask('slack_user', {
      grant: 'refresh',
      reply: { json: bot },
      answer: { access_token: 'at', refresh_token: 'rt' },
    })
    expect(authorizeQuery('slack_user', { scope: 'a b' })).toMatchObject({ user_scope: 'a,b' })
  })

  test.each([
    ['invalid_refresh_token', 'grant_dead'],
    ['bad_client_secret', 'server_settings'],
    ['missing_scope', 'consent'],
    ['ratelimited', 'transient'],
    ['something_new', 'malformed'],
  ])('%s says 200', async (error, kind) => {
    await ask('slack', {
      grant: 'refresh',
      reply: { json: { ok: false, error } },
      answer: { class: kind, code: error },
    })
    expect(server.asked).toHaveLength(1)
  })
})

describe('Salesforce', () => {
  test('the instance is kept; the life is asked for elsewhere, and short until then', async () => {
    const json = { access_token: 'at', instance_url: 'https://x.my.salesforce.com', id: 'https://…', issued_at: '1' }
    await ask('salesforce', { reply: { json }, answer: { kept: { instance_url: json.instance_url, id: json.id } } })
    expect(profileOf('salesforce').answer?.expiry).toEqual({ source: 'introspection', default_seconds: 900 })
    expect(authorizeQuery('salesforce')).toMatchObject({ scope: 'api refresh_token' })
  })

  test.each([
    ['inactive_user', 'grant_dead'],
    ['invalid_client_credentials', 'server_settings'],
    ['rate_limit_exceeded', 'transient'],
  ])('%s', async (error, kind) => {
    const reply = { status: 400, json: { error, error_description: 'why' } }
    await ask('salesforce', { grant: 'refresh', reply, answer: { class: kind, description: 'why' } })
    expect(server.asked).toHaveLength(1)
  })
})

describe('Xero', () => {
  test('offline access by scope; a refresh whose answer was lost has an unknown outcome', async () => {
    expect(authorizeQuery('xero', { scope: 'accounting.transactions' })).toMatchObject({
      scope: 'accounting.transactions offline_access',
    })
    await ask('xero', {
      grant: 'refresh',
      reply: { drop: 'before_answer' },
      answer: { kind: 'refused', class: 'unknown_outcome' },
    })
    expect(profileOf('xero').refresh_token).toMatchObject({ rotation: 'rotates', reuse_grace_seconds: 1800 })
  })
})
