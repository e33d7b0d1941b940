import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#contract/operations.ts'
import { generateSigningKey, importPrivateJwk } from '#crypto/jwk.ts'
import { createSigner } from '#crypto/jws.ts'
import { clearedConsoleCookie, consoleCookie as printedCookie } from '../src/admin/console-session.ts'
import { returnPath } from '../src/admin/console-session-routes.ts'
import { Browser } from './browser.ts'
import { addUser, USER_PASSWORD } from './clients.ts'
import { call, consoleCookie, me, signedIn } from './console-browser.ts'
import { ADMIN_PASSWORD, ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'

/*
 * The console's session: a real code flow of `sallyport-console`, a cookie instead of a token, and what a call that
 * changes something has to prove (N148).
 */

describe.each(ENGINES)('the console session on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  test('a code flow ends where it was wanted, with a cookie and without any token', async () => {
    const [browser, page] = await signedIn(house, 'admin', ADMIN_PASSWORD, '/console/clients?page=2#x')
    expect(page.url.pathname + page.url.search).toBe('/console/clients?page=2')
    expect(browser.cookies.get(consoleCookie)).toMatch(/^[A-Za-z0-9_-]{43}$/)
    const told = await me(house, browser)
    expect(told.status).toBe(200)
    expect(told.body).toMatchObject({ kind: 'user', name: 'admin', roles: ['admin'], realms: ['default', 'system'] })
    expect(told.body.csrf_token).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(told.body.expires_at).toBeGreaterThan(Date.now() / 1000)
    expect(JSON.stringify([...browser.cookies, told.text, page.url.href])).not.toMatch(/eyJ/)
  })

  test('a bearer token alone counts where there is one', async () => {
    const [browser] = await signedIn(house)
    const wrong = await call(house, browser, 'GET', '/api/v1/me', { headers: { authorization: 'Bearer nonsense' } })
    expect(wrong.status).toBe(401)
    const right = await call(house, browser, 'POST', '/api/v1/realms/default/roles', {
      body: { name: 'by bearer' },
      headers: { authorization: `Bearer ${admin.token}` },
    })
    expect(right.status).toBe(201)
    const told = await admin.get('/me')
    expect(told.body).toMatchObject({ kind: 'client', name: 'sallyport-bootstrap', csrf_token: null })
  })

  test('N148 nothing is changed without the token of this very session, or from another origin', async () => {
    const [browser] = await signedIn(house)
    const [other] = await signedIn(house)
    const csrf = (await me(house, browser)).body.csrf_token
    const foreign = (await me(house, other)).body.csrf_token
    expect(foreign).not.toBe(csrf)
    const own = { origin: house.url, 'sec-fetch-site': 'same-origin' }
    const tries: Record<string, string>[] = [
      {},
      own,
      { ...own, 'x-csrf-token': '' },
      { ...own, 'x-csrf-token': foreign },
      { ...own, 'x-csrf-token': `${csrf}x` },
      { 'x-csrf-token': csrf, origin: 'https://evil.example' },
      { 'x-csrf-token': csrf, 'sec-fetch-site': 'cross-site' },
      { 'x-csrf-token': csrf, 'sec-fetch-site': 'same-site', origin: 'http://localhost:1' },
      { 'x-csrf-token': csrf, origin: 'null' },
    ]
    for (const headers of tries) {
      const told = await call(house, browser, 'POST', '/api/v1/realms/default/roles', {
        body: { name: 'forged' },
        headers,
      })
      expect(told.status, JSON.stringify(headers)).toBe(403)
    }
    const roles = await admin.get('/realms/default/roles?name=forged')
    expect(roles.body.total).toBe(0)
    const headers = { ...own, 'x-csrf-token': csrf }
    const done = await call(house, browser, 'POST', '/api/v1/realms/default/roles', { body: { name: 'real' }, headers })
    expect(done.status).toBe(201)
  })

  test('N148 no operation changes anything by GET', () => {
    expect(operations.filter(({ method, right }) => method === 'GET' && right === 'write')).toEqual([])
  })

  test('the right is that of the roles of now', async () => {
    await addUser(house, { username: 'eve', roles: ['viewer'] }, 'system')
    const [browser] = await signedIn(house, 'eve', USER_PASSWORD)
    const told = await me(house, browser)
    const headers = { 'x-csrf-token': told.body.csrf_token }
    const path = '/api/v1/realms/default/roles'
    expect((await call(house, browser, 'POST', path, { body: { name: 'x' }, headers })).status).toBe(403)
    await admin.patch(`/realms/system/users/${told.body.id}`, { roles: ['admin'] })
    expect((await call(house, browser, 'POST', path, { body: { name: 'by eve' }, headers })).status).toBe(201)
    const [entry] = (await admin.get('/realms/default/audit?action=role.create&actor_name=eve')).body.items
    expect(entry).toMatchObject({ actor_kind: 'user', actor_name: 'eve', object_name: 'by eve' })
    await admin.patch(`/realms/system/users/${told.body.id}`, { roles: [] })
    expect((await call(house, browser, 'GET', '/api/v1/me')).status).toBe(403)
    await admin.patch(`/realms/system/users/${told.body.id}`, { enabled: false })
    expect((await call(house, browser, 'GET', '/api/v1/me')).status).toBe(401)
  })

  test('a person without an administrative role is told so and gets no session', async () => {
    await addUser(house, { username: 'guest' }, 'system')
    const [browser, page] = await signedIn(house, 'guest', USER_PASSWORD)
    expect(page.status).toBe(403)
    expect(page.body).toContain('id="no_role"')
    expect(browser.cookies.has(consoleCookie)).toBe(false)
    expect((await me(house, browser)).status).toBe(401)
    const after = await browser.submit(page, { sign_out: '1' })
    expect(after.body).toContain('You are signed out')
  })

  /** Begins a sign-in of somebody who has signed in, up to the path of the callback. */
  async function callbackPath(browser: Browser): Promise<string> {
    browser.setCookie(consoleCookie, 'x'.repeat(43))
    const begun = await call(house, browser, 'GET', '/console/sign-in')
    const answered = await call(house, browser, 'GET', (begun.headers.get('location') ?? '').slice(house.url.length))
    return (answered.headers.get('location') ?? '').slice(house.url.length)
  }

  test('§10.12 a callback is good once, in the browser that began it, and from this issuer', async () => {
    const [browser] = await signedIn(house)
    const [thief] = await signedIn(house)
    const path = await callbackPath(browser)
    expect(path).toMatch(/^\/console\/callback\?/)
    thief.setCookie(consoleCookie, 'y'.repeat(43))
    expect((await call(house, thief, 'GET', path)).status).toBe(400)
    expect((await call(house, new Browser(house.url), 'GET', path)).status).toBe(400)
    const first = await call(house, browser, 'GET', path)
    expect(first.status).toBe(303)
    expect(first.headers.getSetCookie().find((each) => each.startsWith(consoleCookie))).toMatch(
      /; Path=\/; HttpOnly; SameSite=Lax$/,
    )
    expect((await call(house, browser, 'GET', path)).status).toBe(400)
    const second = await callbackPath(browser)
    const mixedUp = second.replace(/iss=[^&]*/, `iss=${encodeURIComponent(house.issuer())}`)
    expect((await call(house, browser, 'GET', mixedUp)).status).toBe(400)
    expect((await call(house, browser, 'GET', second)).status).toBe(400)
    const made = await call(house, browser, 'GET', '/console/callback?code=x&state=y')
    expect(made.text).toContain('sign_in_failed')
  })

  test('whoever is signed in goes straight on', async () => {
    const [browser] = await signedIn(house)
    const before = browser.cookies.get(consoleCookie) ?? ''
    const page = await browser.open('/console/sign-in?return=/console/x')
    expect([page.url.pathname, page.statuses.length]).toEqual(['/console/x', 2])
    expect(browser.cookies.get(consoleCookie)).toBe(before)
  })

  test('nobody else can be the console: its key verifies nothing that was not signed here', async () => {
    const { kid, publicJwk, privateJwk } = await generateSigningKey('ES256')
    await admin.patch('/realms/system/clients/sallyport-console', { jwks: { keys: [publicJwk] } })
    const signer = createSigner({ alg: 'ES256', kid, privateKey: importPrivateJwk(privateJwk, 'ES256') })
    const about = { iss: 'sallyport-console', sub: 'sallyport-console', aud: house.issuer('system'), jti: 'a' }
    const forged = signer.sign('JWT', JSON.stringify({ ...about, exp: Math.floor(Date.now() / 1000) + 60 }))
    const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
    for (const shown of [
      { client_id: 'sallyport-console' },
      { client_assertion_type: type, client_assertion: forged },
    ]) {
      const body = new URLSearchParams({ grant_type: 'authorization_code', code: 'x', ...shown })
      const response = await fetch(`${house.issuer('system')}/token`, { method: 'POST', body })
      expect([response.status, (await jsonOf(response)).error]).toEqual([401, 'invalid_client'])
    }
  })

  test('N153 no cookie, code, state or token of it is in the log', async () => {
    const [browser] = await signedIn(house)
    const secrets = [...browser.cookies.values(), (await me(house, browser)).body.csrf_token]
    const log = house.logged.join('\n')
    for (const secret of secrets) expect(log).not.toContain(secret)
    expect(log).not.toMatch(/[?&](?:code|state)=/)
  })
})

test('on https the name of the cookie has the prefix that browsers guard', () => {
  const realm = { name: 'system' }
  expect(printedCookie('https://sallyport.example', realm, 'value')).toBe(
    '__Host-sallyport-console-system=value; Path=/; HttpOnly; SameSite=Lax; Secure',
  )
  expect(clearedConsoleCookie('https://sallyport.example', realm)).toMatch(/^__Host-.*; Max-Age=0$/)
})

test('N005 the way back is a page of the console, however another address is written', () => {
  const url = 'https://sallyport.example'
  for (const asked of [
    undefined,
    '',
    '/',
    '//evil.example/console/',
    '/\\evil.example/console/',
    'https://evil.example/console/',
    'https://sallyport.example/console/',
    '/console',
    '/console/../realms/system/logout',
    '/console/%2e%2e/realms',
    '/console/..\\realms',
    '/console/sign-in',
    '/console/callback?code=x',
    'javascript:alert(1)',
    ' /console/x',
    '/con\tsole/../x',
    `/console/${'x'.repeat(3000)}`,
  ]) {
    expect(returnPath(asked, url), String(asked)).toBe('/console/')
  }
  expect(returnPath('/console/realms/a/clients?q=1&sort=-x#tab', url)).toBe('/console/realms/a/clients?q=1&sort=-x#tab')
})
