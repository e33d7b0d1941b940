/** Every page for people, in a real browser: who can read it, on which screen, and that nothing on it is blocked. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from '../chromium.ts'
import { type Gallery, openGallery, PAGE_NAMES } from './gallery.ts'

const SCREENS = [
  { colorScheme: 'light', width: 1280, height: 800 },
  { colorScheme: 'dark', width: 360, height: 640 },
] as const

let gallery: Gallery
let browser: Browser

beforeAll(async () => {
  gallery = await openGallery()
  browser = await launchBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await gallery.close()
})

describe.each(PAGE_NAMES)('%s', (name) => {
  test('WCAG 2.2 AA in light and dark, wide and narrow; the policy blocks nothing', async () => {
    const context = await browser.newContext()
    const page = await context.newPage()
    const blocked = complaintsOf(page)
    await gallery.go(page, name)
    expect(await page.locator('h1').count()).toBe(1)
    for (const { colorScheme, ...viewport } of SCREENS) {
      await page.emulateMedia({ colorScheme })
      await page.setViewportSize(viewport)
      const { violations } = await new AxeBuilder({ page }).analyze()
      const found = violations.map(({ id, nodes }) => ({ id, where: nodes.map(({ html }) => html) }))
      expect(found, `${colorScheme} at ${viewport.width}`).toEqual([])
      expect(await overflow(page), `wider than ${viewport.width}`).toBe(0)
    }
    expect(blocked).toEqual([])
    await context.close()
  })
})

test('where nothing is, a program is told as OAuth tells it', async () => {
  const response = await fetch(`${gallery.house.url}/nowhere`)
  expect(response.headers.get('vary')).toBe('Accept')
  expect(await response.json()).toMatchObject({ error: 'not_found' })
})

/** What the browser refused to load, run or send. A status that is no success is reported too, and meant. */
function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = []
  page.on('console', (message) => {
    if (!message.text().startsWith('Failed to load resource: the server responded with'))
      complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(error.message))
  return complaints
}

/** Pixels that only scrolling sideways would show. */
function overflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth')
}
