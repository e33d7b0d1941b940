/** An administrator's desk: a house, a real browser, and signed-in tabs in it. Every test of the console begins here. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { launchBrowser } from '../chromium.ts'
import { ADMIN_PASSWORD, type House, type HouseOptions, openHouse } from '../house.ts'
import { adminOffice, type Office } from '../office.ts'

export interface Desk {
  readonly house: House
  /** The management API as the administrator has it. */
  readonly office: Office
  /** A tab of a browser of its own, signed in, at that path below `/console`. */
  readonly open: (path: string, options?: TabOptions) => Promise<Tab>
  readonly close: () => Promise<void>
}

export interface TabOptions {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
  /** Who signs in; absent: the administrator. */
  readonly as?: { readonly username: string; readonly password: string }
}

export interface Tab {
  readonly page: Page
  readonly context: BrowserContext
  /** What the browser complained about: scripts that failed, what the policy blocked, failed requests. */
  readonly complaints: string[]
  readonly close: () => Promise<void>
}

const ADMIN = { username: 'admin', password: ADMIN_PASSWORD }

export async function openDesk(options: HouseOptions = {}): Promise<Desk> {
  const house = await openHouse(options)
  const browser = await launchBrowser()
  /** Signing in costs a password hash: each person does it once. */
  const kept = new Map<string, Awaited<ReturnType<BrowserContext['storageState']>>>()
  return {
    house,
    office: await adminOffice(house),
    open: async (path, { theme = 'light', width = 1280, height = 800, as = ADMIN } = {}) => {
      const storageState = kept.get(as.username)
      const context = await browser.newContext({
        colorScheme: theme,
        viewport: { width, height },
        acceptDownloads: true,
        ...(storageState && { storageState }),
      })
      // Shorter than a test's own: what was waited for is then named.
      context.setDefaultTimeout(15_000)
      const page = await context.newPage()
      const complaints = listen(page)
      await page.goto(`${house.url}/console${path}`)
      const signInField = page.getByLabel('Username or e-mail address')
      await page.locator('#page h1').or(signInField).first().waitFor()
      if (await signInField.isVisible()) {
        await signIn(page, as)
        await page.locator('#page h1').waitFor()
        kept.set(as.username, await context.storageState())
        complaints.length = 0
      }
      return { page, context, complaints, close: () => context.close() }
    },
    close: async () => {
      await closeBrowser(browser)
      await house.close()
    },
  }
}

async function closeBrowser(browser: Browser): Promise<void> {
  await Promise.all(browser.contexts().map((context) => context.close()))
  await browser.close()
}

function listen(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', (error) => void complaints.push(String(error)))
  return complaints
}

/** On the sign-in page, where the console sends whoever has no session. */
export async function signIn(page: Page, { username, password } = ADMIN): Promise<void> {
  await page.getByLabel('Username or e-mail address').fill(username)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
}

/** Whether something still fades. What is about to fade in has no animation yet, but has been made invisible for it. */
const FADING = `
  document.getAnimations().some((one) => one.playState === 'running') ||
  [...document.querySelectorAll('[style]')].some((one) => one.style.opacity === '0' && one.checkVisibility())`

/** Everyone can read and use the page: WCAG as axe finds it, one heading, and nothing wider than the window. */
export async function judge({ page }: Tab): Promise<void> {
  await page.locator('h1').first().waitFor()
  await expect.poll(() => page.evaluate(FADING)).toBe(false)
  // A menu floats above the page: it is in no landmark, and need not be. The size of targets is not looked at unasked.
  const rules = { region: { enabled: false }, 'target-size': { enabled: true } }
  const { violations } = await new AxeBuilder({ page }).options({ rules }).analyze()
  expect(
    violations.map(({ id, nodes }) => [id, nodes.map(({ html, failureSummary }) => [html, failureSummary])]),
  ).toEqual([])
  expect(await page.locator('h1').count()).toBe(1)
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
}

/** The list on the page, as a person uses it. */
export function listOf(page: Page) {
  const table = page.locator('table[aria-rowcount]')
  const rows = table.locator('tbody tr[data-row]')
  const settled = async () => {
    await expect.poll(() => table.getAttribute('aria-busy')).toBe('false')
  }
  return {
    table,
    rows,
    /** What the first column says, row by row. */
    names: async (): Promise<string[]> => {
      await settled()
      return (await rows.locator('th').allInnerTexts()).map((text) => text.split('\n')[0]?.trim() ?? '')
    },
    row: (name: string): Locator => rows.filter({ has: page.getByRole('rowheader', { name, exact: true }) }),
    filter: (title: string): Locator => table.getByLabel(`Filter by ${title}`, { exact: true }),
    header: (title: string): Locator => table.getByRole('columnheader', { name: title, exact: true }),
    sortBy: (title: string): Promise<void> => table.getByRole('button', { name: title, exact: true }).click(),
    count: (): Locator => page.locator('section[aria-label] > div').last().getByRole('status'),
    openMenu: async (name: string): Promise<Locator> => {
      await page.getByRole('button', { name: `More for ${name}`, exact: true }).click()
      return page.getByRole('menu')
    },
  }
}
