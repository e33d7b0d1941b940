/** Users in the console: who is there, how they come in, and what they have allowed. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addConsent } from '#store/consents.ts'
import { addClient, addUser, realmOf, USER_PASSWORD } from '../clients.ts'
import { REDIRECT_URI, tokensOf } from '../code-flow.ts'
import { type Desk, judge, listOf, openDesk, signIn } from './desk.ts'

const hostile = '<script>alert(1)</script> \u202eevil'
const rita = { username: 'rita', password: USER_PASSWORD }

let desk: Desk
let ada: string
let ritaId: string

beforeAll(async () => {
  desk = await openDesk()
  const { house, office } = desk
  await office.post('/realms/default/roles', { name: 'editor', description: 'May change articles' })
  ada = await addUser(house, { username: 'ada', name: 'Ada Lovelace', email: 'ada@shop.example' })
  await addUser(house, { username: 'grace', name: 'Grace Hopper', email: 'grace@navy.example' })
  await addUser(house, { username: hostile, name: hostile, email: 'evil@shop.example' })
  await addClient(house, { client_id: 'shop-web', client_name: 'The shop', redirect_uris: ['https://shop.example/cb'] })
  const { body } = await office.post('/realms/system/users', { ...rita, roles: ['viewer'] })
  ritaId = body.id
}, 120_000)

afterAll(() => desk.close())

const users = '/realms/default/users'

async function told(page: Page, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).first().waitFor()
}

describe('users', () => {
  test('are found by a part of the username or e-mail address, on Enter and on leaving the field', async () => {
    const { page, close } = await desk.open(users)
    const list = listOf(page)
    await list.filter('Username').fill('AD')
    await list.filter('Username').press('Enter')
    await expect.poll(list.names).toEqual(['ada'])
    expect(page.url()).toContain('username=AD')
    await list.filter('Username').fill('')
    await list.filter('E-mail').fill('navy')
    await page.getByRole('heading', { name: 'Users' }).click()
    await expect.poll(list.names).toEqual(['grace'])
    await close()
  })

  test('a hostile name is text, in the list and on its page', async () => {
    const { page, complaints, close } = await desk.open(users)
    await listOf(page).row(hostile).getByRole('link').first().click()
    await expect.poll(() => page.locator('#page h1').innerText()).toBe(hostile)
    expect(await page.title()).toBe(`${hostile} · Sallyport`)
    expect(complaints).toEqual([])
    await close()
  })

  test('a new one is made by the keyboard alone; what does not fit is said at its field', async () => {
    const { page, close } = await desk.open(users)
    await page.getByRole('link', { name: 'New user' }).focus()
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'New user' }).waitFor()
    await page.getByLabel('Username').fill('ada')
    await page.getByLabel('E-mail', { exact: true }).fill('no address')
    await page.getByLabel('Username').press('Enter')
    await told(page, 'Must be an e-mail address.')
    await page.getByLabel('E-mail', { exact: true }).fill('barbara@shop.example')
    await page.getByRole('button', { name: 'Generate' }).click()
    const password = await page.getByLabel('Password', { exact: true }).inputValue()
    expect(password).toMatch(/^[A-Za-z0-9]{20}$/)
    await page.getByRole('combobox', { name: 'Roles' }).fill('edi')
    await page.getByRole('option', { name: 'editor' }).click()
    await page.getByLabel('Town').fill('Los Angeles')
    await page.getByLabel('Username').press('Enter')
    await page
      .getByText(/taken|in use/i)
      .first()
      .waitFor()
    await page.getByLabel('Username').fill('barbara')
    await page.getByLabel('Username').press('Enter')
    await told(page, 'barbara was made')
    const id = page.url().split('/').at(-1)
    expect((await desk.office.get(`${users}/${id}`)).body).toMatchObject({
      username: 'barbara',
      email: 'barbara@shop.example',
      roles: ['editor'],
      address: { locality: 'Los Angeles' },
      must_change_password: true,
      enabled: true,
    })
    await close()
  })

  test('the profile is changed field by field, and what is emptied is gone', async () => {
    const path = `${users}/${ada}`
    await desk.office.patch(path, { address: { locality: 'Turin', country: 'Italy' }, phone_number: '+39 011 555' })
    const { page, close } = await desk.open(path)
    await page.getByLabel('Town').fill('')
    await page.getByLabel('Phone').fill('')
    await page.getByLabel('Given name').fill('Ada')
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'ada is saved')
    const { body } = await desk.office.get(path)
    expect(body).toMatchObject({ given_name: 'Ada', phone_number: null, address: { country: 'Italy' } })
    expect(body.address).not.toHaveProperty('locality')
    await page.getByRole('link', { name: 'History' }).click()
    await page
      .getByRole('row', { name: /given_name/ })
      .first()
      .waitFor()
    await close()
  })

  test('what a button above the form changes stands in the form', async () => {
    const { page, close } = await desk.open(`${users}/${ada}`)
    const isEnabled = page.getByRole('switch', { name: 'Enabled' })
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await expect.poll(() => isEnabled.isChecked()).toBe(false)
    await page.getByLabel('Family name').fill('Lovelace')
    await page.getByRole('button', { name: 'Enable', exact: true }).click()
    await told(page, 'ada is enabled')
    // Where something was typed nothing is taken from under it.
    expect(await page.getByLabel('Family name').inputValue()).toBe('Lovelace')
    await close()
  })

  test('a deleted one is back by Undo, disabled; Cancel keeps them', async () => {
    const { page, close } = await desk.open(users)
    const list = listOf(page)
    const ask = async () => {
      await (await list.openMenu('grace')).getByRole('menuitem', { name: 'Delete' }).click()
      return page.getByRole('dialog', { name: 'Delete grace?' })
    }
    await (await ask()).getByRole('button', { name: 'Cancel' }).click()
    expect(await list.row('grace').count()).toBe(1)
    await (await ask()).getByRole('button', { name: 'Delete' }).click()
    await told(page, 'grace was deleted')
    await expect.poll(() => list.row('grace').count()).toBe(0)
    await page.getByRole('button', { name: 'Undo' }).click()
    await expect.poll(() => list.row('grace').innerText()).toContain('Disabled')
    await close()
  })

  test('many are disabled at once', async () => {
    const { page, close } = await desk.open(`${users}?search=shop.example`)
    await page.getByRole('checkbox', { name: 'Select ada', exact: true }).check()
    await page.getByRole('button', { name: 'Disable', exact: true }).click()
    await told(page, '1 user disabled')
    await expect.poll(async () => (await desk.office.get(`${users}/${ada}`)).body.enabled).toBe(false)
    await desk.office.patch(`${users}/${ada}`, { enabled: true })
    await close()
  })

  test('what applications hold is shown after a real sign-in, and revoked', async () => {
    const grants = { grant_types: ['authorization_code'], scope: 'openid' }
    const fields = { client_id: 'till', redirect_uris: [REDIRECT_URI], ...grants }
    const client = await addClient(desk.house, fields)
    await tokensOf(desk.house, { client, username: 'ada' })
    const { page, close } = await desk.open(`${users}/${ada}/sessions`)
    await page.getByRole('table', { name: 'Sessions' }).getByRole('row').nth(1).waitFor()
    await page.getByRole('button', { name: 'Revoke the tokens of till' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revoke' }).click()
    await told(page, 'No application has tokens of this user.')
    expect((await desk.office.get('/realms/default/clients/till/tokens')).body.total).toBe(0)
    await close()
  })

  test('consents are withdrawn', async () => {
    const { db } = desk.house.app.context
    const realm = await realmOf(desk.house, 'default')
    const client = await db.sql
      .selectFrom('clients')
      .select('id')
      .where('realm_id', '=', realm.id)
      .where('client_id', '=', 'shop-web')
      .executeTakeFirstOrThrow()
    await addConsent(db, ada, client.id, 'openid email')
    const { page, close } = await desk.open(`${users}/${ada}/consents`)
    const list = listOf(page)
    await expect.poll(list.names).toEqual(['shop-web'])
    await (await list.openMenu('shop-web')).getByRole('menuitem', { name: 'Withdraw' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Withdraw' }).click()
    await told(page, 'No consents')
    expect((await desk.office.get(`${users}/${ada}/consents`)).body.total).toBe(0)
    await close()
  })
})

describe('how a user comes in', () => {
  const path = () => `/realms/system/users/${ritaId}`

  test('failed sign-ins are shown, and released', async () => {
    const tab = await desk.open('/system/about')
    const { page } = tab
    await tab.context.clearCookies()
    for (const password of ['wrong', 'wrong again']) {
      await page.goto(`${desk.house.url}/console/system/about`)
      await page.getByLabel('Username or e-mail address').waitFor()
      await signIn(page, { username: rita.username, password })
      await page
        .getByText(/not right|wrong|incorrect|do not match/i)
        .first()
        .waitFor()
    }
    await tab.close()
    const { page: admin, close } = await desk.open(`${path()}/credentials`)
    const count = admin.locator('dt', { hasText: 'Wrong passwords' }).locator('xpath=following-sibling::dd')
    await expect.poll(() => count.innerText()).toBe('2')
    await admin.getByRole('button', { name: 'Release' }).click()
    await told(admin, 'The failed sign-ins are forgotten')
    await expect.poll(() => count.innerText()).toBe('0')
    await admin.goto(`${desk.house.url}/console${path()}/activity`)
    await admin.getByRole('table', { name: 'Events' }).getByRole('row').nth(1).waitFor()
    await close()
  })

  test('whoever signs in is seen at once, and is signed out everywhere from here', async () => {
    const hers = await desk.open('/realms/default/users', { as: rita })
    const { page, close } = await desk.open(`${path()}/sessions`)
    const sessions = page.getByRole('table', { name: 'Sessions' }).getByRole('row')
    await expect.poll(() => sessions.count()).toBe(2)
    await page.getByRole('button', { name: 'Sign out everywhere' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sign out everywhere' }).click()
    await told(page, 'Not signed in anywhere.')
    await told(page, 'No application has tokens of this user.')
    await hers.page.getByRole('button', { name: 'Refresh' }).click()
    await hers.page.getByRole('dialog', { name: 'Your session has ended' }).waitFor()
    await hers.close()
    await close()
  })

  test('a password is set, and is the one that counts', async () => {
    const tab = await desk.open(`${path()}/credentials`)
    const { page, close } = tab
    await page.getByRole('button', { name: 'Set password' }).click()
    const dialog = page.getByRole('dialog', { name: 'New password for rita' })
    await judge(tab)
    await dialog.getByRole('button', { name: 'Set password' }).click()
    await told(page, 'Must have at least 8 characters.')
    await dialog.getByLabel('New password').fill('short')
    await dialog.getByRole('button', { name: 'Set password' }).click()
    await expect.poll(() => dialog.getByLabel('New password').getAttribute('aria-invalid')).toBe('true')
    const password = 'a new one for rita, and long'
    await dialog.getByLabel('New password').fill(password)
    await dialog.getByLabel('Must change it').uncheck({ force: true })
    await dialog.getByRole('button', { name: 'Set password' }).click()
    await told(page, 'rita has a new password')
    const hers = await desk.open('/realms/default/roles', { as: { username: 'rita', password } })
    await hers.page.getByRole('heading', { name: 'Roles' }).waitFor()
    expect(await hers.page.getByRole('button', { name: /New role|More for/ }).count()).toBe(0)
    await hers.page.goto(`${desk.house.url}/console${users}/${ada}`)
    await hers.page.getByLabel('Given name').waitFor()
    expect(await hers.page.getByLabel('Given name').isEditable()).toBe(false)
    expect(await hers.page.getByRole('button', { name: /Delete|Disable|Submit/ }).count()).toBe(0)
    await hers.close()
    await close()
  })

  test('nobody deletes or disables themselves', async () => {
    const { page, close } = await desk.open('/realms/system/users')
    await page.getByRole('link', { name: 'admin', exact: true }).click()
    await told(page, 'This is you')
    expect(await page.getByRole('button', { name: /Delete|Disable/ }).count()).toBe(0)
    await close()
  })
})

describe('every page', () => {
  test.each([
    ['light', {}],
    ['dark', { theme: 'dark' }],
    ['360 px wide', { width: 360, height: 740 }],
  ] as const)(
    '%s: is accessible, and the browser has nothing to complain about',
    async (_name, options) => {
      const tab = await desk.open(users, options)
      const user = ['', '/credentials', '/sessions', '/consents', '/activity', '/history'].map(
        (at) => `${users}/${ada}${at}`,
      )
      for (const path of [users, `${users}/new`, ...user]) {
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
