/** A page that reads itself again while nobody is there says so; and what the Runtime tab shows of a client. */
import type { Request } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passiveHeader } from '#contract/caller.ts'
import { addClient } from '../clients.ts'
import { tokenRequest } from '../code-flow.ts'
import { type Desk, judge, listOf, openDesk } from './desk.ts'

const clients = '/realms/default/clients'
let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  const job = await addClient(desk.house, { client_id: 'job', grant_types: ['client_credentials'] })
  await tokenRequest(desk.house, job, { grant_type: 'client_credentials', scope: 'nothing:such' })
}, 120_000)
afterAll(() => desk.close())

test('readings of an open tab keep nobody signed in: only what comes soon after a key or the pointer counts', async () => {
  const { page, context, close } = await desk.open('/')
  // From here on the page's own clock stands still until it is moved.
  await context.clock.install()
  await page.goto(`${desk.house.url}/console${clients}/job/runtime`)
  await page.getByRole('heading', { name: 'Last flow' }).waitFor()
  const isReading = (request: Request) => request.url().endsWith(`/api/v1${clients}/job`)
  const next = async (milliseconds: number) => {
    const reading = page.waitForRequest(isReading)
    await page.clock.runFor(milliseconds)
    return (await (await reading).allHeaders())[passiveHeader]
  }
  expect(await next(4000)).toBeUndefined()
  await page.clock.fastForward(70_000)
  expect(await next(4000)).toBe('1')
  await page.keyboard.press('Shift')
  expect(await next(4000)).toBeUndefined()
  await close()
})

test.each(['light', 'dark'] as const)(
  '%s: the last address and the last error, in the tab and in the list',
  async (theme) => {
    const tab = await desk.open(`${clients}/job/runtime`, { theme, width: theme === 'dark' ? 360 : 1280 })
    const { page } = tab
    await page.getByText('invalid_scope').waitFor()
    expect(await page.locator('#page').innerText()).toContain('127.0.0.1')
    await judge(tab)
    await page.goto(`${desk.house.url}/console${clients}`)
    const list = listOf(page)
    await list.names()
    if (theme === 'light') {
      await page.getByRole('button', { name: 'Columns' }).click()
      for (const name of ['Last address', 'Last error', 'Secret expires']) {
        await page.getByRole('menuitemcheckbox', { name, exact: true }).click()
      }
      await page.keyboard.press('Escape')
      expect(await list.row('job').innerText()).toMatch(/127\.0\.0\.1[\s\S]*invalid_scope/)
      await list.row('job').getByRole('checkbox').check()
      await page.getByRole('button', { name: 'Export' }).click()
      await page.getByRole('menuitem').first().waitFor()
      await judge(tab)
    }
    await tab.close()
  },
)
