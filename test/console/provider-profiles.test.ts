/** Provider profiles of a realm's own: written in the console, with the requests that they make in sight. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

const root = '/realms/default'
let desk: Desk
let tab: Tab
let page: Page

beforeAll(async () => {
  desk = await openDesk()
  tab = await desk.open(`${root}/profiles`)
  page = tab.page
}, 120_000)

afterAll(() => desk.close())

const field = (name: string) => page.getByLabel(name, { exact: true })
const required = (name: string) => page.getByRole('textbox', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const link = (name: string) => page.getByRole('link', { name, exact: true })
const go = (path: string) => page.goto(`${desk.house.url}/console${root}${path}`)
const stored = async (name: string) => (await desk.office.get(`${root}/profiles/${name}`)).body
const shown = (leg: string) =>
  page
    .locator('div')
    .filter({ has: page.getByRole('heading', { name: leg, exact: true }) })
    .locator('pre')
    .last()

test('one is written; the request that it makes follows what is typed, and says what is wrong with it', async () => {
  await link('New profile').click()
  await required('Name in the API').fill('acme')
  await required('Title').fill('Acme')
  await expect.poll(() => shown('Token').innerText()).toContain('client_id=your-client-id')
  await field('Token request').fill('{"placement": "json", "rename": {"client_id": "app_id"}}')
  await expect.poll(() => shown('Token').innerText()).toContain('"app_id":"your-client-id"')
  expect(await shown('Token').innerText()).not.toContain('your-client-secret')
  await field('Token request').fill('{"placement": "jsn"}')
  await page.getByText('Token request › placement:').waitFor()
  await button('Save').click()
  await page.locator('p').filter({ hasText: 'Placement: must be one of form, json, query' }).waitFor()
  await judge(tab)
  await field('Token request').fill('{"placement": "json", "rename": {"client_id": "app_id"}}')
  await field('Answer').fill('{"root": "data", "format": "json"}')
  await button('Save').click()
  await page.getByText('Acme was made').waitFor()
  expect(await stored('acme')).toMatchObject({ token: { placement: 'json' }, answer: { root: 'data' } })
})

test('what is taken out of a rule is gone when it is saved, and so is a rule that is emptied', async () => {
  await go('/profiles/acme')
  await field('Answer').fill('{"format": "json"}')
  await field('Token request').fill('')
  await expect.poll(() => shown('Token').innerText()).toContain('client_id=your-client-id')
  await button('Save').click()
  await page.getByText('Acme is saved').waitFor()
  const { answer, token } = await stored('acme')
  expect([answer, token]).toEqual([{ format: 'json' }, undefined])
  await judge(tab)
})

test('one that comes with Sallyport is changed by a copy, and a server is made of it', async () => {
  await go('/profiles/slack')
  await page.getByRole('heading', { name: 'Where it differs from the standard' }).waitFor()
  expect(await button('Delete').count()).toBe(0)
  await link('Make a copy').click()
  expect(await required('Name in the API').inputValue()).toBe('slack_copy')
  await expect.poll(() => field('Answer').inputValue()).toContain('ratelimited')
  await button('Save').click()
  await page.getByText('Slack copy was made').waitFor()
  await link('New OAuth server of it').click()
  await button('Fill in what is known of Slack copy').click()
  expect(await required('Access token URL').inputValue()).toBe('https://slack.com/api/oauth.v2.access')
  expect((await stored('slack_copy')).answer).toEqual((await stored('slack')).answer)
})

test('one is deleted after a question, unless a server names it', async () => {
  const server = { name: 'Held', profile: 'acme', grant_type: 'client_credentials', client_id: 'ours' }
  const made = { ...server, client_secret: 'known', token_endpoint: 'https://login.acme.example/token' }
  expect((await desk.office.post(`${root}/oauth-servers`, made)).status).toBe(201)
  for (const [name, said] of [
    ['acme', 'OAuth servers name this profile'],
    ['slack_copy', 'slack_copy was deleted'],
  ] as const) {
    await go(`/profiles/${name}`)
    await button('Delete').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText(said).first().waitFor()
  }
  await page.keyboard.press('Escape')
  expect([(await stored('acme')).title, (await stored('slack_copy')).title]).toEqual(['Acme', 'Not Found'])
})

test.each([
  ['dark', 1280],
  ['light', 360],
] as const)(
  '%s, %i px: the editor is accessible and fits',
  async (theme, width) => {
    const seen = await desk.open(`${root}/new-profile`, { theme, width, height: 700 })
    for (const path of ['/new-profile', '/profiles/acme', '/profiles/slack', '/profiles']) {
      await seen.page.goto(`${desk.house.url}/console${root}${path}`)
      await seen.page.locator('#page h1').waitFor()
      await seen.page.waitForLoadState('networkidle')
      await judge(seen)
    }
    expect(seen.complaints).toEqual([])
    await seen.close()
  },
  120_000,
)
