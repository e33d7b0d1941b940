/** The pages of the device flow in a real browser: who can read them, and that they work as a person uses them. */
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './chromium.ts'
import { addClient, addUser, USER_PASSWORD } from './clients.ts'
import { begin, DEVICE_CODE, type Device, poll } from './device-flow.ts'
import { type House, openHouse } from './house.ts'

const television: Device = { client: { client_id: 'television' }, scope: 'openid profile offline_access' }
let house: House
let browser: Browser

beforeAll(async () => {
  house = await openHouse()
  await addClient(house, {
    client_id: 'television',
    client_name: 'Television',
    grant_types: [DEVICE_CODE, 'refresh_token'],
    scope: 'openid profile offline_access',
    token_endpoint_auth_method: 'none',
  })
  await addUser(house, { username: 'ada' })
  browser = await launchBrowser()
}, 120_000)

afterAll(async () => {
  await browser.close()
  await house.close()
})

async function judge(tab: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: tab }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([])
  expect(await tab.locator('h1').count()).toBe(1)
  expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
}

describe.each(['light', 'dark'] as const)('360 px wide, %s', (colorScheme) => {
  test('every page is accessible, and the policy blocks nothing', async () => {
    const context = await browser.newContext({ viewport: { width: 360, height: 640 }, colorScheme })
    const tab = await context.newPage()
    const complaints: string[] = []
    tab.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    const code = await begin(house, television)
    await tab.goto(code.verification_uri)
    await judge(tab)
    await tab.getByLabel('Code').fill('BBBB-BBBB')
    await tab.getByRole('button', { name: 'Continue' }).click()
    await tab.getByRole('alert').waitFor()
    await judge(tab)
    await tab.goto(code.verification_uri_complete)
    expect(await tab.getByLabel('Code').inputValue()).toBe(code.user_code)
    await judge(tab)
    await tab.getByRole('button', { name: 'Continue' }).click()
    await tab.getByLabel('Username or e-mail address').fill('ada')
    await tab.getByLabel('Password').fill(USER_PASSWORD)
    await tab.getByRole('button', { name: 'Sign in' }).click()
    await tab.getByRole('heading', { name: 'Allow Television on another device?' }).waitFor()
    await judge(tab)
    await tab.getByRole('button', { name: 'Allow' }).click()
    await tab.getByRole('heading', { name: 'The device is connected' }).waitFor()
    await judge(tab)
    expect(await poll(house, television, code.device_code)).toMatchObject({ status: 200 })
    // A wrong code is answered with its status, which the console mentions.
    expect(complaints.filter((text) => !text.includes('status of 4'))).toEqual([])
    await context.close()
  })
})
