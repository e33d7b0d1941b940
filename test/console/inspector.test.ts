/** The token inspector: decoded in the browser, checked by the server, kept nowhere. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, type Credentials } from '../clients.ts'
import { BOOTSTRAP, bearer, jsonOf } from '../office.ts'
import { basic, form } from '../requests.ts'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

const path = '/realms/default/inspector'
let desk: Desk
let tab: Tab
let page: Page
let machine: Credentials
let token: string

async function tokenOf({ realm = 'default', of = machine } = {}): Promise<string> {
  const body = form({ grant_type: 'client_credentials' })
  const response = await fetch(`${desk.house.issuer(realm)}/token`, { method: 'POST', headers: basic(of), body })
  return (await jsonOf(response)).access_token
}

beforeAll(async () => {
  desk = await openDesk()
  machine = await addClient(desk.house, { client_id: 'nightly-report', grant_types: ['client_credentials'] })
  token = await tokenOf()
  tab = await desk.open(path)
  page = tab.page
}, 180_000)

afterAll(() => desk.close())

async function paste(text: string): Promise<void> {
  await page.goto(`${desk.house.url}/console${path}`)
  await page.getByLabel(/^Access token, ID token/).fill(text)
}

function claims(): Locator {
  return page.getByRole('table', { name: 'Claims of the token' })
}

function checks(): Locator {
  return page.getByRole('list', { name: 'Checks' }).getByRole('listitem')
}

describe('a token that holds', () => {
  test('is decoded with its meanings, and every check is told in its order', async () => {
    await paste(`  Bearer ${token}\n`)
    await claims().getByText('The client that it was issued to').waitFor()
    expect(await claims().innerText()).toContain('nightly-report')
    expect(await claims().innerText()).toMatch(/in \d+ (hours|minutes)/)
    expect(await page.getByRole('table', { name: 'Header of the token' }).innerText()).toContain('at+jwt')
    await page.getByText('It holds: every check passed.').waitFor()
    const told = await checks().allInnerTexts()
    const { body } = await desk.office.post('/realms/default/tokens/inspect', { token })
    expect(told.map((text) => text.split('\n').at(1))).toEqual(body.checks.map(({ rule }: { rule: string }) => rule))
    expect(told.every((text) => text.startsWith('Passed'))).toBe(true)
  })

  test('is in no address, no store and no log', async () => {
    await paste(token)
    await page.getByText('It holds: every check passed.').waitFor()
    expect(page.url()).toBe(`${desk.house.url}/console${path}`)
    const kept = await page.evaluate('JSON.stringify([localStorage, sessionStorage, history.state])')
    expect(kept).not.toContain('eyJ')
    expect(desk.house.logged.join('\n')).not.toContain(token)
    await page.reload()
    expect(await page.getByLabel(/^Access token, ID token/).inputValue()).toBe('')
  })

  test('and does not, once its client is disabled: checking again says so', async () => {
    const brief = await addClient(desk.house, { client_id: 'brief', grant_types: ['client_credentials'] })
    await paste(await tokenOf({ of: brief }))
    await page.getByText('It holds: every check passed.').waitFor()
    await desk.office.patch('/realms/default/clients/brief', { enabled: false })
    await page.getByRole('button', { name: 'Check again' }).click()
    await page.getByText(/It does not hold/).waitFor()
    const failed = await checks().filter({ hasText: 'Failed' }).allInnerTexts()
    expect(failed.map((text) => text.split('\n')[1])).toEqual(['client', 'epoch'])
  })
})

describe('a token that does not', () => {
  test('changed: the signature is what failed', async () => {
    const [header = '', , signature = ''] = token.split('.')
    const changed = btoa(JSON.stringify({ ...payload(token), sub: '<script>alert(1)</script>' }))
    await paste(`${header}.${changed.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')}.${signature}`)
    await page.getByText('It does not hold: one check failed.').waitFor()
    expect(await checks().innerText()).toMatch(/Failed\s+signature/)
    // What it says is text, whatever it says.
    await claims().getByText('<script>alert(1)</script>').waitFor()
  })

  test('of another realm: it is checked where it says it is from', async () => {
    await paste(await bearer(desk.house, BOOTSTRAP))
    await page.getByText('It holds: every check passed.').waitFor()
    expect(await page.getByText(/it was checked there/).innerText()).toContain('realm system')
  })

  test('opaque, broken, too long', async () => {
    await paste('not-a-token')
    await page.getByText(/It is opaque/).waitFor()
    await page.getByText(/It does not hold/).waitFor()
    await paste('a.b.c')
    await page.getByText(/the first is no header/).waitFor()
    await paste('x'.repeat(16_385))
    await page.getByText('No token is longer than 16384 characters.').waitFor()
    expect(await page.getByText('What the server says').count()).toBe(0)
  })
})

function payload(jwt: string): object {
  return JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as object
}

describe('how it looks', () => {
  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('%s, %i px: accessible, and nothing wider than the window', async (theme, width) => {
    const other = await desk.open(path, { theme, width })
    expect(await other.page.title()).toBe('Token inspector · Sallyport')
    await judge(other)
    await other.page.getByLabel(/^Access token, ID token/).fill(token)
    await other.page.getByText('It holds: every check passed.').waitFor()
    await judge(other)
    expect(other.complaints).toEqual([])
    await other.close()
  })
})
