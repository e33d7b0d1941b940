import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  answerOf,
  ask,
  CHALLENGE,
  ERROR_PAGE,
  HONEST,
  hasCode,
  ownPage,
  refusal,
  requestUrl,
  signedIn,
  VERIFIER,
} from './authorization-requests.ts'
import { Browser } from './browser.ts'
import { addClient, addUser, type Credentials } from './clients.ts'
import { authorizationUrl, REDIRECT_URI, redeem, signIn } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

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
    redirect_uris: [REDIRECT_URI],
    scope,
    grant_types,
    require_pkce: false,
    token_endpoint_auth_method: 'none',
  })
  await addUser(house, { username: 'alice' })
})

afterAll(() => house.close())

describe('RFC 6749 §4.1.2.1 until client and redirect URI hold, a refusal is a page', () => {
  test.each(['nobody', 'off', 'APP', undefined])('N001 client_id %j', async (client_id) => {
    expect(ownPage(await new Browser(house.url).open(requestUrl(house, { client_id })))).toEqual(ERROR_PAGE)
    expect(ownPage(await new Browser(house.url).open(requestUrl(house, { client_id, prompt: 'none' })))).toEqual(
      ERROR_PAGE,
    )
  })

  test('N001 a client of another realm is unknown', async () => {
    expect(ownPage(await new Browser(house.url).open(authorizationUrl(house, HONEST, 'system')))).toEqual(ERROR_PAGE)
  })

  test('N002 redirect_uri may be left out only where one is registered and the request is plain OAuth', async () => {
    const browser = await signedIn(house)
    expect(ownPage(await browser.open(requestUrl(house, { redirect_uri: undefined })))).toEqual(ERROR_PAGE)
    expect(
      ownPage(
        await browser.open(requestUrl(house, { redirect_uri: undefined, client_id: 'two-uris', scope: 'profile' })),
      ),
    ).toEqual(ERROR_PAGE)
    const page = await browser.open(requestUrl(house, { redirect_uri: undefined, scope: 'profile' }))
    expect(hasCode(page)).toBe(true)
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
    const browser = await signedIn(house)
    expect(ownPage(await browser.open(requestUrl(house, { redirect_uri })))).toEqual(ERROR_PAGE)
    expect(
      ownPage(await browser.open(requestUrl(house, { redirect_uri, response_mode: 'form_post', prompt: 'none' }))),
    ).toEqual(ERROR_PAGE)
  })

  test('N003 what was sent and what is registered stands in the log, not on the page', async () => {
    const page = await new Browser(house.url).open(requestUrl(house, { redirect_uri: 'https://app.example/near' }))
    expect(page.body).not.toContain('near')
    expect(house.logged.some((line) => line.includes('app.example/near') && line.includes(REDIRECT_URI))).toBe(true)
  })

  test('N007 client_id or redirect_uri twice', async () => {
    for (const name of ['client_id', 'redirect_uri'] as const) {
      const url = requestUrl(house)
      url.searchParams.append(name, HONEST[name])
      expect(ownPage(await new Browser(house.url).open(url))).toEqual(ERROR_PAGE)
    }
  })
})

describe('RFC 6749 §4.1.2.1 after that, a refusal goes to the client', () => {
  test.each(['scope', 'state', 'response_type', 'code_challenge', 'nonce', 'prompt', 'made_up'])(
    'N007 %s twice',
    async (name) => {
      const url = requestUrl(house, { nonce: 'n', made_up: 'x', prompt: 'consent' })
      url.searchParams.append(name, url.searchParams.get(name) ?? '')
      expect(answerOf(await (await signedIn(house)).open(url))).toEqual(
        refusal(house, 'invalid_request', name === 'state' ? null : 'a state'),
      )
    },
  )

  test('N007 resource may come twice', async () => {
    const url = requestUrl(house)
    url.searchParams.append('resource', 'https://a.example')
    url.searchParams.append('resource', 'https://b.example')
    expect(hasCode(await (await signedIn(house)).open(url))).toBe(true)
  })

  test('N007 one parameter in the URL and in the body', async () => {
    const browser = await signedIn(house)
    expect(ownPage(await browser.post(requestUrl(house), { client_id: 'app' }))).toEqual(ERROR_PAGE)
    expect(answerOf(await browser.post(requestUrl(house), { scope: 'openid' }))).toEqual(
      refusal(house, 'invalid_request'),
    )
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
    expect(answerOf(await ask(house, { response_type }))).toEqual(refusal(house, error))
  })

  test('N008 a client without the grant is unauthorized_client', async () => {
    expect(answerOf(await ask(house, { client_id: 'machine', scope: undefined }))).toEqual(
      refusal(house, 'unauthorized_client'),
    )
  })

  test.each(['jwt', 'form_post.jwt', 'web_message', 'QUERY'])('N009 response_mode %s', async (response_mode) => {
    expect(answerOf(await ask(house, { response_mode }))).toEqual(refusal(house, 'invalid_request'))
  })

  test('N009 the redirect URI is checked before the mode', async () => {
    const redirect_uri = 'https://evil.example/'
    expect(ownPage(await ask(house, { response_mode: 'form_post.jwt', redirect_uri }))).toEqual(ERROR_PAGE)
  })

  test.each(['a"b', 'a\\b', 'a  b', ' a', 'a\tb', 'openid \u00e9'])('N010 scope %j', async (scope) => {
    expect(answerOf(await ask(house, { scope }))).toEqual(refusal(house, 'invalid_scope'))
  })

  test('N010 N011 unknown and not allowed scopes', async () => {
    expect(answerOf(await ask(house, { scope: `openid ${'a'.repeat(5000)}` }))).toEqual(
      refusal(house, 'invalid_request'),
    )
    expect(answerOf(await ask(house, { scope: 'profile made_up' }))).toEqual(refusal(house, 'invalid_scope'))
    expect(answerOf(await ask(house, { scope: 'profile phone' }))).toEqual(refusal(house, 'invalid_scope'))
    const browser = await signedIn(house)
    const page = await browser.open(requestUrl(house, { scope: 'openid phone made_up profile' }))
    const code = page.url.searchParams.get('code') ?? ''
    const answer = await redeem(house, client, { browser, answer: page.url.searchParams, code, verifier: VERIFIER })
    expect(await answer.json()).toMatchObject({ scope: 'openid profile' })
  })

  test.each(['a=b&c=d', '\r\nset-cookie: x=y', '"><script>alert(1)</script>', ' %00 + \u{1f600} ', '\u0001\u007f'])(
    'N012 state %j comes back as it was sent',
    async (state) => {
      const page = await ask(house, { state })
      expect(page.url.searchParams.get('state')).toBe(state)
      expect(page.headers.get('set-cookie')).toBeNull()
    },
  )

  test('N012 state and nonce have a limit', async () => {
    expect(
      (await ask(house, { state: 's'.repeat(2048), nonce: 'n'.repeat(2048) })).url.searchParams.get('code'),
    ).not.toBeNull()
    expect(answerOf(await ask(house, { state: 's'.repeat(2049) }))).toEqual(refusal(house, 'invalid_request', null))
    expect(answerOf(await ask(house, { nonce: 'n'.repeat(10_240) }))).toEqual(refusal(house, 'invalid_request'))
  })

  test.each(['state=%00', 'state=%ff', 'state=%', 'state=%c0%80'])('N012 %s is refused', async (query) => {
    expect(
      ownPage(await new Browser(house.url).open(`${requestUrl(house, { state: undefined }).href}&${query}`)),
    ).toEqual(ERROR_PAGE)
  })

  test.each(['request', 'request_uri', 'registration'])('%s is not supported', async (name) => {
    expect(answerOf(await ask(house, { [name]: 'https://x.example' }))).toEqual(refusal(house, `${name}_not_supported`))
  })
})

describe('RFC 7636 §4.4.1 PKCE', () => {
  test.each([
    ['app', undefined, undefined],
    ['public', undefined, undefined],
    ['app', CHALLENGE, undefined],
    ['app', CHALLENGE, 'plain'],
    ['app', CHALLENGE, 's256'],
    ['app', undefined, 'S256'],
    ['no-pkce', CHALLENGE, 'plain'],
    ['no-pkce', undefined, 'S256'],
    ['app', CHALLENGE.slice(1), 'S256'],
    ['app', `${CHALLENGE}=`, 'S256'],
    ['app', `${CHALLENGE.slice(1)}+`, 'S256'],
  ])('N017 %s with %j %j', async (client_id, code_challenge, code_challenge_method) => {
    expect(answerOf(await ask(house, { client_id, code_challenge, code_challenge_method }))).toEqual(
      refusal(house, 'invalid_request'),
    )
  })

  test('N017 a confidential client may be let off', async () => {
    const page = await ask(house, { client_id: 'no-pkce', code_challenge: undefined, code_challenge_method: undefined })
    expect(hasCode(page)).toBe(true)
  })
})

describe('RFC 9700 §4.11.2 an error leaves only after somebody has signed in', () => {
  test('N013 nobody there: the login page first, then the error', async () => {
    const browser = new Browser(house.url)
    const page = await browser.open(requestUrl(house, { response_type: 'token' }))
    expect(page.isElsewhere).toBe(false)
    expect(page.body).toContain('name="password"')
    expect(answerOf(await signIn(browser, page, 'alice'))).toEqual(refusal(house, 'unsupported_response_type'))
  })

  test('N013 with prompt=none at once', async () => {
    expect(
      answerOf(await new Browser(house.url).open(requestUrl(house, { response_type: 'token', prompt: 'none' }))),
    ).toEqual(refusal(house, 'unsupported_response_type'))
    expect(answerOf(await new Browser(house.url).open(requestUrl(house, { prompt: 'none login' })))).toEqual(
      refusal(house, 'invalid_request'),
    )
  })
})
