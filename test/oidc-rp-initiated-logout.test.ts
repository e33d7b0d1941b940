import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, formsOf, type Page } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { REDIRECT_URI, refresh, tokensOf } from './code-flow.ts'
import { forgeUnsigned, signHint } from './hints.ts'
import { type House, openHouse } from './house.ts'

const AFTERWARDS = 'https://app.example/bye?tenant=1'

let house: House
let app: Credentials
let alice: string
let bob: string

beforeAll(async () => {
  house = await openHouse()
  app = await addClient(house, {
    client_id: 'app',
    redirect_uris: [REDIRECT_URI],
    post_logout_redirect_uris: [AFTERWARDS],
    grant_types: ['authorization_code', 'refresh_token'],
    scope: 'openid offline_access',
  })
  await addClient(house, { client_id: 'other', post_logout_redirect_uris: ['https://other.example/bye'] })
  alice = await addUser(house, { username: 'alice' })
  bob = await addUser(house, { username: 'bob' })
})

afterAll(() => house.close())

async function signedIn(scope = 'openid') {
  const tokens = await tokensOf(house, { client: app, username: 'alice', scope })
  const payload = Buffer.from((tokens.id_token ?? '').split('.')[1] ?? '', 'base64url').toString()
  const { sid } = JSON.parse(payload) as { sid: string }
  return { ...tokens, sid, hint: tokens.id_token ?? '' }
}

function logoutUrl(parameters: Readonly<Record<string, string>>): string {
  return `${house.issuer()}/logout?${new URLSearchParams(parameters).toString()}`
}

/** Whether the browser still has a session. */
async function hasSession(browser: Browser): Promise<boolean> {
  const request = new URLSearchParams({
    response_type: 'code',
    client_id: app.client_id,
    redirect_uri: REDIRECT_URI,
    scope: 'openid',
    prompt: 'none',
    code_challenge: 'c'.repeat(43),
    code_challenge_method: 'S256',
  })
  const page = await browser.open(`${house.issuer()}/authorize?${request.toString()}`)
  return page.url.searchParams.has('code')
}

const isLoggedOut = (page: Page): boolean => !page.isElsewhere && page.body.includes('id="logged_out"')
const asks = (page: Page): boolean => !page.isElsewhere && page.body.includes('name="confirm"')

describe('RP-Initiated Logout §2 and §3 a hint of this session', () => {
  test('N041 ends it and leads to the registered address with state', async () => {
    const { browser, hint } = await signedIn()
    const url = logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: AFTERWARDS, state: 'a&b' })
    const page = await browser.open(url)
    expect(page.url.href).toBe(`${AFTERWARDS}&state=a%26b`)
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect([...browser.cookies.keys()].filter((name) => name.includes('session'))).toEqual([])
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 by POST as well', async () => {
    const { browser, hint } = await signedIn()
    const fields = { id_token_hint: hint, post_logout_redirect_uri: AFTERWARDS, state: 's' }
    const page = await browser.post(`${house.issuer()}/logout`, fields, { origin: 'https://app.example' })
    expect(page.statuses).toEqual([303, 303])
    expect(page.url.href).toBe(`${AFTERWARDS}&state=s`)
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 the old cookie opens nothing', async () => {
    const { browser, hint } = await signedIn()
    const old = new Map(browser.cookies)
    await browser.open(logoutUrl({ id_token_hint: hint }))
    for (const [name, value] of old) browser.setCookie(name, value)
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 without an address it ends on the page', async () => {
    const { browser, hint } = await signedIn()
    expect(isLoggedOut(await browser.open(logoutUrl({ id_token_hint: hint })))).toBe(true)
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 an expired one is as good', async () => {
    const { browser, sid } = await signedIn()
    const hint = await signHint(house, { sub: alice, sid, aud: 'app', exp: 1000 })
    const page = await browser.open(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: AFTERWARDS }))
    expect(page.url.href).toBe(AFTERWARDS)
  })

  test('N041 where no session is left it may lead on', async () => {
    const { hint } = await signedIn()
    const url = logoutUrl({ id_token_hint: hint, post_logout_redirect_uri: AFTERWARDS })
    expect((await new Browser(house.url).open(url)).url.href).toBe(AFTERWARDS)
  })

  test.each([
    `${AFTERWARDS}&x=1`,
    'https://app.example/bye',
    'https://evil.example/',
    'https://other.example/bye',
    'javascript:alert(1)',
    REDIRECT_URI,
  ])('N041 %s is not registered: signed out, but not sent there', async (post_logout_redirect_uri) => {
    const { browser, hint } = await signedIn()
    const page = await browser.open(logoutUrl({ id_token_hint: hint, post_logout_redirect_uri }))
    expect(isLoggedOut(page)).toBe(true)
    expect(page.headers.get('location')).toBeNull()
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 a client_id that the hint was not issued to is an error', async () => {
    const { browser, hint } = await signedIn()
    const parameters = { id_token_hint: hint, client_id: 'other', post_logout_redirect_uri: AFTERWARDS }
    const page = await browser.open(logoutUrl(parameters))
    expect(page.status).toBe(400)
    expect(page.headers.get('location')).toBeNull()
    expect(await hasSession(browser)).toBe(true)
    const fitting = await browser.open(logoutUrl({ ...parameters, client_id: 'app' }))
    expect(fitting.url.href).toBe(AFTERWARDS)
  })

  test('refresh tokens end with the session, those for offline access do not', async () => {
    const online = await signedIn()
    await online.browser.open(logoutUrl({ id_token_hint: online.hint }))
    expect((await refresh(house, app, online.refresh_token ?? '')).status).toBe(400)
    const offline = await signedIn('openid offline_access')
    await offline.browser.open(logoutUrl({ id_token_hint: offline.hint }))
    expect((await refresh(house, app, offline.refresh_token ?? '')).status).toBe(200)
  })
})

describe('RP-Initiated Logout §2 everybody else is asked, and stays here', () => {
  test('N041 no, a forged or a foreign hint: a question, then signed out, never a redirect', async () => {
    const { browser, hint, sid } = await signedIn()
    const hints = [
      undefined,
      'x',
      forgeUnsigned(hint),
      `${hint.slice(0, -4)}AAAA`,
      await signHint(house, { sub: bob, aud: 'app' }),
      await signHint(house, { sub: alice, sid: 'another', aud: 'app' }),
      await signHint(house, { sub: alice, sid, aud: 'app' }, { realm: 'system' }),
      await signHint(house, { sub: alice, sid, aud: 'app' }, { typ: 'at+jwt' }),
    ]
    for (const id_token_hint of hints) {
      const page = await browser.open(
        logoutUrl({ ...(id_token_hint && { id_token_hint }), post_logout_redirect_uri: AFTERWARDS, client_id: 'app' }),
      )
      expect(asks(page), id_token_hint).toBe(true)
      expect(page.headers.get('location')).toBeNull()
    }
    expect(await hasSession(browser)).toBe(true)
    const page = await browser.submit(await browser.open(logoutUrl({ state: 's' })), { confirm: '1' })
    expect(isLoggedOut(page)).toBe(true)
    expect(await hasSession(browser)).toBe(false)
  })

  test('N041 nobody there and no parameters: signed out', async () => {
    const page = await new Browser(house.url).open(`${house.issuer()}/logout`)
    expect(page.status).toBe(200)
    expect(isLoggedOut(page)).toBe(true)
  })

  test('N041 nobody there and no proof: not sent anywhere', async () => {
    const url = logoutUrl({ client_id: 'app', post_logout_redirect_uri: AFTERWARDS })
    expect(isLoggedOut(await new Browser(house.url).open(url))).toBe(true)
  })

  test('N007 a parameter twice', async () => {
    const page = await new Browser(house.url).open(`${house.issuer()}/logout?state=a&state=b`)
    expect(page.status).toBe(400)
  })

  test('N027 the confirmation takes only the form that it showed', async () => {
    const { browser } = await signedIn()
    const page = await browser.open(`${house.issuer()}/logout`)
    const action = formsOf(page)[0]?.action ?? ''
    const token = formsOf(page)[0]?.fields['form_token'] ?? ''
    const own = { origin: house.url }
    expect((await browser.post(action, { confirm: '1' }, own)).status).toBe(403)
    expect((await browser.post(action, { confirm: '1', form_token: `${token}x` }, own)).status).toBe(403)
    const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect((await browser.post(action, { confirm: '1', form_token: token }, elsewhere)).status).toBe(403)
    const other = await signedIn()
    expect((await other.browser.post(action, { confirm: '1', form_token: token }, own)).status).toBe(403)
    expect(await hasSession(browser)).toBe(true)
    expect(await hasSession(other.browser)).toBe(true)
  })

  test('N029 N030 a session of one realm does not end in another', async () => {
    const { browser, hint } = await signedIn()
    const page = await browser.open(logoutUrl({ id_token_hint: hint }).replace('/default/', '/system/'))
    expect(isLoggedOut(page)).toBe(true)
    expect(await hasSession(browser)).toBe(true)
  })
})
