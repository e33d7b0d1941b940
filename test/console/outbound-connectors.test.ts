/** Connectors, and what lies around OAuth servers: environments, applications, categories, profiles, authorizing. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { addUser, USER_PASSWORD } from '../clients.ts'
import { openScriptedServer, type ScriptedServer } from '../scripted-server.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'

const root = '/realms/default'
let desk: Desk
let provider: ScriptedServer
let tab: Tab
let page: Page

beforeAll(async () => {
  provider = await openScriptedServer()
  desk = await openDesk({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
  tab = await desk.open(`${root}/connectors`)
  page = tab.page
}, 120_000)

beforeEach(() => {
  provider.reset()
  provider.stand('/token', { json: { access_token: 'token-of-the-crm', expires_in: 3600, refresh_token: 'next' } })
})

afterAll(async () => {
  await desk.close()
  await provider.close()
})

const field = (name: string) => page.getByLabel(name, { exact: true })
const required = (name: string) => page.getByRole('textbox', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const go = (path: string) => page.goto(`${desk.house.url}/console${root}${path}`)
const stored = async (path: string) => (await desk.office.get(`${root}${path}`)).body

async function add(name: string, more: object = {}): Promise<void> {
  const made = await desk.office.post(`${root}/oauth-servers`, {
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'known-to-both',
    token_endpoint: `${provider.url}/token`,
    base_url: `${provider.url}/v1`,
    ...more,
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
}

test('a connector is made field by field, run with sample inputs, and its run is kept with secrets masked', async () => {
  await add('Crm')
  provider.stand('/v1/customers/4711/contacts', { json: { items: [{ id: 7 }], echo: 'token-of-the-crm' } })
  await go('/new-connector')
  await required('Name').fill('Contacts')
  await page.getByRole('combobox', { name: 'OAuth server' }).selectOption({ label: 'Crm' })
  await field('Method').selectOption('POST')
  await field('Path').fill('/customers/{customer}/contacts')
  await button('Add query parameter').click()
  await field('Query 1: name').fill('q')
  await field('Query 1: value').fill('{word}')
  await button('Add header').click()
  await field('Headers 1: name').fill('X-Trace')
  await field('Headers 1: value').fill('run')
  await field('Body').selectOption({ label: 'JSON' })
  await field('Content of the body').fill('{"name": "{word}"}')
  await button('Add output').click()
  await field('Output 1: name').fill('first')
  await field('Output 1: expression').fill('$.items[0].id')
  expect(await field('Timeout').inputValue()).toBe('100000 ms')
  await judge(tab)
  await button('Save').click()
  await field('customer').fill('4711')
  await field('word').fill('Ada & "co"')
  await button('Run').click()
  await page.getByRole('heading', { name: 'Outputs' }).waitFor()
  await expect.poll(() => page.locator('dl').first().innerText()).toMatch(/first\s+7/)
  const { query, body, headers } = provider.last()
  expect({ query, body: JSON.parse(body) }).toEqual({ query: { q: 'Ada & "co"' }, body: { name: 'Ada & "co"' } })
  expect(headers['authorization']).toBe('Bearer token-of-the-crm')
  expect(await page.content()).not.toContain('token-of-the-crm')
  await judge(tab)
  await page.getByRole('link', { name: 'Run log' }).click()
  const list = listOf(page)
  await expect.poll(async () => (await list.names()).length).toBe(1)
  expect(await list.rows.first().innerText()).toContain('OK 200')
  await judge(tab)
})

test('what the contract refuses of a row stands in its row', async () => {
  await go('/connectors/Contacts')
  await field('Headers 1: name').fill('Cookie')
  await button('Save').click()
  await page.getByText('Name: is set by the token or the way out').waitFor()
  expect((await stored('/connectors/Contacts')).headers).toEqual([{ name: 'X-Trace', value: 'run' }])
  await judge(tab)
})

test('a connector is deleted after a question', async () => {
  await desk.office.post(`${root}/connectors`, { name: '<img src=x>', oauth_server: 'crm', path: '/' })
  await go('/connectors')
  const list = listOf(page)
  await expect.poll(() => list.names()).toContain('<img src=x>')
  await list.openMenu('<img src=x>')
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => list.names()).toEqual(['Contacts'])
})

test('what was done to a connector is told, and gone back to', async () => {
  const path = '/connectors/Contacts'
  await desk.office.patch(`${root}${path}`, { description: 'as it is now' })
  await go(`${path}/history`)
  await page.getByText('as it is now').first().waitFor()
  await judge(tab)
  await button('Revert to this').first().click()
  await page.getByRole('dialog').getByRole('button', { name: 'Revert' }).click()
  await page.getByText('Reverted to an earlier version').waitFor()
  expect((await stored(path)).description).not.toBe('as it is now')
})

test.each([
  ['environments', 'environment'],
  ['applications', 'application'],
  ['categories', 'category'],
])('%s are made, renamed and deleted from their list', async (path, noun) => {
  await go(`/${path}`)
  await button(`New ${noun}`).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('textbox', { name: 'Name' }).fill('first')
  await judge(tab)
  await dialog.getByRole('button', { name: 'Create' }).click()
  const list = listOf(page)
  await expect.poll(() => list.names()).toEqual(['first'])
  await list.openMenu('first')
  await page.getByRole('menuitem', { name: 'Edit' }).click()
  await dialog.getByRole('textbox', { name: 'Name' }).fill('second')
  await dialog.getByRole('button', { name: 'Save' }).click()
  await expect.poll(() => list.names()).toEqual(['second'])
  await list.row('second').focus()
  await page.keyboard.press('Delete')
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await expect.poll(() => list.names()).toEqual([])
  await button('Undo').click()
  await expect.poll(() => list.names()).toEqual(['second'])
})

test('what still holds a server is not deleted, and says so', async () => {
  await desk.office.post(`${root}/categories`, { name: 'Finance' })
  await add('Filed', { category: 'Finance' })
  await go('/categories')
  const list = listOf(page)
  await list.openMenu('Finance')
  await page.getByRole('menuitem', { name: 'Delete' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click()
  await page.getByText('That cannot be done').waitFor()
  await page.keyboard.press('Escape')
  expect(await list.names()).toContain('Finance')
})

test('a profile shows the requests that it makes, without a secret', async () => {
  await go('/profiles')
  await page.getByRole('link', { name: 'Google' }).click()
  await page.getByText('https://accounts.google.com/o/oauth2/v2/auth').first().waitFor()
  const shown = await page.locator('main').innerText()
  expect(shown).toContain('access_type=offline')
  expect(shown).toContain('POST https://oauth2.googleapis.com/token')
  expect(shown).not.toContain('your-client-secret')
  await judge(tab)
})

test('Authorize leads to the provider and back, and says what came of it', async () => {
  await add('People', {
    grant_type: 'authorization_code',
    authorization_endpoint: `${provider.url}/authorize`,
    pkce: true,
  })
  provider.stand('/authorize', ({ query }) => ({
    status: 302,
    headers: {
      location: `${query['redirect_uri']}?${new URLSearchParams({ code: 'one', state: query['state'] ?? '' })}`,
    },
  }))
  await go('/oauth-servers/people')
  await button('Authorize').click()
  await page.locator('#approve').click()
  await page.getByText('The connection is made').waitFor()
  await expect.poll(async () => (await stored('/oauth-servers/people')).status).toBe('ok')
  await judge(tab)
  provider.stand('/authorize', ({ query }) => ({
    status: 302,
    headers: {
      location: `${query['redirect_uri']}?${new URLSearchParams({ error: 'access_denied', state: query['state'] ?? '' })}`,
    },
  }))
  await button('Authorize').click()
  await page.locator('#approve').click()
  await page.getByText('Nothing was changed: access_denied').waitFor()
})

test('who may only look is offered nothing that changes anything', async () => {
  await addUser(desk.house, { username: 'looker', roles: ['viewer'] }, 'system')
  const looker = await desk.open(`${root}/oauth-servers`, { as: { username: 'looker', password: USER_PASSWORD } })
  const shown = listOf(looker.page)
  await expect.poll(() => shown.names()).toContain('Crm')
  for (const path of ['/oauth-servers', '/oauth-servers/crm', '/oauth-servers/crm/overrides', '/connectors/Contacts']) {
    await looker.page.goto(`${desk.house.url}/console${root}${path}`)
    await looker.page
      .getByText(path.includes('Contacts') ? 'Contacts' : 'Crm')
      .first()
      .waitFor()
    await looker.page.waitForLoadState('networkidle')
    const names = await looker.page.locator('main').getByRole('button').allInnerTexts()
    const changing = /^(save|test|disable|delete|duplicate|authorize|replace|discover|run|try|add|edit|new)/i
    expect(names.filter((name) => changing.test(name.trim()))).toEqual([])
  }
  expect(looker.complaints).toEqual([])
  await looker.close()
})

const paths = [
  '/connectors',
  '/new-connector',
  '/connectors/Contacts',
  '/connectors/Contacts/run',
  '/connectors/Contacts/runs',
]

test.each([
  ['dark', 1280],
  ['light', 360],
] as const)(
  '%s, %i px: every page of connectors is accessible and fits',
  async (theme, width) => {
    const seen = await desk.open(`${root}/connectors`, { theme, width, height: 700 })
    for (const path of paths) {
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
