/** Quick start: programs that run as they stand there. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, type Credentials } from '../clients.ts'
import { type Desk, judge, openDesk } from './desk.ts'

const path = '/realms/default/clients/nightly-report/quick-start'
let desk: Desk
let page: Page
let machine: Credentials

beforeAll(async () => {
  desk = await openDesk()
  const { house } = desk
  machine = await addClient(house, { client_id: 'nightly-report', grant_types: ['client_credentials'] })
  await addClient(house, {
    client_id: 'shop-web',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
    redirect_uris: ['https://shop.example/callback'],
    scope: 'openid profile offline_access',
  })
  page = (await desk.open(path)).page
}, 180_000)

afterAll(() => desk.close())

async function open(where: string): Promise<void> {
  await page.goto(`${desk.house.url}/console${where}`)
  await page.locator('pre').waitFor()
}

test('the programs run as they stand there', async () => {
  const env = { ...process.env, OAUTH_CLIENT_SECRET: machine.client_secret }
  await open(path)
  await page.getByText('Node.js', { exact: true }).click()
  const program = await page.locator('pre').innerText()
  expect(program).not.toContain(machine.client_secret)
  const node = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program], { env })
  expect(node.stdout).toContain("token_type: 'bearer'")
  await page.getByText('curl', { exact: true }).click()
  const command = (await page.locator('pre').innerText()).replace('<the client secret>', machine.client_secret)
  const curl = await promisify(execFile)('sh', ['-c', command])
  expect(JSON.parse(curl.stdout)).toMatchObject({ token_type: 'Bearer' })
})

test('each grant that the client may use, in each language, with its own values', async () => {
  await open('/realms/default/clients/shop-web/quick-start')
  const grants = page.getByRole('radiogroup', { name: 'Grant' }).getByRole('radio')
  await expect.poll(() => grants.count()).toBe(4)
  for (const language of ['curl', 'Node.js', 'Python', 'Go', 'Java']) {
    await page.getByText(language, { exact: true }).click()
    await expect.poll(() => page.locator('pre').innerText()).toContain('shop-web')
    expect(await page.locator('pre').innerText()).toContain(`${desk.house.url}/realms/default`)
  }
  await page.getByText('Client credentials', { exact: true }).click()
  await expect.poll(() => page.url()).toContain('grant=client_credentials')
})

test.each([
  ['light', 1280],
  ['dark', 1280],
  ['light', 360],
] as const)('%s, %i px: accessible, and nothing wider than the window', async (theme, width) => {
  const other = await desk.open('/realms/default/clients/shop-web/quick-start', { theme, width })
  await other.page.locator('pre').waitFor()
  await judge(other)
  expect(other.complaints).toEqual([])
  await other.close()
})
