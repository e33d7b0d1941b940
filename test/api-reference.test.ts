import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './chromium.ts'
import { ADMIN_PASSWORD, type House, openHouse } from './house.ts'

describe('the interactive API reference', () => {
  let house: House
  let chromium: Browser

  beforeAll(async () => {
    house = await openHouse()
    chromium = await launchBrowser()
  })
  afterAll(async () => {
    await chromium.close()
    await house.close()
  })

  test('somebody signs in with sallyport-swagger and PKCE, runs realms.list and sees 200', async () => {
    const page = await chromium.newPage()
    page.setDefaultTimeout(15_000)
    const problems: string[] = []
    page.on('console', (message) => void (message.type() === 'error' && problems.push(message.text())))
    page.on('pageerror', (error) => void problems.push(error.message))
    const asked: string[] = []
    page.on('request', (request) => void asked.push(request.url()))
    await page.goto(`${house.url}/api/v1/docs`)
    await page.locator('.btn.authorize').first().click()
    const flow = page.locator('.auth-container').filter({ hasText: 'authorizationCode with PKCE' })
    const coming = page.waitForEvent('popup')
    await flow.locator('.btn.authorize').click()
    const popup = await coming
    const closed = popup.waitForEvent('close')
    await popup.locator('#username').fill('admin')
    await popup.locator('#password').fill(ADMIN_PASSWORD)
    await popup.locator('button[type=submit]').click()
    await closed
    await flow.locator('button', { hasText: 'Logout' }).waitFor()
    await page.locator('.close-modal').click()
    await page.locator('.opblock-tag[data-tag="realm"]').click()
    const operation = page.locator('.opblock-get').filter({ has: page.locator('[data-path="/realms"]') })
    await operation.locator('.opblock-summary-control').click()
    await operation.locator('.btn.execute').click()
    const live = operation.locator('.live-responses-table tbody')
    await live.waitFor()
    expect(await live.locator('.response-col_status').innerText()).toContain('200')
    expect(await live.innerText()).toContain('"name": "system"')
    expect(asked.filter((url) => !url.startsWith(house.url) && !url.startsWith('data:'))).toEqual([])
    expect(problems).toEqual([])
    await page.close()
  })

  test('the pages allow no script of their own text and no frame; files are immutable, and packed on request', async () => {
    const page = await fetch(`${house.url}/api/v1/docs/`)
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    const text = await page.text()
    expect(text).not.toMatch(/<script>|<style|\son\w+=/)
    for (const [, path] of text.matchAll(/(?:src|href)="(\/api\/[^"]+)"/g)) {
      const file = await fetch(house.url + path)
      expect(file.status).toBe(200)
      expect(file.headers.get('cache-control')).toContain('immutable')
      expect(file.headers.get('content-encoding')).toBe('gzip')
      expect((await file.text()).length).toBeGreaterThan(100)
    }
    expect((await fetch(`${house.url}/api/v1/docs/assets/package.json`)).status).toBe(404)
    expect((await fetch(`${house.url}/api/v1/docs/assets/..%2fpackage.json`)).status).toBe(404)
    expect((await fetch(`${house.url}/api/v1/docs/nothing`)).status).toBe(401)
  })
})
