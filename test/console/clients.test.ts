/** The list, on the list of clients: filters, sort, pages, choice, menus, keys, what is taken along. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient } from '../clients.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'

const path = '/realms/default/clients'
let desk: Desk
let tab: Tab
let page: Page
let list: ReturnType<typeof listOf>

/** 60 clients: `app-01` to `app-60`; every third is disabled, lifetimes grow by a minute each. */
beforeAll(async () => {
  desk = await openDesk()
  for (let number = 1; number <= 60; number += 1) {
    const id = `app-${String(number).padStart(2, '0')}`
    await addClient(desk.house, {
      client_id: id,
      client_name: `Application ${number}`,
      enabled: number % 3 !== 0,
      expires_in: 60 * number,
      grant_types: ['client_credentials'],
    })
  }
  tab = await desk.open(path)
  page = tab.page
  list = listOf(page)
}, 180_000)

afterAll(() => desk.close())

async function begin(query = ''): Promise<void> {
  await page.goto(`${desk.house.url}/console${path}${query}`)
  await expect.poll(() => list.names()).not.toEqual([])
}

describe('finding', () => {
  test('a filter takes a part of a word, on Enter, and stands in the address', async () => {
    await begin()
    await list.filter('Client ID').fill('PP-1')
    expect((await list.names()).length).toBe(25)
    await page.keyboard.press('Enter')
    await expect.poll(() => list.names()).toEqual(['app-10', ...range(11, 19)])
    expect(new URL(page.url()).search).toBe('?client_id=PP-1')
    await page.reload()
    await expect.poll(() => list.names()).toEqual(['app-10', ...range(11, 19)])
    expect(await list.filter('Client ID').inputValue()).toBe('PP-1')
  })

  test('and on leaving the field; Escape takes back what was not applied', async () => {
    await begin()
    await list.filter('Name').fill('ication 7')
    await page.keyboard.press('Tab')
    await expect.poll(() => list.names()).toEqual(['app-07'])
    await list.filter('Name').fill('nobody')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Tab')
    expect(await list.names()).toEqual(['app-07'])
  })

  test('numbers by comparison and as durations; what is none is said, and nothing is asked', async () => {
    await begin()
    const filter = list.filter('Expires in')
    for (const typed of ['< 3m', '60..120']) {
      await filter.fill(typed)
      await page.keyboard.press('Enter')
      await expect.poll(() => list.names()).toEqual(['app-01', 'app-02'])
    }
    await filter.fill('soon')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('Not understood. Examples: >1h, 60..3600').waitFor()
    expect(await filter.getAttribute('aria-invalid')).toBe('true')
    const told = page.locator(`[id="${await filter.getAttribute('aria-describedby')}"]`)
    expect(await told.innerText()).toContain('Not understood')
    expect(await list.names()).toEqual(['app-01', 'app-02'])
  })

  test('yes or no, and dates by the day or in Unix seconds', async () => {
    await begin()
    await list.filter('Enabled').selectOption('Disabled')
    await expect.poll(() => list.names()).toEqual(['app-03', 'app-06', ...range(9, 60).filter((_, i) => i % 3 === 0)])
    await begin()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'Created', exact: true }).click()
    await page.keyboard.press('Escape')
    const created = list.filter('Created')
    await created.fill('>2001-01-01')
    await created.press('Enter')
    await expect.poll(() => new URL(page.url()).searchParams.get('created_at')).toMatch(/^>\d{9}$/)
    expect(await created.inputValue()).toBe('>2001-01-01')
    await created.fill('<1000000000')
    await created.press('Enter')
    await page.getByText('No client fits').waitFor()
    await page.getByRole('button', { name: 'Clear filter', exact: true }).click()
    await expect.poll(async () => (await list.names()).length).toBe(25)
  })

  test('search looks into ID and name; `/` leads to it', async () => {
    await begin()
    await page.keyboard.press('/')
    await page.keyboard.type('ation 42')
    await page.keyboard.press('Enter')
    await expect.poll(() => list.names()).toEqual(['app-42'])
  })
})

describe('order and pages', () => {
  test('a header sorts up, then down, then not, and says so', async () => {
    await begin()
    await list.sortBy('Expires in')
    await expect.poll(() => list.header('Expires in').getAttribute('aria-sort')).toBe('ascending')
    await expect.poll(async () => (await list.names())[0]).toBe('app-01')
    await list.sortBy('Expires in')
    await expect.poll(() => list.header('Expires in').getAttribute('aria-sort')).toBe('descending')
    await expect.poll(async () => (await list.names())[0]).not.toBe('app-01')
    await list.sortBy('Expires in')
    await expect.poll(() => list.header('Expires in').getAttribute('aria-sort')).toBe('none')
  })

  test('pages by number and arrow, as many rows as wished, and Show All', async () => {
    await begin('?client_id=app-')
    await expect.poll(() => list.count().innerText()).toBe('1–25 of 60')
    await page.getByRole('button', { name: 'Next page' }).click()
    await expect.poll(() => list.names()).toEqual(range(26, 50))
    await page.getByRole('button', { name: 'Page 3' }).click()
    await expect.poll(() => list.names()).toEqual(range(51, 60))
    await page.goBack()
    await expect.poll(() => list.names()).toEqual(range(26, 50))
    await page.getByLabel('Rows on a page').selectOption('50')
    await expect.poll(() => list.count().innerText()).toBe('1–50 of 60')
    await page.getByRole('button', { name: 'Show All' }).click()
    await expect.poll(() => list.count().innerText()).toBe('All 60 clients')
    expect(await list.names()).toEqual(range(1, 60))
    await page.getByRole('button', { name: 'Show pages' }).click()
    await page.getByLabel('Rows on a page').selectOption('25')
    await page.goto(`${desk.house.url}/console${path}?client_id=app-&page=9`)
    await page.getByText('There is no page 9').waitFor()
    await page.getByRole('button', { name: 'To the last page' }).click()
    await expect.poll(() => list.names()).toEqual(range(51, 60))
  })

  test('Refresh shows what has come meanwhile: by its button, by F5 inside the list and by r', async () => {
    await begin('?client_id=fresh')
      .catch(() => undefined)
      .then(() => page.getByText('No client fits').waitFor())
    const add = (id: string) => addClient(desk.house, { client_id: id, grant_types: ['client_credentials'] })
    await add('fresh-1')
    await page.getByRole('button', { name: 'Refresh' }).click()
    await expect.poll(() => list.names()).toEqual(['fresh-1'])
    await add('fresh-2')
    await list.rows.first().focus()
    await page.keyboard.press('F5')
    await expect.poll(() => list.names()).toEqual(['fresh-1', 'fresh-2'])
    await add('fresh-3')
    await page.keyboard.press('r')
    await expect.poll(() => list.names()).toEqual(['fresh-1', 'fresh-2', 'fresh-3'])
  })

  test('columns are chosen, and stay chosen', async () => {
    await begin()
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitemcheckbox', { name: 'URI', exact: true }).click()
    await page.keyboard.press('Escape')
    await expect.poll(() => list.header('URI').count()).toBe(0)
    await begin()
    expect(await list.header('URI').count()).toBe(0)
    await page.getByRole('button', { name: 'Columns' }).click()
    await page.getByRole('menuitem', { name: 'As at first' }).click()
    await expect.poll(() => list.header('URI').count()).toBe(1)
  })
})

describe('doing', () => {
  test('the same menu by its button, the right mouse button and the menu key', async () => {
    await begin()
    const items = async () => page.getByRole('menuitem').allInnerTexts()
    await list.openMenu('app-01')
    const offered = await items()
    expect(offered).toContain('Delete')
    await page.keyboard.press('Escape')
    await list.row('app-01').click({ button: 'right' })
    await expect.poll(items).toEqual(offered)
    await page.keyboard.press('Escape')
    await list.row('app-01').focus()
    await page.keyboard.press('Shift+F10')
    await expect.poll(items).toEqual(offered)
    await page.keyboard.press('Escape')
    await expect.poll(() => page.getByRole('menu').count()).toBe(0)
  })

  test('delete asks, and can be thought better of; Undo brings it back disabled', async () => {
    await begin('?client_id=app-60')
    await list.row('app-60').focus()
    await page.keyboard.press('Delete')
    const dialog = page.getByRole('dialog', { name: 'Delete app-60?' })
    await dialog.getByRole('button', { name: 'Cancel' }).click()
    expect((await desk.office.get(`${path}/app-60`)).status).toBe(200)
    await list.openMenu('app-60')
    await page.getByRole('menuitem', { name: 'Delete' }).click()
    await dialog.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('app-60 was deleted').waitFor()
    expect((await desk.office.get(`${path}/app-60`)).status).toBe(404)
    await page.getByRole('button', { name: 'Undo' }).click()
    await page.getByText(/app-60 is back, disabled/).waitFor()
    expect((await desk.office.get(`${path}/app-60`)).body.enabled).toBe(false)
    await expect.poll(() => list.names()).toEqual(['app-60'])
  })

  test('many at once: what is refused says why, what was done is told', async () => {
    await begin('?client_id=app-5')
    await list.row('app-50').getByRole('checkbox').check()
    await list.row('app-51').focus()
    await page.keyboard.press('x')
    const bar = page.getByRole('toolbar', { name: 'With the selected rows' })
    await bar.getByText('2 clients selected').waitFor()
    await desk.office.delete(`${path}/app-51`)
    await bar.getByRole('button', { name: 'Disable' }).click()
    await page.getByText('1 client disabled').waitFor()
    await page.getByText('1 client not disabled').waitFor()
    expect((await desk.office.get(`${path}/app-50`)).body.enabled).toBe(false)
  })

  test('keys alone: down, up, open, back, edit', async () => {
    await begin('?client_id=app-2')
    await page.keyboard.press('j')
    await page.keyboard.press('j')
    await page.keyboard.press('ArrowDown')
    await page.keyboard.press('k')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'app-21' }).waitFor()
    await page.goBack()
    await expect.poll(() => list.names()).toEqual(range(20, 29))
    await page.keyboard.press('j')
    await page.keyboard.press('e')
    await expect.poll(() => page.url()).toContain('/clients/app-20')
  })

  test('what comes along: the whole filtered list, with the columns that are shown', async () => {
    await begin('?client_id=app-1&sort=-client_id')
    await page.getByRole('button', { name: 'Export' }).click()
    const saving = page.waitForEvent('download')
    await page.getByRole('menuitem', { name: 'CSV' }).click()
    const file = await saving
    expect(file.suggestedFilename()).toMatch(/clients.*\.csv$/)
    const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
    expect(lines.length).toBe(11)
    expect(lines[1]).toContain('app-19')
  })

  test('or this page alone, or what is selected', async () => {
    await begin('?sort=client_id&page_size=25&page=2')
    const saved = async (label: string) => {
      await page.getByRole('button', { name: 'Export' }).click()
      const saving = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: label }).click()
      const rows = JSON.parse(await readFile(await (await saving).path(), 'utf8')) as { client_id: string }[]
      return rows.map(({ client_id }) => client_id)
    }
    const onPage = await list.names()
    expect(await saved('JSON, This page: 25 clients')).toEqual(onPage)
    for (const name of onPage.slice(0, 2)) await list.row(name).getByRole('checkbox').check()
    expect(await saved('JSON, Selected: 2 clients')).toEqual(onPage.slice(0, 2))
    expect((await saved('JSON, All')).length).toBeGreaterThan(60)
  })
})

test.each(['light', 'dark'] as const)(
  '%s: the list is accessible, with rows chosen, a menu open and a question asked',
  async (theme) => {
    const other = await desk.open(`${path}?enabled=true`, { theme })
    const there = listOf(other.page)
    await there.row('app-01').getByRole('checkbox').check()
    await judge(other)
    await there.openMenu('app-02')
    await judge(other)
    await other.page.getByRole('menuitem', { name: 'Delete' }).click()
    await other.page.getByRole('dialog').waitFor()
    await judge(other)
    expect(other.complaints).toEqual([])
    await other.close()
  },
)

test('360 px wide: the list scrolls inside itself', async () => {
  const narrow = await desk.open(path, { width: 360, height: 640 })
  expect((await listOf(narrow.page).names()).length).toBe(25)
  await judge(narrow)
  await narrow.close()
})

/** `app-07` and on. */
function range(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, index) => `app-${String(first + index).padStart(2, '0')}`)
}
