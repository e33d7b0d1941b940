import { describe, expect, test } from 'vitest'
import type { RawAnswer, TokenAnswer } from '#oauth-client/answer.ts'
import type { AnswerRules, Profile } from '#oauth-client/profile.ts'
import { readTokenAnswer } from '#oauth-client/read-answer.ts'
import type { GrantRequest } from '#oauth-client/settings.ts'
import { CLIENT_SECRET, GRANTS, NOW, PLAIN, rawOf, settingsOf } from './oauth-client-settings.ts'

const settings = settingsOf('https://op.example')
const TOKENS = { access_token: 'at', token_type: 'Bearer', expires_in: 3600, refresh_token: 'rt', scope: 'read' }

function read(json: unknown, changes: Partial<RawAnswer> = {}, grant: GrantRequest = GRANTS.refresh): TokenAnswer {
  return readTokenAnswer(settings, grant, rawOf(json, changes), NOW)
}

function readBy(profile: Partial<Profile>, json: unknown, grant: GrantRequest = GRANTS.refresh): TokenAnswer {
  return readTokenAnswer({ ...settings, profile: { ...PLAIN, ...profile } }, grant, rawOf(json), NOW)
}

describe('N161 RFC 6749 §5.1 tokens', () => {
  test('as the specification says it', () => {
    expect(read(TOKENS)).toEqual({
      kind: 'tokens',
      access_token: 'at',
      token_type: 'Bearer',
      expires_at: NOW + 3600,
      refresh_token: 'rt',
      refresh_expires_at: null,
      scope: 'read',
      id_token: null,
      kept: {},
    })
  })

  test('no refresh token: null, so that the old one stays', () => {
    expect(read({ access_token: 'at' })).toMatchObject({ kind: 'tokens', refresh_token: null, expires_at: null })
    expect(read({ access_token: 'at', refresh_token: null })).toMatchObject({ refresh_token: null })
    expect(read({ access_token: 'at', refresh_token: '' })).toMatchObject({ refresh_token: null })
  })

  test.each([
    ['3600', NOW + 3600],
    [' 3600 ', NOW + 3600],
    ['3600.7', NOW + 3600],
    [3600.7, NOW + 3600],
    [0, null],
    ['0', null],
    [null, null],
    ['', null],
    [86_400 * 365 * 10, NOW + 86_400 * 365 * 10],
  ])('expires_in %j', (expiresIn, expiresAt) => {
    expect(read({ ...TOKENS, expires_in: expiresIn })).toMatchObject({ kind: 'tokens', expires_at: expiresAt })
  })

  test.each([-1, '-1', 86_400 * 365 * 11, NOW, 'NaN', 'soon', true, {}, [], '1e3', '0x10'])(
    'expires_in %j is no life',
    (expiresIn) => {
      const answer = read({ ...TOKENS, expires_in: expiresIn })
      expect(answer).toMatchObject({ kind: 'refused', class: 'malformed', code: 'unreadable_expiry' })
    },
  )

  test.each([undefined, null, 'bearer', 'BEARER', 'User Access Token', 'mac', 7, ''])('token_type %j', (type) => {
    expect(read({ ...TOKENS, token_type: type })).toMatchObject({ kind: 'tokens', token_type: 'Bearer' })
  })

  test('the answer’s own word for the type, where the profile takes it', () => {
    expect(readBy({ answer: { token_type: 'as_given' } }, { ...TOKENS, token_type: 'DPoP' })).toMatchObject({
      token_type: 'DPoP',
    })
  })

  test.each([{}, [], 7, true, 'a\r\nb', 'ä', 'x'.repeat(70_000), ' '])('access_token %j cannot be used', (token) => {
    expect(read({ ...TOKENS, access_token: token })).toMatchObject({ kind: 'refused', class: 'malformed' })
  })

  test('an ID token only of who speaks OpenID Connect', () => {
    const answer = { ...TOKENS, id_token: 'e30.e30.e30' }
    expect(read(answer)).toMatchObject({ kind: 'tokens', id_token: null })
    expect(readBy({ openid: true }, answer)).toMatchObject({ id_token: 'e30.e30.e30' })
  })

  test('tokens win over an error beside them, and a rule of success', () => {
    const answer: AnswerRules = { success: { path: 'ok', equals: ['true'] } }
    expect(readBy({ answer }, { ...TOKENS, ok: false, error: 'odd' })).toMatchObject({ kind: 'tokens' })
  })

  test('N172 names of prototypes are no fields', () => {
    const answer: AnswerRules = { fields: { access_token: ['__proto__.access_token', 'constructor.name', 'toString'] } }
    expect(readBy({ answer }, '{"__proto__":{"x":1}}')).toMatchObject({ kind: 'refused', class: 'malformed' })
    expect(read('{"__proto__":{"access_token":"at"}}')).toMatchObject({ kind: 'refused', class: 'malformed' })
  })
})

describe('N161 what is no answer', () => {
  test.each([
    ['html', '<!DOCTYPE html><html><body>Sign in</body></html>'],
    ['html', '\n<html lang="en">'],
    ['empty', ''],
    ['empty', '   '],
    ['unknown_format', 'OK'],
    ['unknown_format', '{"access_token": "at"'],
    ['unknown_format', '"access_token"'],
    ['unknown_format', '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'],
    ['no_access_token', '{}'],
    ['no_access_token', '[]'],
    ['no_access_token', '{"access_token":null}'],
  ])('%s: %s', (code, body) => {
    expect(read(body)).toMatchObject({ kind: 'refused', class: 'malformed', code })
  })

  test('a body that was cut', () => {
    const raw = rawOf(JSON.stringify(TOKENS), { truncated: true })
    expect(readTokenAnswer(settings, GRANTS.refresh, raw, NOW)).toMatchObject({ class: 'malformed', code: 'truncated' })
  })

  test('200 with an error body', () => {
    expect(read({ error: 'invalid_grant', error_description: 'gone' })).toEqual({
      kind: 'refused',
      class: 'grant_dead',
      code: 'invalid_grant',
      description: 'gone',
      retry_after: null,
    })
  })
})

describe('classes of refusals', () => {
  const error = (code: string) => ({ error: code })
  test.each<[number, unknown, GrantRequest, string]>([
    [400, error('invalid_grant'), GRANTS.refresh, 'grant_dead'],
    [401, error('invalid_grant'), GRANTS.code, 'grant_dead'],
    [400, error('invalid_grant'), GRANTS.client, 'server_settings'],
    [400, error('invalid_grant'), GRANTS.password, 'server_settings'],
    [401, error('invalid_client'), GRANTS.refresh, 'server_settings'],
    [400, error('unauthorized_client'), GRANTS.refresh, 'server_settings'],
    [400, error('unsupported_grant_type'), GRANTS.client, 'server_settings'],
    [400, error('invalid_scope'), GRANTS.refresh, 'consent'],
    [400, error('interaction_required'), GRANTS.refresh, 'consent'],
    [400, error('invalid_scope'), GRANTS.client, 'server_settings'],
    [400, error('temporarily_unavailable'), GRANTS.refresh, 'transient'],
    [400, error('their_own_word'), GRANTS.refresh, 'malformed'],
    [400, error('their_own_word'), GRANTS.client, 'server_settings'],
    [400, 'nonsense', GRANTS.refresh, 'malformed'],
    [401, '', GRANTS.refresh, 'server_settings'],
    [403, '<html>', GRANTS.refresh, 'server_settings'],
    [404, 'not here', GRANTS.refresh, 'server_settings'],
    [302, '', GRANTS.refresh, 'server_settings'],
    [408, '', GRANTS.refresh, 'transient'],
    [409, '', GRANTS.refresh, 'transient'],
    [423, '', GRANTS.refresh, 'transient'],
    [425, '', GRANTS.refresh, 'transient'],
    [429, error('invalid_grant'), GRANTS.refresh, 'transient'],
    [503, '', GRANTS.refresh, 'transient'],
    [500, '', GRANTS.refresh, 'unknown_outcome'],
    [502, '<html>', GRANTS.code, 'unknown_outcome'],
    [504, '', GRANTS.refresh, 'unknown_outcome'],
    [500, error('invalid_grant'), GRANTS.refresh, 'unknown_outcome'],
    [500, '', GRANTS.client, 'transient'],
    [504, '', GRANTS.password, 'transient'],
  ])('N162 %i %j', (status, body, grant, kind) => {
    expect(read(body, { status }, grant)).toMatchObject({ kind: 'refused', class: kind })
  })

  test('a refresh that does not rotate may be sent again after a 500', () => {
    const profile = { ...PLAIN, refresh_token: { rotation: 'none' } } as const
    const raw = rawOf('', { status: 500 })
    expect(readTokenAnswer({ ...settings, profile }, GRANTS.refresh, raw, NOW)).toMatchObject({ class: 'transient' })
  })

  test('aliases: a provider’s own code is a code of the standard, or a class, whatever the status', () => {
    const answer = { aliases: { bad_refresh_token: 'invalid_grant', busy: 'transient' } }
    expect(readBy({ answer }, error('bad_refresh_token'))).toMatchObject({
      class: 'grant_dead',
      code: 'bad_refresh_token',
    })
    expect(readBy({ answer }, error('busy'))).toMatchObject({ class: 'transient' })
    expect(readBy({ answer }, error('bad_refresh_token'), GRANTS.client)).toMatchObject({ class: 'server_settings' })
    expect(readBy({ answer }, error('constructor'))).toMatchObject({ class: 'malformed' })
  })

  test.each([
    ['120', 120],
    ['0', 0],
    ['999999999', 86_400],
    [new Date((NOW + 90) * 1000).toUTCString(), 90],
    [new Date((NOW - 90) * 1000).toUTCString(), 0],
    ['soon', null],
    ['-5', null],
  ])('N162 Retry-After: %s', (header, seconds) => {
    const answer = read('', { status: 429, headers: { 'retry-after': header } })
    expect(answer).toMatchObject({ class: 'transient', retry_after: seconds })
  })

  test.each([
    [{ error: { code: 'invalid_grant', message: 'why' } }, 'invalid_grant', 'why'],
    [{ errors: [{ code: 'invalid_grant', message: 'why' }] }, 'invalid_grant', 'why'],
    [{ error: 'x\u0000\u001b[31my' }, 'x [31my', 'the token URL answers with status 400 and does not say why'],
    [{ error: 7 }, '7', 'the token URL answers with status 400 and does not say why'],
  ])('%j', (body, code, description) => {
    expect(read(body, { status: 400 })).toMatchObject({ code, description })
  })
})

describe('N171 their words never tell what we sent', () => {
  const says = (text: string): string => {
    const answer = read({ error: 'invalid_grant', error_description: text, hint: 'x' }, { status: 400 })
    return answer.kind === 'refused' ? answer.description : 'tokens'
  }

  test.each([
    ['as it is', CLIENT_SECRET],
    ['percent-encoded', encodeURIComponent(CLIENT_SECRET)],
    ['percent-encoded in lower case', encodeURIComponent(CLIENT_SECRET).toLowerCase()],
    ['form-encoded', new URLSearchParams([['', CLIENT_SECRET]]).toString().slice(1)],
    ['as JSON in JSON', JSON.stringify(CLIENT_SECRET).slice(1, -1)],
    ['as Basic', Buffer.from(`us:${CLIENT_SECRET}`).toString('base64')],
    ['in base64', Buffer.from(CLIENT_SECRET).toString('base64')],
    ['the refresh token', 'the-refresh-token'],
    ['another signed token', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.AAAA'],
    ['an authorization header', 'Bearer abcdefghijklmnopqrst'],
  ])('the secret %s', (_, spelling) => {
    expect(says(`you sent ${spelling}, which is wrong`)).toBe('you sent [blanked], which is wrong')
  })

  test('nor does the code, and a page is not repeated', () => {
    const answer = read({ error: `bad ${CLIENT_SECRET}` }, { status: 400 })
    expect(answer).toMatchObject({ code: 'bad [blanked]' })
    expect(JSON.stringify(read(`<html>${CLIENT_SECRET}</html>`))).not.toContain('our secret')
    const [url] = [settings.token_endpoint]
    const parameters = [{ name: 'key', value: 'query-secret-1', secret: true }]
    const raw = rawOf({ error: 'x', error_description: `${url}?key=query-secret-1` }, { status: 400 })
    const other = readTokenAnswer({ ...settings, query_parameters: parameters }, GRANTS.client, raw, NOW)
    expect(other).toMatchObject({ description: `${url}?key=[blanked]` })
  })

  test('long words are cut', () => {
    expect(says('x'.repeat(100_000)).length).toBe(501)
  })
})
