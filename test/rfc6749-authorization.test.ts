import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorizationUrl, REDIRECT_URI, redeem, signIn } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

const verifier = 'a'.repeat(43)
const challenge = createHash('sha256').update(verifier).digest('base64url')
const OTHER_URI = 'https://app.example/other?tenant=1'

let house: House
let client: Credentials

beforeAll(async () => {
  house = await openHouse()
  const scope = 'openid profile email offline_access'
  const grant_types = ['authorization_code']
  client = await addClient(house, { client_id: 'app', redirect_uris: [REDIRECT_URI], scope, grant_types })
  await addClient(house, { client_id: 'two-uris', redirect_uris: [REDIRECT_URI, OTHER_URI], scope, grant_types })
  await addClient(house, { client_id: 'off', redirect_uris: [REDIRECT_URI], scope, grant_types, enabled: false })
  await addClient(house, { client_id: 'machine', redirect_uris: [REDIRECT_URI], grant_types: ['client_credentials'] })
  await addClient(house, {
    client_id: 'no-pkce',
    redirect_uris: [REDIRECT_URI],
    scope,
    grant_types,
    require_pkce: false,
  })
  await addClient(house, {
    client_id: 'public',
    redirect_uris: [REDIRECT_URI, 'http://127.0.0.1/cb', 'com.example.app:/cb'],
    scope,
    grant_types,
    require_pkce: false,
    token_endpoint_auth_method: 'none',
  })
  await addUser(house, { username: 'alice' })
})

afterAll(() => house.close())

const honest = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: REDIRECT_URI,
  scope: 'openid profile',
  state: 'a state',
  code_challenge: challenge,
  code_challenge_method: 'S256',
}

/** The honest request with other values; undefined leaves one out. */
function requestUrl(change: Readonly<Record<string, string | undefined>> = {}): URL {
  const entries = Object.entries({ ...honest, ...change }).filter(([, value]) => value !== undefined)
  return authorizationUrl(house, Object.fromEntries(entries) as Record<string, string>)
}

async function signedIn(): Promise<Browser> {
  const browser = new Browser(house.url)
  await signIn(browser, await browser.open(requestUrl()), 'alice')
  return browser
}

async function ask(change: Readonly<Record<string, string | undefined>>): Promise<Page> {
  return (await signedIn()).open(requestUrl(change))
}

function expectErrorPage(page: Page): void {
  expect(page.isElsewhere).toBe(false)
  expect(page.status).toBe(400)
  expect(page.headers.get('location')).toBeNull()
  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('cache-control')).toBe('no-store')
}

function expectError(page: Page, error: string, state: string | null = 'a state'): void {
  expect(page.isElsewhere, page.body).toBe(true)
  expect(page.url.href.startsWith(REDIRECT_URI)).toBe(true)
  expect(page.url.searchParams.get('error')).toBe(error)
  expect(page.url.searchParams.get('state')).toBe(state)
  expect(page.url.searchParams.get('iss')).toBe(house.issuer())
  expect(page.url.searchParams.get('code')).toBeNull()
}

describe('RFC 6749 §4.1.2.1 until client and redirect URI hold, a refusal is a page', () => {
  test.each(['nobody', 'off', 'APP', undefined])('N001 client_id %j', async (client_id) => {
    expectErrorPage(await new Browser(house.url).open(requestUrl({ client_id })))
    expectErrorPage(await new Browser(house.url).open(requestUrl({ client_id, prompt: 'none' })))
  })

  test('N001 a client of another realm is unknown', async () => {
    expectErrorPage(await new Browser(house.url).open(authorizationUrl(house, honest, 'system')))
  })

  test('N002 redirect_uri may be left out only where one is registered and the request is plain OAuth', async () => {
    const browser = await signedIn()
    expectErrorPage(await browser.open(requestUrl({ redirect_uri: undefined })))
    expectErrorPage(
      await browser.open(requestUrl({ redirect_uri: undefined, client_id: 'two-uris', scope: 'profile' })),
    )
    const page = await browser.open(requestUrl({ redirect_uri: undefined, scope: 'profile' }))
    expect(page.url.searchParams.get('code')).toMatch(/^[\w-]{43}$/)
  })

  test.each([
    'https://app.example/callback/',
    'https://app.example/Callback',
    'https://app.example/callback/..;/x',
    'https://app.example/callback?x=1',
    'https://app.example/callback#x',
    'https://app.example:444/callback',
    'https://a@app.example/callback',
    'https://a@b@app.example/callback',
    'https://evil.example\\@app.example/callback',
    'https://app.example/callback\t',
    'https://app.example/callback\r\nx: y',
    'https://\u0430pp.example/callback',
    '//app.example/callback',
    'javascript:alert(1)//https://app.example/callback',
    'http://app.example/callback',
  ])('N003 redirect_uri %j', async (redirect_uri) => {
    const browser = await signedIn()
    expectErrorPage(await browser.open(requestUrl({ redirect_uri })))
    expectErrorPage(await browser.open(requestUrl({ redirect_uri, response_mode: 'form_post', prompt: 'none' })))
  })

  test('N003 what was sent and what is registered stands in the log, not on the page', async () => {
    const page = await new Browser(house.url).open(requestUrl({ redirect_uri: 'https://app.example/near' }))
    expect(page.body).not.toContain('near')
    expect(house.logged.some((line) => line.includes('app.example/near') && line.includes(REDIRECT_URI))).toBe(true)
  })

  test('N007 client_id or redirect_uri twice', async () => {
    for (const name of ['client_id', 'redirect_uri'] as const) {
      const url = requestUrl()
      url.searchParams.append(name, honest[name])
      expectErrorPage(await new Browser(house.url).open(url))
    }
  })
})

describe('RFC 6749 §4.1.2.1 after that, a refusal goes to the client', () => {
  test.each(['scope', 'state', 'response_type', 'code_challenge', 'nonce', 'prompt', 'made_up'])(
    'N007 %s twice',
    async (name) => {
      const url = requestUrl({ nonce: 'n', made_up: 'x', prompt: 'consent' })
      url.searchParams.append(name, url.searchParams.get(name) ?? '')
      expectError(await (await signedIn()).open(url), 'invalid_request', name === 'state' ? null : 'a state')
    },
  )

  test('N007 resource may come twice', async () => {
    const url = requestUrl()
    url.searchParams.append('resource', 'https://a.example')
    url.searchParams.append('resource', 'https://b.example')
    expect((await (await signedIn()).open(url)).url.searchParams.get('code')).not.toBeNull()
  })

  test('N007 one parameter in the URL and in the body', async () => {
    const browser = await signedIn()
    expectErrorPage(await browser.post(requestUrl(), { client_id: 'app' }))
    expectError(await browser.post(requestUrl(), { scope: 'openid' }), 'invalid_request')
  })

  test.each([
    [undefined, 'invalid_request'],
    ['', 'invalid_request'],
    ['token', 'unsupported_response_type'],
    ['id_token', 'unsupported_response_type'],
    ['code id_token', 'unsupported_response_type'],
    ['none', 'unsupported_response_type'],
    ['CODE', 'unsupported_response_type'],
  ])('N008 response_type %j is %s', async (response_type, error) => {
    expectError(await ask({ response_type }), error)
  })

  test('N008 a client without the grant is unauthorized_client', async () => {
    expectError(await ask({ client_id: 'machine', scope: undefined }), 'unauthorized_client')
  })

  test.each(['jwt', 'form_post.jwt', 'web_message', 'QUERY'])('N009 response_mode %s', async (response_mode) => {
    expectError(await ask({ response_mode }), 'invalid_request')
  })

  test('N009 the redirect URI is checked before the mode', async () => {
    const redirect_uri = 'https://evil.example/'
    expectErrorPage(await ask({ response_mode: 'form_post.jwt', redirect_uri }))
  })

  test.each(['a"b', 'a\\b', 'a  b', ' a', 'a\tb', 'openid \u00e9'])('N010 scope %j', async (scope) => {
    expectError(await ask({ scope }), 'invalid_scope')
  })

  test('N010 N011 unknown and not allowed scopes', async () => {
    expectError(await ask({ scope: `openid ${'a'.repeat(5000)}` }), 'invalid_request')
    expectError(await ask({ scope: 'profile made_up' }), 'invalid_scope')
    expectError(await ask({ scope: 'profile phone' }), 'invalid_scope')
    const browser = await signedIn()
    const page = await browser.open(requestUrl({ scope: 'openid phone made_up profile' }))
    const code = page.url.searchParams.get('code') ?? ''
    const answer = await redeem(house, client, { browser, answer: page.url.searchParams, code, verifier })
    expect(await answer.json()).toMatchObject({ scope: 'openid profile' })
  })

  test.each(['a=b&c=d', '\r\nset-cookie: x=y', '"><script>alert(1)</script>', ' %00 + \u{1f600} ', '\u0001\u007f'])(
    'N012 state %j comes back as it was sent',
    async (state) => {
      const page = await ask({ state })
      expect(page.url.searchParams.get('state')).toBe(state)
      expect(page.headers.get('set-cookie')).toBeNull()
    },
  )

  test('N012 state and nonce have a limit', async () => {
    expect(
      (await ask({ state: 's'.repeat(2048), nonce: 'n'.repeat(2048) })).url.searchParams.get('code'),
    ).not.toBeNull()
    expectError(await ask({ state: 's'.repeat(2049) }), 'invalid_request', null)
    expectError(await ask({ nonce: 'n'.repeat(10_240) }), 'invalid_request')
  })

  test.each(['state=%00', 'state=%ff', 'state=%', 'state=%c0%80'])('N012 %s is refused', async (query) => {
    expectErrorPage(await new Browser(house.url).open(`${requestUrl({ state: undefined })}&${query}`))
  })

  test.each(['request', 'request_uri', 'registration'])('%s is not supported', async (name) => {
    expectError(await ask({ [name]: 'https://x.example' }), `${name}_not_supported`)
  })
})

describe('RFC 7636 §4.4.1 PKCE', () => {
  test.each([
    ['app', undefined, undefined],
    ['public', undefined, undefined],
    ['app', challenge, undefined],
    ['app', challenge, 'plain'],
    ['app', challenge, 's256'],
    ['app', undefined, 'S256'],
    ['no-pkce', challenge, 'plain'],
    ['no-pkce', undefined, 'S256'],
    ['app', challenge.slice(1), 'S256'],
    ['app', `${challenge}=`, 'S256'],
    ['app', `${challenge.slice(1)}+`, 'S256'],
  ])('N017 %s with %j %j', async (client_id, code_challenge, code_challenge_method) => {
    expectError(await ask({ client_id, code_challenge, code_challenge_method }), 'invalid_request')
  })

  test('N017 a confidential client may be let off', async () => {
    const page = await ask({ client_id: 'no-pkce', code_challenge: undefined, code_challenge_method: undefined })
    expect(page.url.searchParams.get('code')).not.toBeNull()
  })
})

describe('RFC 9700 §4.11.2 an error leaves only after somebody has signed in', () => {
  test('N013 nobody there: the login page first, then the error', async () => {
    const browser = new Browser(house.url)
    const page = await browser.open(requestUrl({ response_type: 'token' }))
    expect(page.isElsewhere).toBe(false)
    expect(page.body).toContain('name="password"')
    expectError(await signIn(browser, page, 'alice'), 'unsupported_response_type')
  })

  test('N013 with prompt=none at once', async () => {
    expectError(
      await new Browser(house.url).open(requestUrl({ response_type: 'token', prompt: 'none' })),
      'unsupported_response_type',
    )
    expectError(await new Browser(house.url).open(requestUrl({ prompt: 'none login' })), 'invalid_request')
  })
})

describe('RFC 6749 §3.1 methods and answers', () => {
  test.each(['PUT', 'DELETE', 'PATCH'])('N019 %s is 405', async (method) => {
    expect((await fetch(requestUrl(), { method })).status).toBe(405)
  })

  test.each([
    ['application/json', JSON.stringify(honest), 415],
    ['text/plain', 'client_id=app', 415],
    ['application/x-www-form-urlencoded;charset=latin1', 'client_id=app', 415],
    ['application/x-www-form-urlencoded', 'client_id=%ff', 400],
  ])('N019 a body of %s', async (type, body, status) => {
    const url = `${house.issuer()}/authorize`
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type }, redirect: 'manual' })
    expect(response.status).toBe(status)
  })

  test('N020 a POST from another site is stored and answered with 303', async () => {
    const browser = await signedIn()
    const own = new Map(browser.cookies)
    // No cookie comes with a POST from another site.
    const first = await fetch(`${house.issuer()}/authorize`, {
      method: 'POST',
      body: new URLSearchParams(honest),
      headers: { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' },
      redirect: 'manual',
    })
    expect(first.status).toBe(303)
    expect(first.headers.get('set-cookie')).toBeNull()
    const page = await browser.open(first.headers.get('location') ?? '')
    expect(page.url.searchParams.get('code')).not.toBeNull()
    expect(browser.cookies).toEqual(own)
    expectErrorPage(await browser.open(first.headers.get('location') ?? ''))
  })

  test('N020 every redirect after a POST is 303', async () => {
    const browser = new Browser(house.url)
    const page = await browser.post(`${house.issuer()}/authorize`, honest)
    const done = await signIn(browser, page, 'alice')
    expect(done.url.searchParams.get('code')).not.toBeNull()
    for (const status of [...page.statuses, ...done.statuses]) expect([200, 303]).toContain(status)
  })

  test('the answer of one request', async () => {
    const page = await ask({ state: undefined })
    expect([...page.url.searchParams.keys()]).toEqual(['code', 'iss'])
    expect(page.headers.get('cache-control')).toBe('no-store')
    expect(page.headers.get('referrer-policy')).toBe('no-referrer')
    expect(page.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('§3.1.2 the query of the redirect URI stays', async () => {
    const page = await ask({ client_id: 'two-uris', redirect_uri: OTHER_URI })
    expect(page.url.href.startsWith(`${OTHER_URI}&code=`)).toBe(true)
  })

  test('N059 no origin may read the endpoint', async () => {
    const headers = { origin: 'https://app.example', 'access-control-request-method': 'GET' }
    for (const method of ['GET', 'OPTIONS']) {
      const response = await fetch(requestUrl(), { method, headers, redirect: 'manual' })
      expect(response.headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('OAuth 2.0 response modes', () => {
  test('fragment', async () => {
    const page = await ask({ response_mode: 'fragment' })
    expect(page.url.search).toBe('')
    const answer = new URLSearchParams(page.url.hash.slice(1))
    expect(answer.get('code')).toMatch(/^[\w-]{43}$/)
    expect(answer.get('state')).toBe('a state')
    expect(answer.get('iss')).toBe(house.issuer())
  })

  test('N022 form_post: values are escaped, and a button stands in for the script', async () => {
    const state = '"><script>alert(1)</script>'
    const page = await ask({ response_mode: 'form_post', state })
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
    const page = await ask({ response_mode: 'form_post', response_type: 'token' })
    expect(page.body).toContain('value="unsupported_response_type"')
  })
})

describe('RFC 8252 native applications', () => {
  const native = { client_id: 'public', redirect_uri: 'http://127.0.0.1:49152/cb' }

  test('N004 §7.3 any port of a registered loopback address, §8.6 after a confirmation', async () => {
    const browser = await signedIn()
    const page = await browser.open(requestUrl(native))
    expect(page.isElsewhere).toBe(false)
    expect(page.body).toContain('name="confirm"')
    const done = await signIn(browser, page, 'alice')
    expect(done.url.href.startsWith('http://127.0.0.1:49152/cb?code=')).toBe(true)
  })

  test('N004 §8.6 each time, and never without anybody to ask', async () => {
    const browser = await signedIn()
    await signIn(browser, await browser.open(requestUrl(native)), 'alice')
    expect((await browser.open(requestUrl(native))).body).toContain('name="confirm"')
    const silent = await browser.open(requestUrl({ ...native, prompt: 'none' }))
    expect(silent.url.searchParams.get('error')).toBe('interaction_required')
    expect((await browser.open(requestUrl({ client_id: 'public' }))).url.searchParams.get('code')).not.toBeNull()
  })

  test.each(['http://localhost:49152/cb', 'http://[::1]:49152/cb', 'https://127.0.0.1/cb'])('N004 %s', async (uri) => {
    expectErrorPage(await ask({ ...native, redirect_uri: uri }))
  })
})

describe('a request on its way belongs to one browser', () => {
  async function atLogin(browser: Browser): Promise<{ page: Page; resumeUrl: string }> {
    const page = await browser.open(requestUrl())
    return { page, resumeUrl: `${house.issuer()}/authorize/${page.url.searchParams.get('request')}` }
  }

  test("N025 another browser's request is not resumed", async () => {
    const { resumeUrl } = await atLogin(new Browser(house.url))
    expectErrorPage(await (await signedIn()).open(resumeUrl))
    expectErrorPage(await new Browser(house.url).open(resumeUrl))
  })

  test('N025 an answered request gives no second code', async () => {
    const browser = new Browser(house.url)
    const { page, resumeUrl } = await atLogin(browser)
    await signIn(browser, page, 'alice')
    expectErrorPage(await browser.open(resumeUrl))
  })

  test('N025 a resume URL opened many times at once gives one code', async () => {
    const first = await fetch(`${house.issuer()}/authorize`, {
      method: 'POST',
      body: new URLSearchParams(honest),
      redirect: 'manual',
    })
    const browser = await signedIn()
    const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const location = first.headers.get('location') ?? ''
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => fetch(location, { headers: { cookie }, redirect: 'manual' })),
    )
    const codes = answers.filter((each) => each.headers.get('location')?.includes('code='))
    expect(codes).toHaveLength(1)
  })

  test('N026 what comes with the resume URL changes nothing', async () => {
    const browser = new Browser(house.url)
    const { page, resumeUrl } = await atLogin(browser)
    await browser.open(`${resumeUrl}?redirect_uri=https://evil.example&response_type=token&scope=email`)
    const done = await signIn(browser, page, 'alice')
    expect(done.url.href.startsWith(`${REDIRECT_URI}?code=`)).toBe(true)
  })

  test('a request of another realm is unknown', async () => {
    const { resumeUrl } = await atLogin(new Browser(house.url))
    const page = await new Browser(house.url).open(resumeUrl.replace('/default/', '/system/'))
    expectErrorPage(page)
  })
})
