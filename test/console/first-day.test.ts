/** The first day: from the generated password to a client that works, is found, taken along, deleted and back again. */
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from '../chromium.ts'
import { addUser, USER_PASSWORD } from '../clients.ts'
import { type House, openHouse } from '../house.ts'
import { adminOffice, type Office } from '../office.ts'
import { listOf, signIn } from './desk.ts'

const ownPassword = 'a lantern in the gatehouse'
let house: House
let office: Office
let browser: Browser

/** How somebody works: with the mouse, or by keys alone. */
interface Hand {
  readonly press: (target: Locator) => Promise<void>
  readonly type: (target: Locator, text: string) => Promise<void>
}

const mouse: Hand = {
  press: (target) => target.click(),
  type: (target, text) => target.fill(text),
}

/** Goes on by Tab, in a menu by the arrow, and round if need be, until that is what has the focus. */
async function goTo(target: Locator): Promise<void> {
  await target.waitFor()
  const page = target.page()
  const key = (await target.getAttribute('role')) === 'menuitem' ? 'ArrowDown' : 'Tab'
  for (let steps = 0; steps < 150; steps += 1) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return
    await page.keyboard.press(key)
  }
  throw new Error(`no key leads to ${target.toString()}`)
}

const keys: Hand = {
  press: async (target) => {
    await goTo(target)
    await target.page().keyboard.press('Enter')
  },
  type: async (target, text) => {
    await goTo(target)
    await target.page().keyboard.press('ControlOrMeta+a')
    await target.page().keyboard.type(text)
  },
}

beforeAll(async () => {
  house = await openHouse({ env: { SALLYPORT_ADMIN_PASSWORD: '' } })
  office = await adminOffice(house)
  await addUser(house, { username: 'ada' })
  browser = await launchBrowser()
}, 60_000)

afterAll(async () => {
  await browser.close()
  await house.close()
})

async function openWindow(width: number): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width, height: 800 }, acceptDownloads: true })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  await page.goto(`${house.url}/console/`)
  return { context, page }
}

async function signInBy(hand: Hand, page: Page, username: string, password: string): Promise<void> {
  await hand.type(page.getByLabel('Username or e-mail address'), username)
  await hand.type(page.getByLabel('Password', { exact: true }), password)
  await hand.press(page.getByRole('button', { name: 'Sign in' }))
}

async function registerBy(hand: Hand, page: Page, id: string): Promise<string> {
  await page.goto(`${house.url}/console/realms/default/clients`)
  await hand.press(page.getByRole('link', { name: 'New client' }).first())
  await page.getByRole('heading', { name: 'New client' }).waitFor()
  await hand.type(page.getByRole('textbox', { name: 'Client ID', exact: true }), id)
  await hand.type(page.getByRole('textbox', { name: 'Name' }), `The ${id}`)
  await hand.press(page.getByRole('button', { name: 'Submit', exact: true }))
  await page.getByRole('heading', { name: `${id} is registered` }).waitFor()
  return (await page.getByLabel('The secret').innerText()).trim()
}

async function runFlowBy(hand: Hand, page: Page, secret: string): Promise<void> {
  await hand.press(page.getByRole('link', { name: 'Open the client' }))
  await hand.press(page.getByRole('link', { name: 'Try it', exact: true }))
  await hand.press(page.getByRole('button', { name: 'Add it' }))
  await page.getByText(/is among its redirect URIs/).waitFor()
  await hand.type(page.getByRole('textbox', { name: 'Client secret' }), secret)
  const opening = page.context().waitForEvent('page')
  await hand.press(page.getByRole('button', { name: 'Try it', exact: true }))
  const popup = await opening
  const allow = popup.getByRole('button', { name: 'Allow' })
  const username = popup.getByLabel('Username or e-mail address')
  await username.or(allow).first().waitFor()
  if (await username.isVisible()) await signInBy(hand, popup, 'ada', USER_PASSWORD)
  await hand.press(allow)
  const step = page.getByRole('listitem', { name: 'Token request', exact: true })
  await step.getByText('200', { exact: true }).waitFor()
}

/** Registers a client, runs its flow, finds it, takes the list along, deletes the client and takes that back. */
async function journey(hand: Hand, page: Page, id: string): Promise<void> {
  const path = `/realms/default/clients/${id}`
  await runFlowBy(hand, page, await registerBy(hand, page, id))
  expect((await office.get(path)).body).toMatchObject({
    client_name: `The ${id}`,
    expires_in: 3600,
    passthru_user: 'ada',
    authorization_code: { state: 'redeemed' },
    access_token: { state: 'issued' },
  })
  await page.goto(`${house.url}/console/realms/default/clients`)
  const list = listOf(page)
  await hand.type(list.filter('Client ID'), id.slice(1))
  await page.keyboard.press('Enter')
  await expect.poll(() => list.names()).toEqual([id])
  await hand.press(page.getByRole('button', { name: 'Export' }))
  const saving = page.waitForEvent('download')
  await hand.press(page.getByRole('menuitem', { name: 'CSV' }))
  expect(await readFile(await (await saving).path(), 'utf8')).toContain(`"${id}","The ${id}"`)
  await list.row(id).focus()
  await hand.press(page.getByRole('button', { name: `More for ${id}`, exact: true }))
  await hand.press(page.getByRole('menuitem', { name: 'Delete' }))
  const dialog = page.getByRole('dialog', { name: `Delete ${id}?` })
  await hand.press(dialog.getByRole('button', { name: 'Delete', exact: true }))
  await page.getByText(`${id} was deleted`).waitFor()
  expect((await office.get(path)).status).toBe(404)
  await hand.press(page.getByRole('button', { name: 'Undo' }))
  await page.getByText(`${id} is back, disabled`).waitFor()
  expect((await office.get(path)).body.enabled).toBe(false)
}

test('with the generated password, which has to be changed before anything else', async () => {
  const { context, page } = await openWindow(1280)
  const generated = readFileSync(join(house.config.dataDir, 'admin.password'), 'utf8').trim()
  await signIn(page, { username: 'admin', password: generated })
  await page.getByRole('heading', { name: 'Choose a new password' }).waitFor()
  // Another way in is none: the console is not open before the password is changed.
  const second = await context.newPage()
  await second.goto(`${house.url}/console/realms/default/clients`)
  await second.getByLabel('Username or e-mail address').waitFor()
  expect(await second.locator('#page').count()).toBe(0)
  await second.close()
  await page.getByLabel('New password', { exact: true }).fill(ownPassword)
  await page.getByLabel('New password, once more').fill(ownPassword)
  await page.locator('#change_password').click()
  await page.locator('#page h1').waitFor()
  await journey(mouse, page, 'first-web')
  await context.close()
}, 90_000)

test('by keys alone', async () => {
  const { context, page } = await openWindow(1280)
  await signInBy(keys, page, 'admin', ownPassword)
  await page.locator('#page h1').waitFor()
  await journey(keys, page, 'keyed-web')
  expect(await listOf(page).names()).toEqual(['keyed-web'])
  await context.close()
}, 90_000)

test('360 px wide', async () => {
  const { context, page } = await openWindow(360)
  await signInBy(mouse, page, 'admin', ownPassword)
  await page.locator('#page h1').waitFor()
  await journey(mouse, page, 'small-web')
  expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true)
  await context.close()
}, 90_000)
