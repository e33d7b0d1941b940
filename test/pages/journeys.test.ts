/** The ways of people through the pages, in a real browser: by keyboard alone, without scripts, past hostile names. */
import type { Browser, BrowserContext, BrowserContextOptions, Page, Request } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { updateRealm } from '#store/realms.ts'
import { launchBrowser } from '../chromium.ts'
import { addClient, addUser, TEST_ACTOR, USER_PASSWORD } from '../clients.ts'
import { type Gallery, openGallery, typeIn } from './gallery.ts'

let gallery: Gallery
let browser: Browser
let context: BrowserContext

beforeAll(async () => {
  gallery = await openGallery()
  browser = await launchBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await gallery.close()
})

afterEach(() => context.close())

/** A browser that was nowhere. */
async function newPage(options: BrowserContextOptions = {}): Promise<Page> {
  context = await browser.newContext(options)
  return await context.newPage()
}

/** What the shop gets next. */
function delivery(page: Page): Promise<Request> {
  return page.waitForRequest((request) => request.url().startsWith(gallery.callback))
}

const focused = (page: Page) => page.evaluate<string>('document.activeElement.id')

async function describedBy(page: Page, selector: string): Promise<string> {
  const ids = (await page.getAttribute(selector, 'aria-describedby')) ?? ''
  const texts = ids.split(' ').map((id) => page.textContent(`#${id}`))
  return (await Promise.all(texts)).join(' ')
}

describe('by keyboard alone', () => {
  test('somebody mistypes, signs in and agrees', async () => {
    const page = await newPage()
    await gallery.ask(page, 'shop')
    expect(await focused(page)).toBe('username')
    await page.keyboard.type('ada')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('password')
    await page.keyboard.type('not this one')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#problem')
    expect(await page.getAttribute('#problem', 'role')).toBe('alert')
    expect(await page.inputValue('#username')).toBe('ada')
    expect(await page.inputValue('#password')).toBe('')
    expect(await page.getAttribute('#password', 'aria-invalid')).toBe('true')
    expect(await describedBy(page, '#password')).toBe('The username or the password is not right.')
    expect(await focused(page)).toBe('password')
    await page.keyboard.type(USER_PASSWORD)
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('login')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#approve')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('approve')
    const ring =
      'getComputedStyle(document.activeElement).outlineStyle + getComputedStyle(document.activeElement).outlineWidth'
    expect(await page.evaluate(ring)).toBe('solid3px')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('deny')
    await page.keyboard.press('Shift+Tab')
    const delivered = delivery(page)
    await page.keyboard.press('Space')
    expect(new URL((await delivered).url()).searchParams.get('code')).toMatch(/^[\w-]{43}$/)
    await page.waitForURL(`${gallery.callback}?**`)
  })

  test('somebody who was given a password chooses another', async () => {
    await addUser(gallery.house, { username: 'hired', must_change_password: true })
    const page = await newPage()
    await gallery.ask(page, 'trusted')
    await typeIn(page, 'hired')
    await page.waitForSelector('#new_password')
    expect(await focused(page)).toBe('new_password')
    expect(await describedBy(page, '#new_password')).toContain('At least 8 characters.')
    await page.keyboard.type('a password of my own')
    await page.keyboard.press('Tab')
    await page.keyboard.type('something else')
    await page.keyboard.press('Enter')
    await page.waitForSelector('#problem')
    expect(await describedBy(page, '#new_password_again')).toBe('The two passwords are not the same.')
    await page.fill('#new_password', 'a password of my own')
    await page.fill('#new_password_again', 'a password of my own')
    const delivered = delivery(page)
    await page.click('#change_password')
    expect(new URL((await delivered).url()).searchParams.has('code')).toBe(true)
  })
})

describe('without scripts', () => {
  test('the whole way: sign in, agree, answer by form, sign out', async () => {
    await addUser(gallery.house, { username: 'bob' })
    const page = await newPage({ javaScriptEnabled: false })
    await gallery.ask(page, 'shop', { response_mode: 'form_post' })
    await typeIn(page, 'bob')
    await page.click('#approve')
    await page.waitForSelector('#response-form')
    const delivered = delivery(page)
    await page.click('#continue')
    const request = await delivered
    expect(request.method()).toBe('POST')
    const answer = new URLSearchParams(request.postData() ?? '')
    expect(answer.get('state')).toBe('a state')
    expect(answer.get('iss')).toBe(gallery.house.issuer())
    expect(answer.get('code')).toMatch(/^[\w-]{43}$/)
    await page.waitForURL(gallery.callback)
    await page.goto(`${gallery.house.issuer()}/logout`)
    await page.click('#confirm')
    await page.waitForSelector('#logged_out')
    await gallery.ask(page, 'trusted')
    await page.waitForSelector('#login')
  })

  test('Cancel tells the application', async () => {
    const page = await newPage({ javaScriptEnabled: false })
    await gallery.ask(page, 'shop', { prompt: 'consent' })
    await typeIn(page, 'ada')
    const delivered = delivery(page)
    await page.click('#deny')
    expect(new URL((await delivered).url()).searchParams.get('error')).toBe('access_denied')
  })
})

test('N022 with scripts the answer goes to the application by itself, and the policy lets it', async () => {
  const page = await newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text()))
  const state = `"><script>alert(1)</script>'&amp;`
  const delivered = delivery(page)
  await gallery.ask(page, 'trusted', { response_mode: 'form_post', scope: 'openid', state })
  await typeIn(page, 'ada')
  const answer = new URLSearchParams((await delivered).postData() ?? '')
  expect(answer.get('state')).toBe(state)
  expect(answer.has('code')).toBe(true)
  await page.waitForURL(gallery.callback)
  expect(complaints).toEqual([])
})

describe('hostile names', () => {
  const ATTACKS = [
    ['script', `<script>document.title='owned'</script><img src=x onerror="document.title='owned'">`],
    ['attribute', `" autofocus onfocus="document.title='owned'" x="`],
    ['right to left', 'evil\u202e\u2066gro.knab\u2069 pohS'],
    ['long word', 'W'.repeat(10_240)],
    ['long text', 'all work and no play '.repeat(500)],
  ] as const

  test.each(ATTACKS)('N023 N044 a name that is %s', async (kind, name) => {
    const { house } = gallery
    const client_id = `hostile ${kind}`
    const flow = { redirect_uris: [gallery.callback], grant_types: ['authorization_code'], scope: 'openid' }
    await addClient(house, { ...flow, client_id, client_name: name, require_consent: true })
    await updateRealm(house.app.context.db, TEST_ACTOR, 'default', () => ({ display_name: name }))
    const page = await newPage({ viewport: { width: 360, height: 640 } })
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await gallery.ask(page, client_id, { scope: 'openid', login_hint: 'ada' })
    await expectCalm(page)
    await typeIn(page, 'ada')
    await page.waitForSelector('#approve')
    await expectCalm(page)
    await page.goto(`${house.issuer()}/logout`)
    await expectCalm(page)
    expect(complaints).toEqual([])
  })

  test('N044 what a request says stands on no page as anything but text', async () => {
    const page = await newPage()
    const attack = `"><script>document.title='owned'</script>`
    await gallery.ask(page, 'trusted', { scope: 'openid', login_hint: attack, ui_locales: attack, display: attack })
    await page.waitForSelector('#login')
    expect(await page.inputValue('#username')).toBe(attack)
    await expectCalm(page)
    await gallery.ask(page, attack)
    await expectCalm(page)
    await page.goto(
      `${gallery.house.url}/${encodeURIComponent(attack)}?error_description=${encodeURIComponent(attack)}`,
    )
    await expectCalm(page)
  })

  /** No script ran, nothing is pushed out of sight to the side, and the way on is less than five screens down. */
  async function expectCalm(page: Page): Promise<void> {
    expect(await page.title()).not.toBe('owned')
    expect(await page.locator('script, [onerror], [onfocus]').count()).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBeLessThanOrEqual(0)
    expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(5 * 640)
    expect(await page.textContent('body')).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    expect(await page.title()).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
  }
})
