/** OAuth servers, as an administrator registers, mends, overrides and stops them. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openScriptedServer, type ScriptedServer } from '../scripted-server.ts'
import { type Desk, judge, listOf, openDesk, type Tab } from './desk.ts'

const root = '/realms/default/oauth-servers'
let desk: Desk
let provider: ScriptedServer
let other: ScriptedServer
let tab: Tab
let page: Page

beforeAll(async () => {
  provider = await openScriptedServer()
  other = await openScriptedServer()
  desk = await openDesk({
    env: {
      SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8',
      SALLYPORT_SECRET_STORES: JSON.stringify([
        { name: 'variables', kind: 'environment', prefix: 'CRM_', realms: ['default'] },
      ]),
    },
  })
  tab = await desk.open(root)
  page = tab.page
}, 120_000)

beforeEach(() => {
  provider.reset()
  other.reset()
  for (const server of [provider, other]) server.stand('/token', { json: { access_token: 'one', expires_in: 3600 } })
})

afterAll(async () => {
  await desk.close()
  await provider.close()
  await other.close()
})

const field = (name: string) => page.getByLabel(name, { exact: true })
/** A field that has to be filled carries a star beside its label. */
const required = (name: string) => page.getByRole('textbox', { name, exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })
const go = (path: string) => page.goto(`${desk.house.url}/console${path}`)
const stored = async (slug: string) => (await desk.office.get(`${root}/${slug}`)).body

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

test('a new one is saved and tried; what the try said, and what to do, stands on its page', async () => {
  await go(root)
  await page.getByRole('link', { name: 'New OAuth server' }).first().click()
  await required('Name').fill('Acme CRM')
  await required('Client ID').fill('our-id')
  await page.getByLabel('Client secret', { exact: true }).fill('what Acme gave us')
  await required('Access token URL').fill(`${provider.url}/token`)
  await field('Scope').fill('contacts.read')
  expect(await field('Maximum retry attempts').inputValue()).toBe('3')
  expect(await field('Maximum wait duration').inputValue()).toBe('60')
  expect(await page.getByRole('switch', { name: 'Include scope' }).isChecked()).toBe(true)
  await button('Add query parameter').click()
  await field('Query parameters 1: name').fill('audience')
  await field('Query parameters 1: value').fill('crm')
  await button('Add post parameter').click()
  await field('Post parameters 1: name').fill('api_key')
  await page.getByLabel('Post parameters 1: secret').check()
  await field('Post parameters 1: value').fill('hidden-key')
  await judge(tab)
  provider.next({ status: 401, json: { error: 'invalid_client', error_description: 'who are you?' } })
  await button('Save').click()
  await page.getByText('The last attempt to get a token failed').waitFor()
  await page.getByText('who are you?').first().waitFor()
  await judge(tab)
  expect(provider.last().parameters).toMatchObject({ scope: 'contacts.read', api_key: 'hidden-key' })
  expect(provider.last().query).toMatchObject({ audience: 'crm' })
  expect(await stored('acme-crm')).toMatchObject({ status: 'error', client_id: 'our-id', scope: 'contacts.read' })
  const html = await page.content()
  expect(html.includes('what Acme gave us') || html.includes('hidden-key')).toBe(false)
  await button('Test').click()
  await page.getByText('Acme CRM works.').waitFor()
  await expect.poll(() => page.getByText('The last attempt to get a token failed').count()).toBe(0)
})

test('N181 a changed address asks for the secret again, at its field; nothing is saved without it', async () => {
  const slug = await add('Moved')
  await go(`${root}/${slug}`)
  await page.getByText(`goes to ${provider.url} only`).waitFor()
  await required('Access token URL').fill(`${other.url}/token`)
  await page.getByText('Needs a new authorization when it is saved').waitFor()
  await button('Save').click()
  await page.getByText('it would go to an address that it was not given for').waitFor()
  expect((await stored(slug)).token_endpoint).toBe(`${provider.url}/token`)
  expect(other.asked).toEqual([])
  await judge(tab)
  await button('Replace: Client secret').click()
  await page.getByLabel('Client secret', { exact: true }).fill('for the new place')
  await button('Save').click()
  await page.getByText('Moved is saved, and a token came').waitFor()
  expect((await stored(slug)).token_endpoint).toBe(`${other.url}/token`)
  expect(other.last().parameters['client_secret']).toBe('for the new place')
})

test('settings are tried without being saved; what takes effect when is said before', async () => {
  const slug = await add('Tried')
  await go(`${root}/${slug}`)
  await field('Scope').fill('more')
  await page.getByText('Takes effect at the next refresh').waitFor()
  await button('Try without saving').click()
  await page.getByText('A token came.').waitFor()
  expect(provider.last().parameters['scope']).toBe('more')
  expect((await stored(slug)).scope).toBe('')
})

test('Discover fills the addresses from the issuer', async () => {
  const issuer = provider.url
  provider.stand('/.well-known/openid-configuration', {
    json: {
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      revocation_endpoint: `${issuer}/revoke`,
      token_endpoint_auth_methods_supported: ['private_key_jwt', 'client_secret_basic', 'client_secret_post'],
    },
  })
  await go('/realms/default/new-oauth-server')
  await required('Client secret').fill('typed before')
  await field('Issuer').fill(issuer)
  await button('Discover').click()
  await expect.poll(() => required('Access token URL').inputValue()).toBe(`${issuer}/token`)
  expect(await field('Revocation URL').inputValue()).toBe(`${issuer}/revoke`)
  expect(await required('Client secret').inputValue()).toBe('typed before')
})

test('a profile fills in what is known of the provider; the user login group comes with the grant', async () => {
  await go('/realms/default/new-oauth-server')
  await page.getByRole('heading', { name: 'User login' }).waitFor({ state: 'detached' })
  await field('Provider profile').selectOption({ label: 'Microsoft Entra ID' })
  await page.getByLabel('Directory (tenant) ID').fill('acme')
  await button('Fill in what is known of Microsoft Entra ID').click()
  const token = required('Access token URL')
  expect(await token.inputValue()).toBe('https://login.microsoftonline.com/acme/oauth2/v2.0/token')
  await field('Grant type').selectOption({ label: 'Authorization code' })
  await page.getByRole('heading', { name: 'User login' }).waitFor()
  await page.getByRole('switch', { name: 'Request refresh token' }).waitFor()
  const prompt = await field('Prompt').locator('option').allInnerTexts()
  expect(prompt).toEqual(['As the server does', 'Consent', 'Login', 'Select account', 'None'])
  await field('Grant type').selectOption({ label: 'Password' })
  await page.getByText('RFC 9700 section 2.4').waitFor()
  await judge(tab)
})

test('an external secret is looked up: found or why not, never what it is', async () => {
  await go('/realms/default/new-oauth-server')
  const secret = page.locator('fieldset[data-field="client_secret"]')
  await secret.getByLabel('External').check()
  await secret.getByLabel('Client secret: store').selectOption('variables')
  await secret.getByLabel('Client secret: path').fill('CRM_NOT_THERE')
  await button('Look it up now').click()
  await expect.poll(() => secret.getByRole('status').innerText()).not.toBe('')
  expect(await secret.getByRole('status').innerText()).not.toContain('It is there')
  await judge(tab)
})

test('overrides: taken up field by field, tried as that environment, and shown by the layer that set them', async () => {
  const slug = await add('Layered', { scope: 'base' })
  await desk.office.post('/realms/default/environments', { name: 'staging' })
  await go(`${root}/${slug}/overrides`)
  await field('For').selectOption({ label: 'Environment staging' })
  await button('Add override').click()
  const part = page.getByRole('navigation', { name: 'Parts of this page' }).getByRole('link', { name: 'Overrides' })
  await expect.poll(() => part.getAttribute('aria-current')).toBe('true')
  await field('Say another field otherwise').selectOption({ label: 'Scope' })
  expect(await field('Scope').inputValue()).toBe('base')
  await field('Scope').fill('of-staging')
  await button('Try without saving').click()
  await page.getByText('A token came.').waitFor()
  expect(provider.last().parameters['scope']).toBe('of-staging')
  expect((await stored(slug)).overrides).toEqual([])
  await judge(tab)
  await button('Save').click()
  await page.getByText('Layered is saved').first().waitFor()
  expect((await stored(slug)).overrides).toMatchObject([{ environment: 'staging', scope: 'of-staging' }])
  await go(`${root}/${slug}/overrides?environment=staging`)
  const row = page.getByRole('row').filter({ has: page.getByRole('rowheader', { name: 'Scope', exact: true }) })
  await expect.poll(() => row.innerText()).toContain('of-staging')
  expect(await row.innerText()).toContain('Environment')
  await judge(tab)
})

test('disabled with a reason, which the page shows; enabled again; copied; deleted and brought back', async () => {
  const slug = await add('Stopped')
  await go(`${root}/${slug}`)
  await button('Disable').click()
  const dialog = page.getByRole('dialog', { name: 'Disable Stopped?' })
  await dialog.getByLabel('Reason').fill('<b>maintenance</b>')
  await dialog.getByRole('button', { name: 'Disable' }).click()
  await page.getByText('Disabled reason:').waitFor()
  await page.getByText('<b>maintenance</b>').waitFor()
  await judge(tab)
  await button('Re-enable').first().click()
  await expect.poll(() => page.getByText('Disabled reason:').count()).toBe(0)
  await button('Duplicate').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Duplicate' }).click()
  await page.getByRole('heading', { name: 'Stopped copy' }).waitFor()
  expect((await stored('stopped-copy')).allowed_clients).toEqual([])
  await button('Delete').click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('stopped-copy was deleted').waitFor()
  await button('Undo').click()
  await page.getByText('stopped-copy is back, disabled').waitFor()
})

test('the list says in words how each stands, and filters by it', async () => {
  provider.next({ status: 401, json: { error: 'invalid_client' } })
  await add('Broken one')
  await go(`${root}?status=error`)
  const list = listOf(page)
  await expect.poll(() => list.names()).toContain('Broken one')
  expect(await list.row('Broken one').innerText()).toContain('Error')
  expect(await list.row('Broken one').innerText()).toContain('invalid_client')
  await judge(tab)
})

const paths = [
  root,
  '/realms/default/new-oauth-server',
  `${root}/acme-crm`,
  `${root}/layered/overrides`,
  `${root}/acme-crm/uses`,
  `${root}/acme-crm/history`,
  '/realms/default/connections',
  '/realms/default/environments',
  '/realms/default/applications',
  '/realms/default/categories',
  '/realms/default/profiles',
  '/realms/default/profiles/google',
]

test.each([
  ['dark', 1280],
  ['light', 360],
] as const)(
  '%s, %i px: every page is accessible and fits',
  async (theme, width) => {
    const seen = await desk.open(root, { theme, width, height: 700 })
    for (const path of paths) {
      await seen.page.goto(`${desk.house.url}/console${path}`)
      await seen.page.locator('#page h1').waitFor()
      await seen.page.waitForLoadState('networkidle')
      await judge(seen)
    }
    expect(seen.complaints).toEqual([])
    await seen.close()
  },
  120_000,
)
