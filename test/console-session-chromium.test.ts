import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operations } from '#contract/operations.ts'
import { launchBrowser } from './chromium.ts'
import { addUser, USER_PASSWORD } from './clients.ts'
import { ADMIN_PASSWORD, type House, openHouse } from './house.ts'
import { adminOffice, type Office, officeOf } from './office.ts'
import { openSite, type Site } from './other-site.ts'

/** The console's session where it lives: in a real browser, with other sites open beside it. */
describe('the console session in Chromium', () => {
  let house: House
  let admin: Office
  let chromium: Browser
  let site: Site

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
    chromium = await launchBrowser()
    site = await openSite()
  })
  afterAll(async () => {
    await site.close()
    await chromium.close()
    await house.close()
  })

  /** A page of the house in which that person is signed in to the console. */
  async function signedIn(username: string, password: string): Promise<[BrowserContext, Page]> {
    const context = await chromium.newContext()
    const page = await context.newPage()
    page.setDefaultTimeout(15_000)
    await page.goto(`${house.url}/console/sign-in`)
    await page.locator('#username').fill(username)
    await page.locator('#password').fill(password)
    await page.locator('button[type=submit]').click()
    await page.waitForURL(`${house.url}/console/`)
    // A page of ours whose policy lets scripts call the API, whatever the console is built like.
    await page.goto(`${house.url}/api/v1/docs/`)
    return [context, page]
  }

  interface Init {
    readonly method?: string
    readonly headers?: Record<string, string>
    readonly body?: string
  }

  interface Met {
    readonly status: number
    readonly text: string
  }

  /** What a script of our own page gets. */
  const ask = (page: Page, path: string, init: Init = {}): Promise<Met> =>
    page.evaluate(
      async ([url, options]) => {
        const response = await fetch(url, options)
        return { status: response.status, text: await response.text() }
      },
      [`${house.url}${path}`, init] as const,
    )

  test('N148 another site changes nothing and reads nothing, whatever it lets the browser send', async () => {
    const [context, page] = await signedIn('admin', ADMIN_PASSWORD)
    const me = JSON.parse((await ask(page, '/api/v1/me')).text)
    expect(me.name).toBe('admin')
    const roles = `${house.url}/api/v1/realms/default/roles`
    const form = (action: string, type: string) =>
      `<form method="post" action="${action}" enctype="${type}"><input name='{"name":"forged","x":"' value='"}'></form>`
    const submit = '<script>document.forms[0].submit()</script>'
    const attacks = [
      form(roles, 'text/plain'),
      form(`${roles}?name=forged`, 'application/x-www-form-urlencoded'),
      form(`${house.url}/console/sign-out`, 'application/x-www-form-urlencoded'),
      form(`${house.url}/console/callback`, 'application/x-www-form-urlencoded'),
    ]
    for (const [n, attack] of attacks.entries()) {
      site.serve(`/${n}`, `<!doctype html>${attack}${submit}`)
      const evil = await context.newPage()
      await evil.goto(`${site.origin}/${n}`)
      await evil.waitForURL((url) => url.origin === house.url)
      await evil.close()
    }
    site.serve('/script', '<!doctype html><title>evil</title>')
    const evil = await context.newPage()
    await evil.goto(`${site.origin}/script`)
    const read = await evil.evaluate(async (url) => {
      const tries: RequestInit[] = [
        { credentials: 'include' },
        {
          credentials: 'include',
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"name":"forged"}',
        },
        { credentials: 'include', method: 'POST', mode: 'no-cors', body: '{"name":"forged"}' },
      ]
      const met: string[] = []
      for (const init of tries)
        met.push(
          await fetch(url, init).then(
            (answer) => answer.text(),
            () => 'refused',
          ),
        )
      return met
    }, roles)
    expect(read).toEqual(['refused', 'refused', ''])
    await evil.goto(`${house.url}/console/callback?code=x&state=y`)
    expect((await admin.get('/realms/default/roles?name=forged')).body.total).toBe(0)
    expect((await ask(page, '/api/v1/me')).status).toBe(200)
    await context.close()
  })

  test('the cookie is nothing that a script can read, and nothing else of the session is in the browser', async () => {
    const [context, page] = await signedIn('admin', ADMIN_PASSWORD)
    expect(await page.evaluate(() => document.cookie)).toBe('')
    const kept = await page.evaluate(() => JSON.stringify([localStorage, sessionStorage]))
    const cookies = await context.cookies()
    for (const { value } of cookies) expect(kept).not.toContain(value)
    expect(kept).not.toMatch(/eyJ|token/)
    expect(cookies.map(({ name }) => name).toSorted()).toEqual([
      'sallyport-browser-system',
      'sallyport-console-system',
      'sallyport-session-system',
    ])
    for (const cookie of cookies) expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax', expires: -1 })
    const { csrf_token } = JSON.parse((await ask(page, '/api/v1/me')).text)
    expect(kept).not.toContain(csrf_token)
    const headers = { 'x-csrf-token': csrf_token, 'content-type': 'application/json' }
    const body = JSON.stringify({ name: 'by the console' })
    const made = await ask(page, '/api/v1/realms/default/roles', { method: 'POST', headers, body })
    expect(made.status).toBe(201)
    const out = await ask(page, '/console/sign-out', { method: 'POST', headers: { 'x-csrf-token': csrf_token } })
    expect(out.text).toContain('You are signed out')
    expect((await ask(page, '/api/v1/me')).status).toBe(401)
    await context.close()
  })

  test('N141 N185 for every operation a session may what a token of the same role may', async () => {
    await admin.post('/realms', { name: 'acme' })
    await admin.post('/realms/system/roles', { name: 'realm-admin:acme' })
    const machine = await officeOf(house, 'machine of acme', ['realm-admin:acme'])
    await addUser(house, { username: 'keeper', roles: ['realm-admin:acme'] }, 'system')
    const [context, page] = await signedIn('keeper', USER_PASSWORD)
    const { csrf_token, realms } = JSON.parse((await ask(page, '/api/v1/me')).text)
    expect(realms).toEqual(['acme'])
    const met: string[] = []
    const wanted: string[] = []
    for (const realm of ['acme', 'system']) {
      for (const { id, method, path } of operations) {
        const filled = path.replace('{realm}', realm).replace(/\{\w+\}/g, 'some-name')
        const isRead = method === 'GET'
        const headers = { 'x-csrf-token': csrf_token, 'content-type': 'application/json' }
        const init = isRead ? {} : { method, headers, body: '{"no_such_field":1}' }
        const told = await ask(page, `/api/v1${filled}${isRead ? '?no_such_parameter=1' : ''}`, init)
        const same = isRead
          ? await machine.get(`${filled}?no_such_parameter=1`)
          : await machine.call(method, filled, { no_such_field: 1 })
        met.push(`${realm} ${id} ${told.status}`)
        wanted.push(`${realm} ${id} ${same.status}`)
      }
    }
    expect(met).toEqual(wanted)
    await context.close()
  })

  test('N155 the doors of the operators know no session', async () => {
    const headers = { cookie: `sallyport-console-system=${'x'.repeat(43)}` }
    for (const path of ['/api/v1/me', '/console/sign-in', '/console/sign-out']) {
      expect((await fetch(house.operationsUrl + path, { headers, redirect: 'manual' })).status).toBe(404)
    }
  })
})
