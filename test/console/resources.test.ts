/** Roles, scopes and APIs in the console: what people can be, and what can be asked for. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Desk, judge, listOf, openDesk } from './desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await desk.office.post('/realms/default/roles', { name: 'editor', description: 'May change articles' })
  await desk.office.post('/realms/default/roles', {
    name: 'approver',
    description: '=HYPERLINK("http://evil.example")',
  })
}, 120_000)

afterAll(() => desk.close())

async function told(page: Page, text: string): Promise<void> {
  await page.getByText(text, { exact: true }).first().waitFor()
}

describe('roles, scopes and APIs', () => {
  test('a role is made in a dialog, changed, and gone back with', async () => {
    const tab = await desk.open('/realms/default/roles')
    const { page, close } = tab
    await page.getByRole('button', { name: 'New role' }).click()
    const dialog = page.getByRole('dialog', { name: 'New role' })
    await dialog.getByLabel('Name').fill('editor')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await dialog
      .getByText(/taken|in use/i)
      .first()
      .waitFor()
    await judge(tab)
    await dialog.getByLabel('Name').fill('desk/night')
    await dialog.getByLabel('Description').fill('Works at night')
    await dialog.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'desk/night' }).waitFor()
    await page.getByLabel('Description').fill('Works by day')
    await page.getByRole('button', { name: 'Submit' }).click()
    await told(page, 'desk/night is saved')
    await page.getByRole('link', { name: 'History' }).click()
    await page.getByRole('button', { name: 'Revert to this' }).last().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click()
    await told(page, 'Reverted')
    const { body } = await desk.office.get('/realms/default/roles/desk%2Fnight')
    expect(body.description).toBe('Works at night')
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await told(page, 'desk/night was deleted')
    await page.getByRole('heading', { name: 'Roles' }).waitFor()
    expect(await listOf(page).names()).toEqual(['approver', 'editor'])
    await close()
  })

  test.each([
    ['roles', 'New role', 'Name'],
    ['settings/key', 'Set a KEY', 'KEY'],
  ])('the dialog of %s begins at its first field, and leaves the focus where it was', async (path, opener, field) => {
    const { page, close } = await desk.open(`/realms/default/${path}`)
    const focused = (of: Locator) => of.and(page.locator(':focus')).count()
    await page.getByRole('button', { name: opener }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(() => focused(page.getByRole('dialog').getByRole('textbox', { name: field }))).toBe(1)
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    await expect.poll(() => focused(page.getByRole('button', { name: opener }))).toBe(1)
    await close()
  })

  test('an API is registered, then a scope of it; deleting the API takes both', async () => {
    const { page, close } = await desk.open('/realms/default/scopes')
    await page.getByRole('link', { name: 'APIs', exact: true }).click()
    await page.getByRole('button', { name: 'New API' }).click()
    const api = page.getByRole('dialog', { name: 'New API' })
    await api.getByLabel('Identifier').fill('orders')
    await api.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => api.getByLabel('Identifier').getAttribute('aria-invalid')).toBe('true')
    await api.getByLabel('Identifier').fill('https://orders.example/api')
    await api.getByLabel('Name').fill('Orders')
    await api.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'Orders' }).waitFor()
    await page.goto(`${desk.house.url}/console/realms/default/scopes`)
    await page.getByRole('button', { name: 'New scope' }).click()
    const scope = page.getByRole('dialog', { name: 'New scope' })
    await scope.getByLabel('Name').fill('orders:read')
    await scope.getByRole('button', { name: 'Create' }).click()
    await expect.poll(() => scope.getByLabel('API').getAttribute('aria-invalid')).toBe('true')
    await scope.getByLabel('API').selectOption('https://orders.example/api')
    await scope.getByRole('button', { name: 'Create' }).click()
    await page.getByRole('heading', { name: 'orders:read' }).waitFor()
    await page.goto(`${desk.house.url}/console/realms/default/apis`)
    const list = listOf(page)
    await (await list.openMenu('https://orders.example/api')).getByRole('menuitem', { name: 'Delete' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
    await told(page, 'https://orders.example/api was deleted')
    expect((await desk.office.get('/realms/default/scopes/orders:read')).status).toBe(404)
    await close()
  })

  test('what comes with Sallyport cannot be deleted', async () => {
    const { page, close } = await desk.open('/realms/default/scopes/openid')
    await page.getByLabel('Description').waitFor()
    expect(await page.getByRole('button', { name: /Delete|Submit/ }).count()).toBe(0)
    await close()
  })
})

const rolePages = ['roles', 'roles/editor', 'roles/editor/history']
const scopePages = ['scopes', 'scopes/openid', 'scopes/outbound:call', 'scopes/outbound:call/history', 'apis']

describe('every page', () => {
  test.each([
    ['light', {}],
    ['dark', { theme: 'dark' }],
    ['360 px wide', { width: 360, height: 740 }],
  ] as const)(
    '%s: is accessible, and the browser has nothing to complain about',
    async (_name, options) => {
      const tab = await desk.open('/realms/default/roles', options)
      for (const path of [...rolePages, ...scopePages]) {
        await tab.page.goto(`${desk.house.url}/console/realms/default/${path}`)
        await tab.page.locator('#page h1').waitFor()
        await tab.page.waitForLoadState('networkidle')
        await judge(tab)
        // Of an object one tab is open, however its name is written in the address.
        if (path.includes('/')) expect(await tab.page.locator('#page nav [aria-current="page"]').count()).toBe(1)
      }
      expect(tab.complaints).toEqual([])
      await tab.close()
    },
    120_000,
  )
})
