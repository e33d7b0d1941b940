/** Connections, as an administrator looks at them, renews and ends them, and finds the way back. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Finding } from '#contract/health.ts'
import { freezeConnections } from '#store/connection-changes.ts'
import { connectApplication } from '../outbound-house.ts'
import { type Asked, openScriptedServer, type Reply, type ScriptedServer } from '../scripted-server.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'

const root = '/realms/default/oauth-servers'
let desk: Desk
let provider: ScriptedServer
let tab: Tab
let page: Page

beforeAll(async () => {
  provider = await openScriptedServer()
  desk = await openDesk({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
  tab = await desk.open(root)
  page = tab.page
}, 120_000)

beforeEach(() => {
  provider.reset()
  provider.stand('/token', { json: { access_token: 'one', expires_in: 3600 } })
})

afterAll(async () => {
  await desk.close()
  await provider.close()
})

const go = (path: string) => page.goto(`${desk.house.url}/console${path}`)

async function add(name: string, more: object = {}): Promise<string> {
  const made = await desk.office.post(root, {
    name,
    grant_type: 'client_credentials',
    client_id: 'ours',
    client_secret: 'known-to-both',
    token_endpoint: `${provider.url}/token`,
    ...more,
  })
  expect(made.status, JSON.stringify(made.body)).toBe(201)
  return made.body.slug
}

test('connections: how each stands, refreshed and ended', async () => {
  const slug = await add('Held')
  await go(`${root}/${slug}/connections`)
  const list = listOf(page)
  await expect.poll(() => list.names()).toEqual(['The application'])
  const before = provider.asked.length
  await list.openMenu('The application')
  await page.getByRole('menuitem', { name: 'Refresh now' }).click()
  await page.getByText('The connection of The application was refreshed').waitFor()
  expect(provider.asked.length).toBe(before + 1)
  await judge(tab)
  await list.openMenu('The application')
  await page.getByRole('menuitem', { name: 'Activity' }).click()
  const activity = page.getByRole('dialog', { name: 'Activity of The application' })
  await activity.getByText('A token came').first().waitFor()
  expect(await activity.innerText()).toMatch(/grant_type=client_credentials[\s\S]*Status 200/)
  expect(await activity.innerText()).not.toContain('known-to-both')
  await judge(tab)
  await page.keyboard.press('Escape')
  await list.openMenu('The application')
  await page.getByRole('menuitem', { name: 'Disconnect' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Disconnect' }).click()
  await page.getByText('1 connection ended').waitFor()
  await expect.poll(() => list.names()).toEqual([])
})

test('a token that was not renewed is not called renewed, also where the connection is in order', async () => {
  const slug = await add('Strict')
  await go(`${root}/${slug}/connections`)
  const list = listOf(page)
  const refresh = async () => {
    await list.openMenu('The application')
    await page.getByRole('menuitem', { name: 'Refresh now' }).click()
  }
  provider.next({ status: 401, json: { error: 'invalid_client' } })
  await refresh()
  await page.getByText('invalid_client: ').first().waitFor()
  await page.getByText('That cannot be done').waitFor()
  expect(await page.getByText('was refreshed').count()).toBe(0)
  await refresh()
  await page.getByText('The connection of The application was refreshed').waitFor()
})

/** The person agrees at once. */
function agree({ query }: Asked): Reply {
  const back = new URL(String(query['redirect_uri']))
  back.searchParams.set('code', 'a-code')
  back.searchParams.set('state', String(query['state']))
  return { status: 302, headers: { location: back.href } }
}

test('the way back: its grant has ended, and everything that tells of it leads to authorizing again', async () => {
  provider.stand('/authorize', agree)
  provider.stand('/token', { json: { access_token: 'one', expires_in: 3600, refresh_token: 'two' } })
  const slug = await add('Mail', {
    grant_type: 'authorization_code',
    authorization_endpoint: `${provider.url}/authorize`,
  })
  const id = await connectApplication(desk.house, slug)
  await go('/realms/default/connections')
  const list = listOf(page)
  const menuOfMail = () =>
    page
      .getByRole('row')
      .filter({ hasText: 'Mail' })
      .getByRole('button', { name: /^More for/ })
  await list.filter('OAuth server').selectOption({ label: 'Mail' })
  await expect.poll(() => list.names()).toEqual(['The application'])
  await menuOfMail().click()
  await page.getByRole('menuitem', { name: 'Refresh now' }).waitFor()
  expect(await page.getByRole('menuitem', { name: 'Authorize again' }).count()).toBe(0)
  provider.next({ status: 400, json: { error: 'invalid_grant', error_description: 'revoked by its owner' } })
  await page.getByRole('menuitem', { name: 'Refresh now' }).click()
  await page.getByText('invalid_grant: revoked by its owner.').waitFor()
  const health = await desk.office.get(`/realms/default/health?object_id=${slug}&severity=error`)
  expect(health.body.items).toMatchObject([{ rule: 'server_needs_authorization', object_name: 'Mail' }])
  await menuOfMail().click()
  await page.getByRole('menuitem', { name: 'Authorize again' }).click()
  await page.getByRole('button', { name: 'Connect' }).click()
  await page.getByText('Authorized', { exact: true }).waitFor()
  expect(new URL(page.url()).pathname).toBe(`/console${root}/mail`)
  await judge(tab)
  await go(`${root}/mail/connections`)
  await list.rows.getByText('OK', { exact: true }).waitFor()
  // The same one goes on: who uses it has nothing to change.
  const { items } = (await desk.office.get(`${root}/${slug}/connections`)).body
  expect(items).toMatchObject([{ id, state: 'ok', reason: null }])
  expect((await desk.office.get(`/realms/default/health?object_id=${slug}&severity=error`)).body.items).toEqual([])
})

test('after a restore: health says what is frozen, and all of it is released at once', async () => {
  provider.stand('/token', { json: { access_token: 'one', expires_in: 3600, refresh_token: 'two' } })
  const consent = { grant_type: 'authorization_code', authorization_endpoint: `${provider.url}/authorize` }
  const slugs = [await add('Cold', consent), await add('Colder', consent)]
  for (const slug of slugs) await connectApplication(desk.house, slug)
  await freezeConnections(desk.house.app.context.db.sql, 1_700_000_000)
  const frozen = async () => {
    const { items } = (await desk.office.get('/realms/default/health?rule=server_connections_frozen')).body
    return items.map(({ object_name, reason }: Finding) => `${object_name}: ${reason.split(' since ')[0]}`)
  }
  expect(await frozen()).toEqual(
    expect.arrayContaining(['Cold: 1 connection is frozen', 'Colder: 1 connection is frozen']),
  )
  await go('/realms/default/connections?search=cold')
  const list = listOf(page)
  await expect.poll(() => list.rows.getByText('Frozen').count()).toBe(2)
  await list.table.getByRole('checkbox').first().check()
  await page.getByRole('toolbar', { name: 'With the selected rows' }).getByRole('button', { name: 'Release' }).click()
  await page.getByText('2 connections released').waitFor()
  await expect.poll(() => list.rows.getByText('Frozen').count()).toBe(0)
  await judge(tab)
})
