/** Realms in the console: made, opened to older ways, keyed, deleted; who administers them, and what they sign with. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { USER_PASSWORD } from '../clients.ts'
import { basic, form } from '../requests.ts'
import { type Desk, judge, listOf, openDesk } from './desk.ts'

const rita = { username: 'rita', password: USER_PASSWORD }

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await desk.office.post('/realms', { name: 'acme', display_name: 'Acme', allow_password_grant: true })
  await desk.office.post('/realms/acme/users', { username: 'ada', password: USER_PASSWORD })
  await desk.office.post('/realms/system/users', { ...rita, roles: ['realm-admin:acme'] })
}, 120_000)

afterAll(() => desk.close())

async function told(page: Page, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).first().waitFor()
}

/** What the server says to the realm's own client, with that KEY. */
function withKey(realm: string, key: string): Promise<Response> {
  const body = form({ grant_type: 'password', username: 'ada', password: USER_PASSWORD })
  const headers = basic({ client_id: realm, client_secret: key })
  return fetch(`${desk.house.issuer(realm)}/token`, { method: 'POST', headers, body })
}

describe('a new realm', () => {
  test('shows its KEY once, lives as long as was said, and names the risk of older ways', async () => {
    const tab = await desk.open('/system/realms')
    const { page, close } = tab
    await page.getByRole('link', { name: 'New realm' }).click()
    await page.getByRole('heading', { name: 'New realm' }).waitFor()
    await page.locator('input[name=name]').fill('The Shop')
    await page.getByLabel('KEY').fill('short')
    await page.getByRole('button', { name: 'Create' }).click()
    await told(page, 'Must be 1 to 63 of a-z, 0-9 and -.')
    await told(page, 'Must have at least 24 characters.')
    await page.getByLabel('KEY').fill('')
    await page.locator('input[name=name]').fill('shop')
    await page.getByLabel('Token validity time').fill('2h')
    await page.getByText('2 hours', { exact: true }).waitFor()
    expect(await page.getByText(/see the passwords of people/).count()).toBe(0)
    await page.getByLabel('Allow the password grant').check({ force: true })
    await page.getByText(/see the passwords of people/).waitFor()
    await page.getByLabel('onesait Platform').check()
    await page.getByText(/stay out of logs/).waitFor()
    await judge(tab)
    await page.getByRole('button', { name: 'Create' }).click()
    const dialog = page.getByRole('dialog', { name: 'The KEY of shop' })
    const key = await dialog.getByLabel('The secret').innerText()
    expect(key.length).toBeGreaterThanOrEqual(43)
    await judge(tab)
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByRole('heading', { name: 'Realm shop' }).waitFor()
    const { body } = await desk.office.get('/realms/shop')
    expect(body).toMatchObject({ token_validity: 7200, allow_password_grant: true, facades: ['onesait'] })
    await desk.office.post('/realms/shop/users', { username: 'ada', password: USER_PASSWORD })
    expect((await withKey('shop', key)).status).toBe(200)
    expect(await page.locator('body').innerText()).not.toContain(key)
    await page.getByRole('link', { name: 'Older shapes' }).click()
    await expect.poll(listOf(page).names).toEqual(['shop'])
    expect(await listOf(page).rows.first().innerText()).toMatch(/Password grant\s+1\s/)
    await close()
  })

  test('a name that is taken is said at its field', async () => {
    const { page, close } = await desk.open('/system/realms/new')
    const name = page.locator('input[name=name]')
    await name.fill('acme')
    await page.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true')
    await close()
  })
})

describe('the settings of a realm', () => {
  test('durations are typed as people say them; two that contradict each other are refused at the field', async () => {
    const { page, close } = await desk.open('/realms/acme/settings')
    await page.getByLabel('Token validity time').fill('30m')
    await page.getByLabel('Session: unused for').fill('40d')
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'Must not be longer than session_absolute_seconds.')
    await page.getByLabel('Session: unused for').fill('1h')
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'The realm acme is saved')
    const { body } = await desk.office.get('/realms/acme')
    expect(body).toMatchObject({ token_validity: 1800, session_idle_seconds: 3600 })
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('row', { name: /token_validity 43200 1800/ }).waitFor()
    await close()
  })

  test('an older shape belongs to one realm: the other is refused, with the reason', async () => {
    await desk.office.patch('/realms/default', { facades: ['spring'] })
    const { page, close } = await desk.open('/realms/acme/settings')
    await page.getByLabel('Spring').check()
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'Another realm answers at the paths of spring.')
    expect((await desk.office.get('/realms/acme')).body.facades).toEqual([])
    await desk.office.patch('/realms/default', { facades: [] })
    await close()
  })

  test('system opens no older way, and has no KEY', async () => {
    const { page, close } = await desk.open('/realms/system/settings')
    await page.getByLabel('Allow the password grant').waitFor({ state: 'attached' })
    expect(await page.getByLabel('Allow the password grant').isDisabled()).toBe(true)
    expect(await page.getByLabel('AppMill').isDisabled()).toBe(true)
    await page.getByRole('link', { name: 'KEY', exact: true }).click()
    await told(page, 'No KEY')
    await close()
  })

  test('another KEY ends the one before', async () => {
    const tab = await desk.open('/realms/acme/settings/key')
    const { page, close } = tab
    const typed = 'a key that somebody typed by hand'
    await page.getByRole('button', { name: 'Set another KEY' }).click()
    const dialog = page.getByRole('dialog', { name: 'KEY of acme' }).first()
    await dialog.getByLabel('KEY').fill(typed)
    await judge(tab)
    await dialog.getByRole('button', { name: 'Set KEY' }).click()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    expect((await withKey('acme', typed)).status).toBe(200)
    await page.getByRole('button', { name: 'Set another KEY' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Set KEY' }).click()
    const generated = await page.getByLabel('The secret').innerText()
    await page.getByRole('button', { name: 'I have kept it' }).click()
    expect((await withKey('acme', typed)).status).toBe(401)
    expect((await withKey('acme', generated)).status).toBe(200)
    await close()
  })

  test('a realm is deleted by typing its name, and back by Undo, disabled', async () => {
    await desk.office.post('/realms', { name: 'gone', display_name: 'Gone soon' })
    const { page, close } = await desk.open('/realms/gone/settings')
    await page.getByRole('button', { name: 'Delete' }).click()
    const dialog = page.getByRole('dialog', { name: 'Delete the realm gone?' })
    const confirm = dialog.getByRole('button', { name: 'Delete realm' })
    await dialog.getByLabel('Type gone to confirm').fill('acme')
    expect(await confirm.isDisabled()).toBe(true)
    await dialog.getByLabel('Type gone to confirm').fill('gone')
    await confirm.click()
    await page.getByRole('heading', { name: 'Realms' }).waitFor()
    await expect.poll(() => listOf(page).row('gone').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => listOf(page).row('gone').innerText()).toContain('Disabled')
    await listOf(page).row('gone').getByRole('link').first().click()
    await page.getByRole('heading', { name: 'Realm gone' }).waitFor()
    await close()
  })
})

describe('keys', () => {
  test('the next ones sign at once, and the old ones stay published', async () => {
    const tab = await desk.open('/realms/acme/keys')
    const { page, close } = tab
    const before = (await desk.office.get('/realms/acme/keys')).body.items.length
    await page.getByRole('button', { name: 'Rotate now' }).click()
    const dialog = page.getByRole('dialog', { name: 'Rotate the keys now?' })
    await dialog.getByLabel('The keys of now are lost').check({ force: true })
    await dialog.getByText(/dead at once/).waitFor()
    await dialog.getByRole('button', { name: 'End the keys of now' }).waitFor()
    await judge(tab)
    await dialog.getByLabel('The keys of now are lost').uncheck({ force: true })
    await dialog.getByRole('button', { name: 'Rotate now' }).click()
    await told(page, 'The next keys sign from now on')
    await page.getByText('Retired', { exact: true }).first().waitFor()
    expect((await desk.office.get('/realms/acme/keys')).body.items.length).toBeGreaterThan(before)
    await page
      .getByRole('button', { name: /^Public key/ })
      .first()
      .click()
    const text = await page.getByRole('dialog', { name: 'Public key' }).locator('pre').innerText()
    expect(JSON.parse(text)).toHaveProperty('kty')
    expect(JSON.parse(text)).not.toHaveProperty('d')
    await close()
  })
})

describe('administrators', () => {
  test('a second one is made, signs in, and sees the one realm that is theirs', async () => {
    const { page, close } = await desk.open('/system/administrators')
    await page.getByRole('link', { name: 'New administrator' }).click()
    await page.getByRole('heading', { name: 'New administrator' }).waitFor()
    await page.getByLabel('Username').fill('otto')
    await page.getByLabel('Password', { exact: true }).fill(USER_PASSWORD)
    await page.getByLabel('Must change the password').uncheck({ force: true })
    await page.getByRole('combobox', { name: 'Roles' }).fill('admin:acme')
    await page.getByRole('option', { name: 'realm-admin:acme' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Create' }).click()
    await told(page, 'otto was made')
    const otto = await desk.open('/', { as: { username: 'otto', password: USER_PASSWORD } })
    await expect.poll(() => otto.page.url()).toContain('/console/realms/acme')
    await otto.close()
    await close()
  })

  test('an administrator of one realm changes its settings, and neither deletes it nor makes another', async () => {
    const { page, close } = await desk.open('/realms/acme/settings', { as: rita })
    await page.getByLabel('Display name').fill('Acme, by Rita')
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'The realm acme is saved')
    expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: /^(Realms|Administrators)$/ }).count()).toBe(0)
    await page.goto(`${desk.house.url}/console/system/realms`)
    await expect.poll(listOf(page).names).toEqual(['acme'])
    expect(await page.getByRole('link', { name: 'New realm' }).count()).toBe(0)
    await close()
  })
})

test('a viewer sees all of it, and no button that changes something', async () => {
  const vera = { username: 'vera', password: USER_PASSWORD }
  await desk.office.post('/realms/system/users', { ...vera, roles: ['viewer'] })
  const { page, close } = await desk.open('/system/realms', { as: vera })
  const seen = [
    ['/system/realms', 'Realms'],
    ['/system/administrators', 'Administrators'],
    ['/realms/acme/settings', 'Realm acme'],
    ['/realms/acme/settings/key', 'Realm acme'],
    ['/realms/acme/keys', 'Keys'],
    ['/system/about', 'About'],
  ] as const
  for (const [path, title] of seen) {
    await page.goto(`${desk.house.url}/console${path}`)
    await page.getByRole('heading', { name: title, level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    const offers = page.getByRole('button', { name: /Submit|Delete|Disable|Rotate|Set |More for/ })
    expect([path, await offers.count()]).toEqual([path, 0])
    expect([path, await page.getByRole('link', { name: /^(New|Edit)/ }).count()]).toEqual([path, 0])
  }
  expect(await page.locator('#page').innerText()).toContain('Apache-2.0')
  await close()
})

describe('every page', () => {
  test.each([
    ['light', {}],
    ['dark', { theme: 'dark' }],
    ['360 px wide', { width: 360, height: 740 }],
  ] as const)(
    '%s: is accessible, and the browser has nothing to complain about',
    async (_name, options) => {
      const tab = await desk.open('/system/realms', options)
      const realm = ['settings', 'settings/key', 'settings/older-shapes', 'settings/history', 'keys']
      const system = ['realms', 'realms/new', 'administrators', 'administrators/clients', 'administrators/new', 'about']
      const paths = [...realm.map((at) => `/realms/acme/${at}`), ...system.map((at) => `/system/${at}`)]
      for (const path of paths) {
        await tab.page.goto(`${desk.house.url}/console${path}`)
        await tab.page.locator('#page h1').waitFor()
        await tab.page.waitForLoadState('networkidle')
        await judge(tab)
      }
      expect(tab.complaints).toEqual([])
      await tab.close()
    },
    120_000,
  )
})
