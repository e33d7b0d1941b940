/** One client's tabs: what it proves itself with, what it did, what users allowed it, what was done to it, its health. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials, USER_PASSWORD } from '../clients.ts'
import { REDIRECT_URI, refresh, tokenRequest, tokensOf } from '../code-flow.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'

const client = '/realms/default/clients/shop'
let desk: Desk
let tab: Tab
let page: Page
let shop: Credentials

beforeAll(async () => {
  desk = await openDesk()
  await addUser(desk.house, { username: 'ada' })
  await addUser(desk.house, { username: 'bert' })
  await desk.office.patch('/realms/default', { facades: ['appmill'] })
  await addUser(desk.house, { username: 'reader', roles: ['viewer'] }, 'system')
  shop = await addClient(desk.house, {
    client_id: 'shop',
    client_name: 'The shop',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    redirect_uris: [REDIRECT_URI],
    scope: 'openid offline_access',
    expires_in: 3600,
  })
  tab = await desk.open(client)
  page = tab.page
  page.setDefaultTimeout(10_000)
}, 180_000)

afterAll(() => desk.close())

const stored = async () => (await desk.office.get(client)).body
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: true })
const dialog = () => page.getByRole('dialog')
const signIn = (username: string) => tokensOf(desk.house, { client: shop, username, scope: 'openid offline_access' })
const ownToken = (client_secret: string) =>
  tokenRequest(desk.house, { ...shop, client_secret }, { grant_type: 'client_credentials', scope: '' })

async function begin(name: string): Promise<void> {
  await page.goto(`${desk.house.url}/console${client}`)
  await page.getByRole('link', { name, exact: true }).click()
  await expect.poll(() => page.title()).toBe(`${name} · shop · Sallyport`)
}

describe('credentials', () => {
  test('a new secret with a label and an overlap: both work; values are never shown again', async () => {
    await begin('Credentials')
    await button('Set new secret').click()
    await dialog().getByLabel('Label').fill('winter')
    await dialog().getByRole('button', { name: 'in 90 days' }).click()
    await dialog().getByLabel('Secrets before it go on for').fill('1h')
    await judge(tab)
    await dialog().getByRole('button', { name: 'Set secret' }).click()
    const shown = page.getByRole('dialog', { name: 'The new secret of shop' })
    const secret = (await shown.getByLabel('The secret').innerText()).trim()
    await shown.getByRole('button', { name: 'I have kept it' }).click()
    for (const one of [secret, shop.client_secret]) expect((await ownToken(one)).status).toBe(200)
    await page.reload()
    await page.getByRole('row', { name: /winter.*generated/ }).waitFor()
    expect(await page.getByRole('table', { name: 'Secrets' }).getByRole('row').count()).toBe(3)
    expect(await page.content()).not.toContain(secret)
    shop = { ...shop, client_secret: secret }
  })

  test('ending one says when it was used last, and it is dead', async () => {
    await begin('Credentials')
    await button(/^End Secret of/).click()
    await dialog().getByText('It was last used').waitFor()
    await dialog().getByRole('button', { name: 'End secret' }).click()
    await expect.poll(() => page.getByRole('table', { name: 'Secrets' }).getByRole('row').count()).toBe(2)
    expect((await ownToken(shop.client_secret)).status).toBe(200)
  })

  test('one of your own: what is too short is told at its field, and no secret is shown', async () => {
    await begin('Credentials')
    await button('Set new secret').click()
    await dialog().getByLabel('Secret', { exact: true }).fill('short')
    await dialog().getByRole('button', { name: 'Set secret' }).click()
    await expect.poll(() => dialog().getByLabel('Secret', { exact: true }).getAttribute('aria-invalid')).toBe('true')
    const typed = 'a secret that I have typed'
    await dialog().getByLabel('Secret', { exact: true }).fill(typed)
    await dialog().getByRole('button', { name: 'Set secret' }).click()
    await page.getByText('The new secret is set').waitFor()
    await expect.poll(() => dialog().count()).toBe(0)
    expect((await ownToken(typed)).status).toBe(200)
    expect((await ownToken(shop.client_secret)).status).toBe(401)
    shop = { ...shop, client_secret: typed }
  })
})

describe('runtime', () => {
  test('a real flow fills every field while somebody looks', async () => {
    await begin('Runtime')
    await page.getByText('nobody yet').or(page.getByLabel('nobody yet')).waitFor()
    const { access_token } = await signIn('ada')
    await page.getByText('ada', { exact: true }).waitFor()
    const told = await stored()
    await page.getByText(REDIRECT_URI).waitFor()
    await page.getByText(told.authorization_code.fingerprint).waitFor()
    await page.getByText('redeemed').waitFor()
    await page.getByText(told.access_token.fingerprint).waitFor()
    expect(await page.getByText(String(told.token_created_at)).count()).toBeGreaterThan(0)
    expect(await page.content()).not.toContain(access_token)
    expect(await page.locator('#page').getByRole('textbox').count()).toBe(0)
  })

  test('a redirect URI that was asked for is registered by whoever types its host', async () => {
    const other = 'https://app-example.test/callback'
    const query = new URLSearchParams({ response_type: 'code', client_id: 'shop', redirect_url: other, state: 'x' })
    await fetch(`${desk.house.url}/osoc/api/oauthcontroller/authorize?${query.toString()}`)
    await begin('Runtime')
    await button(`Approve ${other}`).click()
    const register = dialog().getByRole('button', { name: 'Register' })
    expect(await register.isDisabled()).toBe(true)
    await dialog().getByRole('textbox').fill('app-example.test')
    await judge(tab)
    await register.click()
    await page.getByText('The redirect URI is registered').waitFor()
    expect((await stored()).redirect_uris).toEqual([REDIRECT_URI, other])
    await page.getByText('None. When a request names an address').waitFor()
  })
})

test('sessions and tokens: one is revoked, then all', async () => {
  const [ada, bert] = [await signIn('ada'), await signIn('bert')]
  await begin('Sessions & tokens')
  const list = listOf(page)
  await list.filter('User').fill('bert')
  await list.filter('User').press('Enter')
  await expect.poll(() => list.names()).toEqual(['bert'])
  await list.openMenu('the grant of bert')
  await page.getByRole('menuitem', { name: 'Revoke' }).click()
  await dialog().getByRole('button', { name: 'Revoke' }).click()
  await page.getByText('1 grant revoked').waitFor()
  expect((await refresh(desk.house, shop, bert.refresh_token ?? '')).status).toBe(400)
  const again = await refresh(desk.house, shop, ada.refresh_token ?? '')
  expect(again.status).toBe(200)
  await button('Revoke all').first().click()
  await dialog().getByRole('button', { name: 'Revoke all' }).click()
  await page.getByText('All tokens are revoked').waitFor()
  const { refresh_token } = (await again.json()) as { refresh_token: string }
  expect((await refresh(desk.house, shop, refresh_token)).status).toBe(400)
})

test('history: what was before and after, who did it, and the way back', async () => {
  await desk.office.patch(client, { client_uri: 'https://first.example' })
  await desk.office.patch(client, { client_uri: 'https://second.example', description: 'New' })
  await begin('History')
  const newest = page.getByRole('listitem').filter({ hasText: 'https://second.example' }).first()
  await newest.getByText('sallyport-bootstrap').waitFor()
  await newest.getByRole('cell', { name: 'https://first.example' }).waitFor()
  expect(await newest.getByRole('button', { name: 'Revert to this' }).count()).toBe(0)
  const before = page.getByRole('listitem').filter({ hasText: 'https://first.example' }).nth(1)
  await before.getByRole('button', { name: 'Revert to this' }).click()
  await dialog().getByRole('button', { name: 'Revert' }).click({ trial: true })
  await judge(tab)
  await dialog().getByRole('button', { name: 'Revert' }).click()
  await page.getByRole('heading', { name: 'Reverted to an earlier version' }).waitFor()
  expect(await stored()).toMatchObject({ client_uri: 'https://first.example', description: '' })
})

test('health: a finding is mended by a click, and Undo takes it back', async () => {
  await desk.office.patch(client, { require_pkce: false })
  await begin('Health')
  await button(/^Mend: Codes are given out without PKCE/).click()
  await page.getByText('Mended', { exact: true }).waitFor()
  expect((await stored()).require_pkce).toBe(true)
  await button('Undo').click()
  await expect.poll(async () => (await stored()).require_pkce).toBe(false)
})

test.each(['light', 'dark'] as const)('%s: every tab is accessible', async (theme) => {
  const other = await desk.open(client, { theme })
  other.page.setDefaultTimeout(5000)
  for (const name of ['Credentials', 'Runtime', 'Sessions & tokens', 'History', 'Health']) {
    await other.page.getByRole('link', { name, exact: true }).click()
    await expect.poll(() => other.page.title()).toContain(name)
    await other.page.waitForLoadState('networkidle')
    await judge(other)
  }
  expect(other.complaints).toEqual([])
  await other.close()
})

test('360 px wide, every tab fits', async () => {
  const narrow = await desk.open(client, { width: 360, height: 640 })
  for (const name of ['Credentials', 'Runtime', 'Sessions & tokens', 'History', 'Health']) {
    await narrow.page.getByRole('link', { name, exact: true }).click()
    await expect.poll(() => narrow.page.title()).toContain(name)
    await narrow.page.waitForLoadState('networkidle')
    await judge(narrow)
  }
  await narrow.close()
})

test('who may only read is offered nothing to do', async () => {
  const reader = await desk.open('/realms/default/clients', { as: { username: 'reader', password: USER_PASSWORD } })
  const offers = ['New client', 'Delete', 'Disable', 'Submit', 'Set new secret', 'Revoke all', 'Revert to this', 'Mend']
  for (const path of [
    '',
    '/shop',
    '/shop/credentials',
    '/shop/runtime',
    '/shop/tokens',
    '/shop/history',
    '/shop/health',
  ]) {
    await reader.page.goto(`${desk.house.url}/console/realms/default/clients${path}`)
    await reader.page.waitForLoadState('networkidle')
    for (const name of offers) {
      const found = reader.page.getByRole('button', { name }).or(reader.page.getByRole('link', { name }))
      expect([path, name, await found.count()]).toEqual([path, name, 0])
    }
  }
  await reader.page.goto(`${desk.house.url}/console/realms/default/new-client`)
  await reader.page.getByText('You may look, but not change').waitFor()
  await reader.close()
})

test('N151 hostile names are text on every tab, in the questions and in the messages', async () => {
  const name = '<img src=x onerror="document.title=1">\u202eevil'
  await addClient(desk.house, {
    client_id: '<b>bad</b> & "id"',
    client_name: name,
    grant_types: ['client_credentials'],
  })
  const at = `${desk.house.url}/console/realms/default/clients/${encodeURIComponent('<b>bad</b> & "id"')}`
  for (const path of ['', '/credentials', '/runtime', '/tokens', '/history', '/health']) {
    await page.goto(at + path)
    await page.getByRole('heading', { name: '<b>bad</b> & "id"', exact: true }).waitFor()
    await page.getByText('<img src=x onerror=').first().waitFor()
    await page.waitForLoadState('networkidle')
    expect([path, await page.locator('img[src="x"], h1 b').count()]).toEqual([path, 0])
  }
  await button('Disable').click()
  await page.getByText('<b>bad</b> & "id" is disabled').waitFor()
  await button('Delete').click()
  await dialog().getByText('<img src=x onerror=').waitFor()
  await dialog().getByRole('button', { name: 'Cancel' }).click()
  expect(await page.title()).toContain('<b>bad</b>')
})

test('by keys alone a secret is ended, or not', async () => {
  await desk.office.post(`${client}/secrets`, { label: 'spare', overlap_seconds: 3600 })
  await begin('Credentials')
  await button('End spare').focus()
  const cancel = page.locator(':focus').and(dialog().getByRole('button', { name: 'Cancel' }))
  await page.keyboard.press('Enter')
  await cancel.waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => dialog().count()).toBe(0)
  await expect.poll(() => page.evaluate(`document.activeElement.getAttribute('aria-label')`)).toBe('End spare')
  await page.keyboard.press('Enter')
  await cancel.waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await expect.poll(() => button('End spare').count()).toBe(0)
})

test('delete says what breaks, offers Disable instead, and Undo brings the client back', async () => {
  await signIn('ada')
  await page.goto(`${desk.house.url}/console${client}`)
  await button('Delete').click()
  await dialog().getByText('The shop was last used').waitFor()
  await dialog().getByText('1 grant of users ends with it').waitFor()
  await dialog().getByRole('button', { name: 'Disable instead' }).click()
  await page.getByText('Disabled', { exact: true }).waitFor()
  expect((await stored()).enabled).toBe(false)
  await button('Delete').click()
  await dialog().getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByRole('heading', { name: 'Clients' }).waitFor()
  expect((await desk.office.get(client)).status).toBe(404)
  await button('Undo').click()
  await page.getByText('shop is back, disabled').waitFor()
  expect((await stored()).enabled).toBe(false)
})
