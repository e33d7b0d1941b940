import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, ERROR_PAGE, HONEST, hasCode, ownPage, requestUrl, signedIn } from './authorization-requests.ts'
import { Browser } from './browser.ts'
import { addClient, addUser } from './clients.ts'
import { REDIRECT_URI, signIn } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

const OTHER_URI = 'https://app.example/other?tenant=1'

let house: House

beforeAll(async () => {
  house = await openHouse()
  const scope = 'openid profile'
  const grant_types = ['authorization_code']
  await addClient(house, { client_id: 'app', redirect_uris: [REDIRECT_URI], scope, grant_types })
  await addClient(house, { client_id: 'two-uris', redirect_uris: [REDIRECT_URI, OTHER_URI], scope, grant_types })
  await addClient(house, {
    client_id: 'public',
    redirect_uris: [REDIRECT_URI, 'http://127.0.0.1/cb', 'com.example.app:/cb'],
    scope,
    grant_types,
    token_endpoint_auth_method: 'none',
  })
  await addUser(house, { username: 'alice' })
})

afterAll(() => house.close())

describe('RFC 6749 §3.1 methods and answers', () => {
  test.each(['HEAD', 'PUT', 'DELETE', 'PATCH'])('N019 %s is 405', async (method) => {
    const response = await fetch(requestUrl(house), { method })
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toMatch(/^GET, POST/)
  })

  test.each([
    ['application/json', JSON.stringify(HONEST), 415],
    ['text/plain', 'client_id=app', 415],
    ['application/x-www-form-urlencoded;charset=latin1', 'client_id=app', 415],
    ['application/x-www-form-urlencoded', 'client_id=%ff', 400],
  ])('N019 a body of %s', async (type, body, status) => {
    const url = `${house.issuer()}/authorize`
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type }, redirect: 'manual' })
    expect(response.status).toBe(status)
  })

  test('N020 a POST from another site is stored and answered with 303', async () => {
    const browser = await signedIn(house)
    const own = new Map(browser.cookies)
    // No cookie comes with a POST from another site.
    const first = await fetch(`${house.issuer()}/authorize`, {
      method: 'POST',
      body: new URLSearchParams(HONEST),
      headers: { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
      redirect: 'manual',
    })
    expect(first.status).toBe(303)
    expect(first.headers.get('set-cookie')).toBeNull()
    const page = await browser.open(first.headers.get('location') ?? '')
    expect(hasCode(page)).toBe(true)
    expect(browser.cookies).toEqual(own)
    expect(ownPage(await browser.open(first.headers.get('location') ?? ''))).toEqual(ERROR_PAGE)
  })

  test('N020 every redirect after a POST is 303', async () => {
    const browser = new Browser(house.url)
    const page = await browser.post(`${house.issuer()}/authorize`, HONEST)
    const done = await signIn(browser, page, 'alice')
    expect(hasCode(done)).toBe(true)
    for (const status of [...page.statuses, ...done.statuses]) expect([200, 303]).toContain(status)
  })

  test('the answer of one request', async () => {
    const page = await ask(house, { state: undefined })
    expect([...page.url.searchParams.keys()]).toEqual(['code', 'iss'])
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('§3.1.2 the query of the redirect URI stays', async () => {
    const page = await ask(house, { client_id: 'two-uris', redirect_uri: OTHER_URI })
    expect(page.url.href.startsWith(`${OTHER_URI}&code=`)).toBe(true)
  })

  test('N059 no origin may read the endpoint', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
    for (const method of ['GET', 'OPTIONS']) {
      const response = await fetch(requestUrl(house), { method, headers, redirect: 'manual' })
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('OAuth 2.0 response modes', () => {
  test('fragment', async () => {
    const page = await ask(house, { response_mode: 'fragment' })
    expect(page.url.search).toBe('')
    const answer = new URLSearchParams(page.url.hash.slice(1))
    expect(answer.get('code')).toMatch(/^[\w-]{43}$/)
    expect(answer.get('state')).toBe('a state')
    expect(answer.get('iss')).toBe(house.issuer())
  })

  test('N022 form_post: values are escaped, and a button stands in for the script', async () => {
    const state = '"><script>alert(1)</script>'
    const page = await ask(house, { response_mode: 'form_post', state })
    expect(page.status).toBe(200)
    expect(page.body).not.toContain('<script>alert')
    expect(page.body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
    expect(page.body).toContain(`action="${REDIRECT_URI}"`)
    expect(page.body).toMatch(/<button/)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toMatch(/script-src 'sha256-/)
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe-inline')
    expect(page.headers.get('cache-control')).toBe('no-store')
  })

  test('N022 errors leave by form_post too', async () => {
    const page = await ask(house, { response_mode: 'form_post', response_type: 'token' })
    expect(page.body).toContain('value="unsupported_response_type"')
  })
})

describe('RFC 8252 native applications', () => {
  const native = { client_id: 'public', redirect_uri: 'http://127.0.0.1:49152/cb' }

  test('N004 §7.3 any port of a registered loopback address, §8.6 after a confirmation', async () => {
    const browser = await signedIn(house)
    const page = await browser.open(requestUrl(house, native))
    expect(page.isElsewhere).toBe(false)
    expect(page.body).toContain('name="confirm"')
    const done = await signIn(browser, page, 'alice')
    expect(done.url.href.startsWith('http://127.0.0.1:49152/cb?code=')).toBe(true)
  })

  test('N004 §8.6 each time, and never without anybody to ask', async () => {
    const browser = await signedIn(house)
    await signIn(browser, await browser.open(requestUrl(house, native)), 'alice')
    expect((await browser.open(requestUrl(house, native))).body).toContain('name="confirm"')
    const silent = await browser.open(requestUrl(house, { ...native, prompt: 'none' }))
    expect(silent.url.searchParams.get('error')).toBe('interaction_required')
    expect(hasCode(await browser.open(requestUrl(house, { client_id: 'public' })))).toBe(true)
  })

  test.each(['http://localhost:49152/cb', 'http://[::1]:49152/cb', 'https://127.0.0.1/cb'])('N004 %s', async (uri) => {
    expect(ownPage(await ask(house, { ...native, redirect_uri: uri }))).toEqual(ERROR_PAGE)
  })
})
