/** A single-page application of another site in a real browser, with `oidc-client-ts`; and what a stranger's page gets. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { launchBrowser } from '../chromium.ts'
import { addClient, addUser, USER_PASSWORD } from '../clients.ts'
import { type House, openHouse } from '../house.ts'
import { openSite, type Site, serveApplication } from '../other-site.ts'

interface User {
  readonly access_token: string
  readonly refresh_token: string
  readonly id_token: string
  readonly scope: string
  readonly profile: { readonly sub: string; readonly name: string; readonly email: string }
}

let house: House
let site: Site
let stranger: Site
let browser: Browser
let context: BrowserContext
let alice: string

beforeAll(async () => {
  house = await openHouse()
  site = await openSite()
  stranger = await openSite()
  alice = await addUser(house, { username: 'alice', name: 'Alice', email: 'alice@example.com' })
  await addUser(house, { username: 'mallory' })
  await addClient(house, {
    client_id: 'spa',
    client_name: 'The single page',
    token_endpoint_auth_method: 'none',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [`${site.origin}/callback`],
    post_logout_redirect_uris: [`${site.origin}/bye`],
    allowed_cors_origins: [site.origin],
    scope: 'openid profile email offline_access',
  })
  serveApplication(site, {
    authority: house.issuer(),
    client_id: 'spa',
    redirect_uri: `${site.origin}/callback`,
    post_logout_redirect_uri: `${site.origin}/bye`,
    scope: 'openid profile email',
    loadUserInfo: true,
    automaticSilentRenew: false,
  })
  stranger.serve('/', '<!doctype html><title>Stranger</title><link rel="icon" href="data:,">')
  browser = await launchBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await Promise.all([site.close(), stranger.close()])
  await house.close()
})

beforeEach(async () => {
  context = await browser.newContext()
})

afterEach(() => context.close())

async function signIn(page: Page, username = 'alice'): Promise<User> {
  await page.goto(`${site.origin}/`)
  await start(page)
  await page.fill('#username', username)
  await page.fill('#password', USER_PASSWORD)
  await page.click('#login')
  // The client cannot prove itself: the person says that they began this.
  await page.click('#confirm')
  await page.waitForURL(`${site.origin}/callback?**`)
  return await page.evaluate<User>('manager.signinRedirectCallback()')
}

/** The library leaves the page, so its promise never comes back. */
async function start(page: Page): Promise<void> {
  await page.evaluate('void manager.signinRedirect()')
  await page.waitForURL(`${house.url}/**`)
}

/** What a script reads there; undefined where the browser keeps it from the script. */
function read(page: Page, url: string, init: Readonly<Record<string, unknown>> = {}) {
  const script = `fetch(${JSON.stringify(url)}, ${JSON.stringify(init)})
    .then(async (answer) => ({ status: answer.status, body: await answer.text() }), () => undefined)`
  return page.evaluate<{ readonly status: number; readonly body: string } | undefined>(script)
}

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

async function hasSession(): Promise<boolean> {
  return (await context.cookies()).some(({ name }) => name.includes('session'))
}

describe('oidc-client-ts in a real browser', () => {
  test('signs in with typed credentials, reads userinfo, renews, revokes and signs out', async () => {
    const page = await context.newPage()
    const user = await signIn(page)
    expect(user.profile).toMatchObject({ sub: alice, name: 'Alice', email: 'alice@example.com' })
    const person = await read(page, `${house.issuer()}/userinfo`, bearer(user.access_token))
    expect(person?.status).toBe(200)
    expect(JSON.parse(person?.body ?? '')).toMatchObject({ sub: alice, name: 'Alice' })

    const renewed = await page.evaluate<User>('manager.signinSilent()')
    expect(renewed.access_token).not.toBe(user.access_token)
    expect(renewed.refresh_token).not.toBe(user.refresh_token)
    expect(renewed.profile.sub).toBe(alice)

    await page.evaluate('manager.revokeTokens()')
    const refused = await read(page, `${house.issuer()}/userinfo`, bearer(renewed.access_token))
    expect(refused?.status).toBe(401)
    expect(JSON.parse(refused?.body ?? '')).toMatchObject({ error: 'invalid_token' })

    await page.evaluate("void manager.signoutRedirect({ state: 'after' })")
    await page.waitForURL(`${site.origin}/bye?**`)
    const signedOut = await page.evaluate<{ userState: string }>('manager.signoutRedirectCallback()')
    expect(signedOut.userState).toBe('after')
    expect(await page.evaluate('manager.getUser()')).toBeNull()
    expect(await hasSession()).toBe(false)
    await start(page)
    await page.waitForSelector('#password')
  })

  test('a person who is signed in already comes back at once, and a refusal comes back as an error', async () => {
    const page = await context.newPage()
    await signIn(page)
    await page.evaluate('void manager.signinRedirect()')
    await page.click('#confirm')
    await page.waitForURL(`${site.origin}/callback?**`)
    expect((await page.evaluate<User>('manager.signinRedirectCallback()')).profile.sub).toBe(alice)
    await page.evaluate('void manager.signinRedirect()')
    await page.click('#deny')
    await page.waitForURL(`${site.origin}/callback?**`)
    const error = 'manager.signinRedirectCallback().catch((refused) => refused.error)'
    expect(await page.evaluate(error)).toBe('access_denied')
  })
})

describe('a page of another site in a real browser', () => {
  test('N059 reads discovery and keys, and nothing else, wherever it comes from', async () => {
    const page = await context.newPage()
    const { access_token, refresh_token } = await signIn(page)
    const issuer = house.issuer()
    const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields).toString() })
    const typed = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    const refresh = { ...form({ grant_type: 'refresh_token', client_id: 'spa', refresh_token }), ...typed }
    const revoke = { ...form({ client_id: 'spa', token: access_token }), ...typed }
    const introspect = { ...form({ client_id: 'spa', token: access_token }), ...typed }

    const own = await read(page, `${issuer}/introspect`, introspect)
    expect(own, 'introspection from a registered origin').toBeUndefined()
    expect(await read(page, `${issuer}/authorize?client_id=spa`), 'authorization from a registered one').toBeUndefined()
    expect(await read(page, `${house.url}/api/v1/realms`, bearer(access_token)), 'management').toBeUndefined()

    await page.goto(`${stranger.origin}/`)
    for (const path of ['.well-known/openid-configuration', 'jwks']) {
      expect((await read(page, `${issuer}/${path}`))?.status, path).toBe(200)
      expect(await read(page, `${issuer}/${path}`, { credentials: 'include' }), `${path} with cookies`).toBeUndefined()
    }
    expect(await read(page, `${issuer}/userinfo`, bearer(access_token)), 'userinfo').toBeUndefined()
    expect(await read(page, `${issuer}/introspect`, introspect), 'introspection').toBeUndefined()
    expect(await read(page, `${issuer}/authorize?client_id=spa`), 'authorization').toBeUndefined()
    expect(await read(page, `${issuer}/revoke`, revoke), 'revocation').toBeUndefined()
    expect(await read(page, `${issuer}/token`, refresh), 'token').toBeUndefined()
  })

  test('N027 N028 cannot sign a person in, not even with the request of that very browser', async () => {
    const mallorys = await browser.newContext()
    const theirs = await mallorys.newPage()
    const own = await context.newPage()
    for (const page of [theirs, own]) {
      await page.goto(`${site.origin}/`)
      await start(page)
    }
    const stolen = await theirs.getAttribute('input[name=form_token]', 'value')
    const copied = await own.getAttribute('input[name=form_token]', 'value')
    const attacks = [
      { action: theirs.url(), token: stolen },
      { action: own.url(), token: stolen },
      // Not even if the token had leaked: the browser tells where the form stood.
      { action: own.url(), token: copied },
    ]
    for (const { action, token } of attacks) {
      stranger.serve(
        '/attack',
        attackingForm(action, { username: 'mallory', password: USER_PASSWORD, form_token: token }),
      )
      const victim = await context.newPage()
      const [answer] = await Promise.all([
        victim.waitForResponse((response) => response.request().method() === 'POST'),
        victim.goto(`${stranger.origin}/attack`),
      ])
      expect(answer.status()).toBe(403)
      await victim.waitForSelector('#error')
      expect(await victim.textContent('#error')).toBe('foreign_form')
      expect(await hasSession()).toBe(false)
      await victim.close()
    }
    await mallorys.close()
    // The person's own form still works.
    await own.fill('#username', 'alice')
    await own.fill('#password', USER_PASSWORD)
    await own.click('#login')
    await own.waitForSelector('#confirm')
    expect(await hasSession()).toBe(true)
  })

  test('N027 cannot sign a person out or put the house into a frame', async () => {
    const page = await context.newPage()
    await signIn(page)
    stranger.serve('/attack', attackingForm(`${house.issuer()}/logout/confirm`, {}))
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.request().method() === 'POST'),
      page.goto(`${stranger.origin}/attack`),
    ])
    expect(answer.status()).toBe(403)
    await page.goto(`${house.issuer()}/logout`)
    expect(await page.textContent('h1')).toBe('Sign out?')
    stranger.serve('/frame', `<!doctype html><iframe src="${house.issuer()}/logout"></iframe>`)
    const blocked = page.waitForEvent('console', (message) => message.text().includes('frame-ancestors'))
    await page.goto(`${stranger.origin}/frame`)
    await blocked
    expect(await hasSession()).toBe(true)
  })
})

function attackingForm(action: string, fields: Readonly<Record<string, string | null>>): string {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`)
  return `<!doctype html><form method="post" action="${action}">${inputs.join('')}</form>
<script>document.forms[0].submit()</script>`
}
