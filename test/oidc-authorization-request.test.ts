import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nowSeconds } from '#observe/clock.ts'
import { hasCode, requestUrl, signedIn, VERIFIER } from './authorization-requests.ts'
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, redeem, signIn } from './code-flow.ts'
import { forgeUnsigned, signHint } from './hints.ts'
import { type House, openHouse } from './house.ts'

let house: House
let app: Credentials
let alice: string
let bob: string

beforeAll(async () => {
  house = await openHouse()
  const scope = 'openid profile email offline_access'
  const redirect_uris = [REDIRECT_URI]
  const grant_types = ['authorization_code']
  app = await addClient(house, { client_id: 'app', redirect_uris, grant_types, scope })
  await addClient(house, { client_id: 'asks', redirect_uris, grant_types, scope, require_consent: true })
  alice = await addUser(house, { username: 'alice', name: 'Alice A', email: 'alice@a.example' })
  bob = await addUser(house, { username: 'bob' })
})

afterAll(() => house.close())

async function setAuthTime(sub: string, authTime: number): Promise<void> {
  const { sql } = house.app.context.db
  await sql.updateTable('sessions').set({ auth_time: authTime }).where('user_id', '=', sub).execute()
}

async function idTokenOf(page: Page): Promise<Record<string, unknown>> {
  const code = page.url.searchParams.get('code') ?? ''
  const browser = new Browser(house.url)
  const response = await redeem(house, app, { browser, answer: page.url.searchParams, code, verifier: VERIFIER })
  const { id_token } = (await response.json()) as { id_token: string }
  return JSON.parse(Buffer.from(id_token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>
}

const errorOf = (page: Page): string | null => (page.isElsewhere ? page.url.searchParams.get('error') : null)
const asksPassword = (page: Page): boolean => !page.isElsewhere && page.body.includes('name="password"')
const asksConsent = (page: Page): boolean => !page.isElsewhere && page.body.includes('name="approve"')

describe('OpenID Connect Core §3.1.2.1 prompt', () => {
  test('N014 none without a session is login_required, at once', async () => {
    const page = await new Browser(house.url).open(requestUrl(house, { prompt: 'none' }))
    expect(errorOf(page)).toBe('login_required')
    expect(page.url.searchParams.get('state')).toBe('a state')
    expect(page.statuses).toEqual([303])
  })

  test('N014 none with a session gives a code', async () => {
    expect(hasCode(await (await signedIn(house)).open(requestUrl(house, { prompt: 'none' })))).toBe(true)
  })

  test('N014 none where consent is missing is consent_required', async () => {
    const browser = await signedIn(house)
    const silent = requestUrl(house, { client_id: 'asks', prompt: 'none' })
    expect(errorOf(await browser.open(silent))).toBe('consent_required')
    const page = await browser.open(requestUrl(house, { client_id: 'asks' }))
    expect(asksConsent(page)).toBe(true)
    expect(hasCode(await signIn(browser, page, 'alice'))).toBe(true)
    expect(hasCode(await browser.open(silent))).toBe(true)
  })

  test.each(['none login', 'consent none', 'none select_account', 'made_up', 'create', 'login made_up', 'LOGIN'])(
    'N014 prompt=%s is invalid_request',
    async (prompt) => {
      expect(errorOf(await (await signedIn(house)).open(requestUrl(house, { prompt })))).toBe('invalid_request')
    },
  )

  test('login asks although there is a session, and auth_time is new', async () => {
    const browser = await signedIn(house)
    await setAuthTime(alice, 1000)
    const page = await browser.open(requestUrl(house, { prompt: 'login' }))
    expect(asksPassword(page)).toBe(true)
    const done = await signIn(browser, page, 'alice')
    expect((await idTokenOf(done))['auth_time']).toBeGreaterThan(1000)
  })

  test('consent asks although nothing is missing', async () => {
    expect(asksConsent(await (await signedIn(house)).open(requestUrl(house, { prompt: 'consent' })))).toBe(true)
  })

  test('select_account asks which', async () => {
    const page = await (await signedIn(house)).open(requestUrl(house, { prompt: 'select_account' }))
    expect(page.url.pathname).toMatch(/\/login\/select-account$/)
  })

  test('N026 a consent that was refused is access_denied', async () => {
    const browser = await signedIn(house)
    const page = await browser.open(requestUrl(house, { prompt: 'consent' }))
    const denied = await browser.submit(page, { deny: '1' })
    expect(errorOf(denied)).toBe('access_denied')
  })
})

describe('OpenID Connect Core §3.1.2.1 max_age', () => {
  test.each(['-1', 'NaN', '1.5', '1e3', ' 1', '0x10', '99999999999'])('N015 max_age=%s', async (max_age) => {
    expect(errorOf(await (await signedIn(house)).open(requestUrl(house, { max_age })))).toBe('invalid_request')
  })

  test('N015 an old login is asked for again, a recent one is not', async () => {
    const browser = await signedIn(house)
    await setAuthTime(alice, nowSeconds() - 100)
    const page = await browser.open(requestUrl(house, { max_age: '1000' }))
    expect((await idTokenOf(page))['auth_time']).toBeLessThanOrEqual(nowSeconds() - 100)
    expect(errorOf(await browser.open(requestUrl(house, { max_age: '10', prompt: 'none' })))).toBe('login_required')
    const old = await browser.open(requestUrl(house, { max_age: '10' }))
    expect(asksPassword(old)).toBe(true)
    const done = await signIn(browser, old, 'alice')
    expect((await idTokenOf(done))['auth_time']).toBeGreaterThan(nowSeconds() - 50)
  })

  test.each(['0', '1'])('N015 max_age=%s ends in an answer', async (max_age) => {
    const browser = await signedIn(house)
    await setAuthTime(alice, nowSeconds() - 5)
    const page = await browser.open(requestUrl(house, { max_age }))
    expect(asksPassword(page)).toBe(true)
    expect(hasCode(await signIn(browser, page, 'alice'))).toBe(true)
  })
})

describe('OpenID Connect Core §3.1.2.2 id_token_hint', () => {
  test('N016 ours, expired or not, is used', async () => {
    const browser = await signedIn(house)
    for (const exp of [nowSeconds() + 60, 1000]) {
      const id_token_hint = await signHint(house, { sub: alice, aud: 'app', exp })
      expect(hasCode(await browser.open(requestUrl(house, { id_token_hint, prompt: 'none' })))).toBe(true)
    }
  })

  test('N016 of another user: never an answer for whoever is there', async () => {
    const browser = await signedIn(house)
    const id_token_hint = await signHint(house, { sub: bob, aud: 'app' })
    expect(errorOf(await browser.open(requestUrl(house, { id_token_hint, prompt: 'none' })))).toBe('login_required')
    const page = await browser.open(requestUrl(house, { id_token_hint }))
    expect(asksPassword(page)).toBe(true)
    expect(hasCode(await signIn(browser, page, 'alice'))).toBe(false)
    const done = await signIn(browser, await browser.open(requestUrl(house, { id_token_hint })), 'bob')
    expect((await idTokenOf(done))['sub']).toBe(bob)
  })

  test('N016 a wanted sub in claims means the same', async () => {
    const browser = await signedIn(house)
    const claims = JSON.stringify({ id_token: { sub: { value: bob } } })
    expect(errorOf(await browser.open(requestUrl(house, { claims, prompt: 'none' })))).toBe('login_required')
    const id_token_hint = await signHint(house, { sub: alice, aud: 'app' })
    expect(errorOf(await browser.open(requestUrl(house, { claims, id_token_hint })))).toBe('invalid_request')
  })

  test('N016 N103 what is no ID token of this issuer is invalid_request', async () => {
    const browser = await signedIn(house)
    const good = await signHint(house, { sub: alice, aud: 'app' })
    const bad = [
      'x',
      `${good.slice(0, -4)}AAAA`,
      forgeUnsigned(good),
      await signHint(house, { sub: alice, aud: 'app', iss: house.issuer('system') }),
      await signHint(house, { sub: alice, aud: 'app' }, { realm: 'system' }),
      await signHint(house, { sub: alice, aud: 'app', iss: house.issuer() }, { realm: 'system' }),
      await signHint(house, { sub: alice, aud: 'app' }, { typ: 'at+jwt' }),
      await signHint(house, { sub: alice, aud: 'app' }, { typ: 'logout+jwt' }),
    ]
    for (const id_token_hint of bad) {
      expect(errorOf(await browser.open(requestUrl(house, { id_token_hint }))), id_token_hint).toBe('invalid_request')
    }
  })
})

describe('OpenID Connect Core §5.5 claims and acr_values', () => {
  test('claims asked for in the ID token are there, as far as the scopes open them', async () => {
    const claims = JSON.stringify({ id_token: { name: { essential: true }, email: null, made_up: null } })
    const token = await idTokenOf(await (await signedIn(house)).open(requestUrl(house, { claims })))
    expect(token['name']).toBe('Alice A')
    expect(token['email']).toBeUndefined()
    expect(await idTokenOf(await (await signedIn(house)).open(requestUrl(house)))).not.toHaveProperty('name')
  })

  test('N024 an essential acr that no login meets', async () => {
    const browser = await signedIn(house)
    const claims = JSON.stringify({ id_token: { acr: { essential: true, values: ['urn:example:gold'] } } })
    expect(errorOf(await browser.open(requestUrl(house, { claims })))).toBe('unmet_authentication_requirements')
    expect(errorOf(await browser.open(requestUrl(house, { claims, prompt: 'none' })))).toBe('login_required')
    const voluntary = JSON.stringify({ id_token: { acr: { values: ['urn:example:gold'] } } })
    const page = await browser.open(requestUrl(house, { claims: voluntary, acr_values: 'urn:example:gold' }))
    expect(hasCode(page)).toBe(true)
  })

  test.each(['{', '[]', `{"id_token":${'['.repeat(1500)}${']'.repeat(1500)}}`, `{"x":"${'a'.repeat(5000)}"}`])(
    'N024 %.20s is invalid_request',
    async (claims) => {
      expect(errorOf(await (await signedIn(house)).open(requestUrl(house, { claims })))).toBe('invalid_request')
    },
  )
})

test('OpenID Connect Core §3.1.2.1 display, locales and what nobody knows are no errors', async () => {
  const odd = { display: 'popup"><script>', ui_locales: 'xx de', claims_locales: '../..', made_up: '1' }
  expect(hasCode(await (await signedIn(house)).open(requestUrl(house, odd)))).toBe(true)
})

test('N044 OpenID Connect Core §3.1.2.1 login_hint is proposed, not reflected as markup', async () => {
  const hinted = await new Browser(house.url).open(requestUrl(house, { login_hint: 'alice' }))
  expect(hinted.body).toContain('value="alice"')
  const odd = await new Browser(house.url).open(requestUrl(house, { login_hint: '"><script>alert(1)</script>' }))
  expect(odd.body).not.toContain('<script>alert')
})

test('OpenID Connect Core §3.1.2.1 nonce is copied to the ID token as it was sent', async () => {
  const nonce = 'n é +%"\\ \u{1f600}'
  expect((await idTokenOf(await (await signedIn(house)).open(requestUrl(house, { nonce }))))['nonce']).toBe(nonce)
})

test('N025 a request that another person finishes is that person’s', async () => {
  const browser = await signedIn(house)
  const consent = await browser.open(requestUrl(house, { prompt: 'consent' }))
  // In another tab somebody else signs in; the first tab's form was made for alice.
  await signIn(browser, await browser.open(requestUrl(house, { prompt: 'login' })), 'bob')
  const stale = await browser.submit(consent, { approve: '1' })
  expect(hasCode(stale)).toBe(false)
})

test('N040 a user disabled on the way gets no answer', async () => {
  const browser = await signedIn(house, 'bob')
  const { sql } = house.app.context.db
  await sql.updateTable('users').set({ enabled: 0 }).where('id', '=', bob).execute()
  expect(errorOf(await browser.open(requestUrl(house, { prompt: 'none' })))).toBe('login_required')
  await sql.updateTable('users').set({ enabled: 1 }).where('id', '=', bob).execute()
})
