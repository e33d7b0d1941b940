/** The list when it is wider and longer than the window: what stays in sight, and what is done with all of it. */
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fill } from '../bench/many-rows.ts'
import { realmOf } from '../clients.ts'
import { type Desk, judge, listOf, openDesk } from './desk.ts'

const MANY = 600
const path = '/realms/default/clients'
let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await fill(desk.house.app.context.db, (await realmOf(desk.house, 'default')).id, MANY)
}, 120_000)

afterAll(() => desk.close())

async function boxOf(of: Locator): Promise<{ left: number; right: number }> {
  const box = await of.boundingBox()
  if (box === null) throw new Error('it is not there')
  return { left: Math.round(box.x), right: Math.round(box.x + box.width) }
}

const focused = (page: Page): Locator => page.locator(':focus')

test.each([1280, 360])(
  '%i px: title and filter of the name stay with it, and hide nothing that has the focus',
  async (width) => {
    const tab = await desk.open(path, { width })
    const { page } = tab
    const list = listOf(page)
    const row = list.rows.first().locator('th')
    await list.names()
    await judge(tab)
    const filters = await list.table.getByRole('textbox').or(list.table.getByRole('combobox')).all()
    await list.filter('Passthru user').focus()
    const scroller = page.locator('div:has(> table[aria-rowcount])')
    await expect.poll(() => scroller.evaluate((box) => box.scrollLeft)).toBeGreaterThan(0)
    await expect.poll(async () => (await boxOf(list.header('Client ID'))).left).toBe((await boxOf(row)).left)
    expect((await boxOf(list.header('Client ID'))).left).toBeGreaterThanOrEqual((await boxOf(scroller)).left)
    // And back, one by one: no field is entered behind the column that stays.
    for (const filter of filters.toReversed()) {
      await filter.focus()
      await expect
        .poll(async () =>
          focused(page).evaluate((field) => {
            const { left, right, top, height } = field.getBoundingClientRect()
            const seen = [left + 4, (left + right) / 2].map((x) =>
              field.ownerDocument.elementFromPoint(x, top + height / 2),
            )
            return seen.every((element) => element === field)
          }),
        )
        .toBe(true)
    }
    await tab.close()
  },
)

test('all of a long list is chosen and disabled, in more requests than one; how far it is is told', async () => {
  const tab = await desk.open(`${path}?client_id=shop-&enabled=true&all=yes`)
  const { page } = tab
  const list = listOf(page)
  await expect.poll(() => list.count().innerText()).toMatch(/^All \d+ clients$/)
  const { body } = await desk.office.get(`${path}?client_id=shop-&enabled=true`)
  expect(body.total).toBeGreaterThan(500)
  await page.getByLabel('Select all rows here').check()
  await page.getByText(`${body.total} clients selected`).waitFor()
  await page.getByRole('toolbar').getByRole('button', { name: 'Disable' }).click()
  await page.getByText(/\d of \d+ …$/).waitFor()
  await page.getByText(`${body.total} clients disabled`).waitFor({ timeout: 60_000 })
  await page.getByText('No client fits').waitFor()
  expect((await desk.office.get(`${path}?client_id=shop-&enabled=true`)).body.total).toBe(0)
  expect(await page.getByRole('toolbar').count()).toBe(0)
  expect(tab.complaints).toEqual([])
  await tab.close()
}, 90_000)
