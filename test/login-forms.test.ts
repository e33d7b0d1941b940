import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formsOf, type Page } from './browser.ts'
import { USER_PASSWORD } from './clients.ts'
import type { House } from './house.ts'
import { type Hall, login, openHall, session } from './login-hall.ts'

let house: House
let trusted: Hall['trusted']
let asking: Hall['asking']
let newBrowser: Hall['newBrowser']
let ask: Hall['ask']
let signedIn: Hall['signedIn']

beforeAll(async () => {
  ;({ house, trusted, asking, newBrowser, ask, signedIn } = await openHall())
})

afterAll(() => house.close())

describe('N025 nothing goes on that is over or somebody else’s', () => {
  const restarts = async (page: Promise<Page>) => {
    const { status, body, isElsewhere } = await page
    return !isElsewhere && status === 400 && body.includes('id="restart"')
  }

  test('another browser', async () => {
    const page = await ask(newBrowser())
    const thief = await signedIn('bob')
    expect(await restarts(thief.open(page.url))).toBe(true)
    expect(await restarts(thief.submit(page, { username: 'bob', password: USER_PASSWORD, login: '1' }))).toBe(true)
    expect(await restarts(newBrowser().open(page.url))).toBe(true)
  })

  test('the back button after the answer', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    expect((await login(browser, page, 'ada')).isElsewhere).toBe(true)
    expect(await restarts(login(browser, page, 'bob'))).toBe(true)
    expect(await restarts(browser.open(page.url))).toBe(true)
  })

  test('an unknown request, an expired one, one of another realm', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    expect(await restarts(browser.open(`${house.issuer()}/login/password?request=unknown`))).toBe(true)
    expect(await restarts(browser.open(`${house.issuer()}/login/password`))).toBe(true)
    expect(await restarts(browser.open(page.url.href.replace('/default/', '/system/')))).toBe(true)
    const id = page.url.searchParams.get('request') ?? ''
    const { sql } = house.app.context.db
    await sql.updateTable('authorization_requests').set({ expires_at: 1 }).where('id', '=', id).execute()
    expect(await restarts(browser.open(page.url))).toBe(true)
    expect((await browser.open(page.url.href.replace('/default/', '/nowhere/'))).status).toBe(404)
  })

  test('N031 somebody else signed in in another tab', async () => {
    const browser = newBrowser()
    const first = await ask(browser, asking)
    const atConsent = await login(browser, first, 'ada')
    await login(browser, await ask(browser, trusted, { prompt: 'login' }), 'bob')
    const page = await browser.submit(atConsent, { approve: '1' })
    expect(page.status).toBe(403)
    expect(
      (await browser.open(atConsent.url.href.replace('/login/consent?request=', '/authorize/'))).url.pathname,
    ).toContain('/login/password')
  })

  test('the same form twice', async () => {
    const browser = newBrowser()
    const page = await ask(browser, asking)
    const both = await Promise.all([login(browser, page, 'ada'), login(browser, page, 'ada')])
    for (const each of both) expect(each.url.pathname).toMatch(/\/login\/(consent|password)$/)
  })

  test('N026 what a form smuggles in is not read', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    const smuggled = { redirect_uri: 'https://evil.example/cb', response_type: 'token', scope: 'openid email' }
    const answer = await browser.submit(page, { username: 'ada', password: USER_PASSWORD, login: '1', ...smuggled })
    expect(answer.url.href).toMatch(/^https:\/\/app\.example\/callback\?/)
  })
})

describe('N027 N028 a form that was not sent from our page is refused', () => {
  test.each<[what: string, headers: Record<string, string>]>([
    ['another site', { origin: 'https://evil.example' }],
    ['a page without an origin', { origin: 'null' }],
    ['another site by its own word', { origin: '', 'sec-fetch-site': 'cross-site' }],
    ['a neighbour', { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' }],
  ])('%s', async (_what, headers) => {
    const browser = newBrowser()
    const page = await ask(browser)
    const answer = await browser.submit(page, { username: 'ada', password: USER_PASSWORD, login: '1' }, headers)
    expect(answer.status).toBe(403)
    expect(session(browser)).toBeUndefined()
  })

  test('our page, as a browser says it', async () => {
    const browser = newBrowser()
    const headers = { origin: 'null', 'sec-fetch-site': 'same-origin' }
    const typed = { username: 'ada', password: USER_PASSWORD, login: '1' }
    expect((await browser.submit(await ask(browser), typed, headers)).isElsewhere).toBe(true)
  })

  test('without a token, with that of another request, with a field twice', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    const typed = { username: 'ada', password: USER_PASSWORD, login: '1' }
    expect((await browser.post(page.url, typed)).status).toBe(403)
    const foreign = formsOf(await ask(browser))[0]?.fields['form_token'] ?? ''
    expect((await browser.post(page.url, { ...typed, form_token: foreign })).status).toBe(403)
    expect((await browser.post(page.url, { ...typed, form_token: '' })).status).toBe(403)
    expect(session(browser)).toBeUndefined()
  })
})
