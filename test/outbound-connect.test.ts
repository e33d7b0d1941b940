import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, formsOf, type Page } from './browser.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { REDIRECT_URI, signIn, tokensOf } from './code-flow.ts'
import { ADMIN_PASSWORD, ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office, type Told } from './office.ts'
import { addCaller, askToken, outboundBearer } from './outbound-house.ts'
import { form } from './requests.ts'

/*
 * A person connects an account at a provider that was not written for this test: a second house, with a login of its
 * own. Everything goes through the front doors of both.
 */

const RETURN_URL = 'https://app.example/connected'
const OPEN = { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8,::1' }
const SECRET = 'a-secret-at-the-other-house-long-enough'

describe.each(ENGINES)('connecting an account, on %s', (engine) => {
  let house: House
  let provider: House
  let admin: Office
  let app: Credentials
  const subs = new Map<string, string>()

  beforeAll(async () => {
    provider = await openHouse()
    house = await openHouse({ engine, env: OPEN })
    admin = await adminOffice(house)
    await addUser(provider, { username: 'ann-there' })
    for (const slug of ['mail', 'other']) {
      await addClient(
        provider,
        {
          client_id: `ours-${slug}`,
          token_endpoint_auth_method: 'client_secret_post',
          grant_types: ['authorization_code', 'refresh_token'],
          redirect_uris: [`${house.issuer()}/outbound/${slug}/callback`],
          scope: 'openid profile offline_access',
        },
        SECRET,
      )
      const made = await admin.post('/realms/default/oauth-servers', {
        name: slug,
        profile: 'generic_oidc',
        grant_type: 'authorization_code',
        client_id: `ours-${slug}`,
        client_secret: SECRET,
        issuer: provider.issuer(),
        iss_in_callback: true,
        token_endpoint: `${provider.issuer()}/token`,
        authorization_endpoint: `${provider.issuer()}/authorize`,
        scope: 'openid profile offline_access',
        allowed_clients: ['*'],
      })
      if (made.status !== 201) throw new Error(JSON.stringify(made.body))
    }
    for (const username of ['ann', 'bob']) subs.set(username, await addUser(house, { username }))
    app = await addCaller(house, 'app', {
      grant_types: ['authorization_code', 'client_credentials'],
      redirect_uris: [REDIRECT_URI, RETURN_URL],
      scope: 'openid outbound:token outbound:call',
      client_name: 'The application',
    })
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })

  const ask = async (bearer: string, fields: Record<string, string>, slug = 'mail'): Promise<Told> => {
    const response = await fetch(`${house.issuer()}/outbound/${slug}/connect`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}` },
      body: form(fields),
    })
    return { status: response.status, headers: response.headers, body: await jsonOf(response) }
  }
  const ticketFor = async (username: string, slug = 'mail'): Promise<string> => {
    const told = await ask(
      await outboundBearer(house, app),
      { sub: subs.get(username) ?? '', return_url: RETURN_URL },
      slug,
    )
    expect(told.status, JSON.stringify(told.body)).toBe(201)
    return String(told.body.connect_url)
  }
  const bearerOf = async (username: string) =>
    (await tokensOf(house, { client: app, username, scope: 'openid outbound:token' })).access_token

  /** Signs in where that is asked, and answers the page that asks whether to connect. */
  const toPage = async (browser: Browser, url: string, username: string, password = USER_PASSWORD): Promise<Page> => {
    const page = await browser.open(url)
    return page.body.includes('name="password"') ? browser.submit(page, { username, password, login: '' }) : page
  }
  /** To the provider, through its login, and to where it sends the browser back. */
  const agree = async (browser: Browser, page: Page): Promise<URL> => {
    const away = await browser.submit(page, { approve: '' })
    expect(away.isElsewhere, away.body).toBe(true)
    const there = new Browser(provider.url)
    return (await signIn(there, await there.open(away.url), 'ann-there')).url
  }
  const connectionId = async (): Promise<string> =>
    (await admin.get('/realms/default/oauth-servers/mail/connections?username=ann')).body.items[0]?.id

  test('the whole way: ticket, sign-in, consent, provider, and back to the application', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'ann')
    expect(page.status, page.body).toBe(200)
    for (const text of ['The application', 'mail', 'ann', new URL(provider.url).host, 'app.example']) {
      expect(page.body).toContain(text)
    }
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self';")
    const callback = await agree(browser, page)
    expect(callback.href).toContain(`${house.issuer()}/outbound/mail/callback?`)
    const back = await browser.open(callback)
    expect(back.url.href).toBe(`${RETURN_URL}?oauth_server=mail&result=connected`)

    const token = await askToken(house, 'mail', await bearerOf('ann'))
    expect(token.status, JSON.stringify(token.body)).toBe(200)
    const userinfo = await fetch(`${provider.issuer()}/userinfo`, {
      headers: { authorization: `Bearer ${token.body.access_token}` },
    })
    expect(userinfo.status).toBe(200)
    expect(await askToken(house, 'mail', await bearerOf('bob'))).toMatchObject({ status: 409 })
    const audit = await admin.get('/realms/default/audit?action=connection.connect')
    expect(audit.body.items[0]).toMatchObject({ actor_name: 'ann', object_name: 'mail' })
  })

  test('connecting again keeps the connection’s id', async () => {
    const before = await connectionId()
    const browser = new Browser(house.url)
    const callback = await agree(browser, await toPage(browser, await ticketFor('ann'), 'ann'))
    expect((await browser.open(callback)).url.search).toContain('result=connected')
    expect(await connectionId()).toBe(before)
  })

  test('a user’s own bearer needs no sub, and takes no other one', async () => {
    const bearer = await bearerOf('bob')
    expect((await ask(bearer, { return_url: RETURN_URL })).status).toBe(201)
    expect((await ask(bearer, { return_url: RETURN_URL, sub: subs.get('ann') ?? '' })).status).toBe(400)
  })

  test('N183 a return URL that is not registered is refused, and so is an unknown person', async () => {
    const bearer = await outboundBearer(house, app)
    const sub = subs.get('ann') ?? ''
    for (const return_url of ['https://evil.example/', `${RETURN_URL}/x`, `${RETURN_URL}@evil.example`, '']) {
      expect((await ask(bearer, { sub, return_url })).status, return_url).toBe(400)
    }
    expect((await ask(bearer, { sub: 'nobody', return_url: RETURN_URL })).status).toBe(400)
    expect((await ask('no token', { sub, return_url: RETURN_URL })).status).toBe(401)
  })

  test('N183 a link opened by another user than its subject leads nowhere', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'bob')
    expect(page.body).toContain('another account')
    expect(formsOf(page).some(({ buttons }) => buttons.some(({ name }) => name === 'approve'))).toBe(false)
    // Also where that person is signed in already.
    const bobs = (await tokensOf(house, { client: app, username: 'bob' })).browser
    expect((await bobs.open(await ticketFor('ann'))).body).toContain('name="password"')
  })

  test('N183 a ticket is one browser’s, and good until its person has agreed', async () => {
    const ticket = await ticketFor('ann')
    const browser = new Browser(house.url)
    const page = await toPage(browser, ticket, 'ann')
    expect((await new Browser(house.url).open(ticket)).status).toBe(400)
    expect((await browser.open(ticket)).status).toBe(200)
    await browser.submit(page, { approve: '' })
    expect((await browser.open(ticket)).status).toBe(400)
    expect((await browser.submit(page, { approve: '' })).status).toBe(400)
    expect((await new Browser(house.url).open(`${house.issuer()}/outbound/mail/connect?ticket=x`)).status).toBe(400)
  })

  test('who says no goes back with that, and nothing was sent', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'ann')
    const back = await browser.submit(page, { deny: '' })
    expect(back.url.href).toBe(`${RETURN_URL}?oauth_server=mail&result=refused&error=access_denied`)
  })

  test('N156 a state is good once, in its own browser, at its own server', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'ann')
    const callback = await agree(browser, page)
    const stranger = await new Browser(house.url).open(callback)
    expect(stranger.status).toBe(400)
    const elsewhere = new URL(callback.href.replace('/outbound/mail/', '/outbound/other/'))
    expect((await browser.open(elsewhere)).status).toBe(400)
    const changed = new URL(callback)
    changed.searchParams.set('state', 'x'.repeat(43))
    expect((await browser.open(changed)).status).toBe(400)
    changed.searchParams.delete('state')
    expect((await browser.open(changed)).status).toBe(400)
    expect((await browser.open(callback)).url.search).toContain('result=connected')
    expect((await browser.open(callback)).status).toBe(400)
  })

  test('N157 an answer of another issuer, or of none where one is promised, is refused and used up', async () => {
    for (const iss of ['https://evil.example', undefined]) {
      const browser = new Browser(house.url)
      const page = await toPage(browser, await ticketFor('ann'), 'ann')
      const callback = await agree(browser, page)
      const changed = new URL(callback)
      if (iss === undefined) changed.searchParams.delete('iss')
      else changed.searchParams.set('iss', iss)
      expect((await browser.open(changed)).status).toBe(400)
      expect((await browser.open(callback)).status).toBe(400)
    }
  })

  test('somebody else’s session by the time of the callback ends it', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'ann')
    const callback = await agree(browser, page)
    await tokensOf(house, { client: app, username: 'bob', browser, parameters: { prompt: 'login' } })
    expect((await browser.open(callback)).status).toBe(403)
    const signedOut = await agree(browser, await toPage(browser, await ticketFor('ann'), 'ann'))
    browser.setCookie('sallyport-session-default', 'x'.repeat(43))
    expect((await browser.open(signedOut)).status).toBe(400)
  })

  test('settings that changed on the way end it, and a disabled server says so', async () => {
    const browser = new Browser(house.url)
    const callback = await agree(browser, await toPage(browser, await ticketFor('ann'), 'ann'))
    const path = '/realms/default/oauth-servers/mail'
    await admin.patch(path, { prompt: 'consent' })
    expect((await browser.open(callback)).status).toBe(409)
    const ticket = await ticketFor('ann')
    await admin.post(`${path}/disable`, { reason: 'maintenance' })
    const bearer = await outboundBearer(house, app)
    const told = await ask(bearer, { sub: subs.get('ann') ?? '', return_url: RETURN_URL })
    expect(told).toMatchObject({ status: 503, body: { code: 'disabled' } })
    expect(told.body.detail).toContain('maintenance')
    expect((await toPage(new Browser(house.url), ticket, 'ann')).status).toBe(503)
    await admin.post(`${path}/enable`)
  })

  test('what the provider says no to is told to the application', async () => {
    const browser = new Browser(house.url)
    const away = await browser.submit(await toPage(browser, await ticketFor('ann'), 'ann'), { approve: '' })
    const callback = new URL(away.url.searchParams.get('redirect_uri') ?? '')
    callback.searchParams.set('state', away.url.searchParams.get('state') ?? '')
    callback.searchParams.set('iss', provider.issuer())
    callback.searchParams.set('error', 'access_denied')
    expect((await browser.open(callback)).url.search).toBe('?oauth_server=mail&result=refused&error=access_denied')
  })

  test('an administrator connects the realm’s own account, and nobody else can', async () => {
    const told = await admin.post('/realms/default/oauth-servers/mail/authorize', {})
    expect(told.status, JSON.stringify(told.body)).toBe(200)
    await addUser(house, { username: 'clerk' }, 'system')
    expect((await toPage(new Browser(house.url), told.body.url, 'clerk')).status).toBe(403)
    const again = await admin.post('/realms/default/oauth-servers/mail/authorize', { return_to: '/console/x?y=1' })
    const browser = new Browser(house.url)
    const page = await toPage(browser, again.body.url, 'admin', ADMIN_PASSWORD)
    expect(page.status, page.body).toBe(200)
    const back = await browser.open(await agree(browser, page))
    expect(back.url.href).toBe(`${house.url}/console/x?y=1&oauth_server=mail&result=connected`)
    expect((await askToken(house, 'mail', await outboundBearer(house, app))).status).toBe(200)
    const path = '/realms/default/oauth-servers/mail/authorize'
    expect((await admin.post(path, { return_to: 'https://evil.example/console/' })).status).toBe(400)
    expect((await admin.post(path, { environment: 'nowhere' })).status).toBe(400)
  })

  test('a request of this way is no way to a code', async () => {
    const browser = new Browser(house.url)
    const page = await toPage(browser, await ticketFor('ann'), 'ann')
    const request = page.url.pathname.split('/').at(-1) ?? ''
    expect((await browser.open(`${house.issuer()}/authorize/${request}`)).status).toBe(400)
    expect((await browser.open(`${house.issuer()}/login/consent?request=${request}`)).status).toBe(400)
  })
})
