/** Whatever is sent to the doors of clients: a refusal in the form of that door, never a fault. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, type Credentials } from './clients.ts'
import { authorizationUrl, REDIRECT_URI } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic } from './requests.ts'

const FORM = 'application/x-www-form-urlencoded'
const DOORS = ['token', 'introspect', 'revoke'] as const
/** RFC 6749 §5.2 */
const DESCRIPTION = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/

describe.each(ENGINES)('fuzz on %s', (engine) => {
  let house: House
  let web: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    const grant_types = ['authorization_code', 'refresh_token', 'client_credentials']
    web = await addClient(house, { client_id: 'web', grant_types, redirect_uris: [REDIRECT_URI], scope: 'openid' })
    await addClient(house, { client_id: 'single-page', token_endpoint_auth_method: 'none', grant_types: [] })
    await addClient(house, { client_id: 'off', enabled: false })
  })
  afterAll(() => house.close())

  const name = fc.oneof(
    fc.constantFrom(
      'grant_type',
      'code',
      'redirect_uri',
      'refresh_token',
      'scope',
      'client_id',
      'client_secret',
      'token',
    ),
    fc.constantFrom('client_assertion', 'client_assertion_type', 'code_verifier', 'response_type', 'response_mode'),
    fc.constantFrom('state', 'nonce', 'prompt', 'max_age', 'claims', 'id_token_hint', 'login_hint', 'code_challenge'),
    fc.constantFrom(
      'code_challenge_method',
      'acr_values',
      'display',
      'ui_locales',
      'request',
      'request_uri',
      'resource',
    ),
    fc.string({ maxLength: 20 }),
  )
  const value = fc.oneof(
    fc.constantFrom('client_credentials', 'authorization_code', 'refresh_token', 'web', 'single-page', 'off', 'code'),
    fc.constantFrom(
      REDIRECT_URI,
      'openid',
      'none',
      'login',
      'S256',
      'form_post',
      'fragment',
      'A'.repeat(43),
      '0',
      '-1',
    ),
    fc.constantFrom('__proto__', 'constructor', '{"id_token":{"sub":{"value":"x"}}}', '{"id_token":[]}', '[]', 'null'),
    fc.constantFrom(
      'a.b.c',
      'eyJhbGciOiJub25lIn0.e30.',
      'x'.repeat(3000),
      '\0',
      '\r\nset-cookie: a=b',
      '%',
      "' or 1=1 --",
    ),
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.json({ maxDepth: 2 }),
  )
  const pairs = fc.array(fc.tuple(name, value), { maxLength: 12 })
  const encode = (list: readonly (readonly [string, string])[]) =>
    list.map((pair) => pair.map((text) => encodeURIComponent(text.toWellFormed())).join('=')).join('&')
  const callers = fc.constantFrom<'web' | 'nobody' | 'none'>('web', 'nobody', 'none')

  test('N046 N050 N058 fuzz: whatever comes to token, introspect and revoke, never a 5xx', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...DOORS), pairs, callers, async (door, list, caller) => {
        const headers = { 'content-type': FORM, ...(caller === 'none' ? {} : basic({ ...web, client_id: caller })) }
        const response = await fetch(`${house.issuer()}/${door}`, { method: 'POST', headers, body: encode(list) })
        expect(response.status, encode(list)).toBeLessThan(500)
        if (response.status !== 200) {
          expect(response.headers.get('cache-control')).toBe('no-store')
          const { error_description: description } = (await response.json()) as Record<string, string>
          expect(description).toMatch(DESCRIPTION)
        } else if (door === 'revoke') expect(await response.text()).toBe('')
        else expect(await response.json()).toBeTypeOf('object')
      }),
      { numRuns: 300 },
    )
  })

  test('N012 N044 N058 fuzz: whatever comes to authorize, a page or a redirect, never a 5xx', async () => {
    const known: [string, string][] = [
      ['client_id', 'web'],
      ['redirect_uri', REDIRECT_URI],
      ['response_type', 'code'],
    ]
    await fc.assert(
      fc.asyncProperty(pairs, fc.boolean(), fc.boolean(), async (list, isKnown, isPosted) => {
        const taken = new Set(known.map(([each]) => each))
        const sent = isKnown ? [...known, ...list.filter(([each]) => !taken.has(each))] : list
        const url = authorizationUrl(house, {})
        const body = encode(sent)
        const posted = { method: 'POST', headers: { 'content-type': FORM }, body }
        const response = await (isPosted
          ? fetch(url, { redirect: 'manual', ...posted })
          : fetch(`${url.href}?${body}`, { redirect: 'manual' }))
        const text = await response.text()
        expect(response.status, body).toBeLessThan(500)
        expect(response.headers.get('set-cookie') ?? '').not.toContain('a=b')
        if (response.status >= 400) {
          expect(response.headers.get('content-type')).toMatch(/^text\/html/)
          expect(text).toMatch(/<html/)
          expect(text).not.toMatch(/<script/i)
        } else if (response.status === 303) {
          const to = new URL(response.headers.get('location') ?? '')
          expect([house.url, new URL(REDIRECT_URI).origin]).toContain(to.origin)
          const description = to.searchParams.get('error_description')
          if (description !== null) expect(description).toMatch(DESCRIPTION)
        } else expect(response.status).toBe(200)
      }),
      { numRuns: 300 },
    )
  })

  test('and nothing of it was a fault', () => {
    expect(house.logged.filter((line) => line.includes('"level":"error"'))).toEqual([])
  })
})
