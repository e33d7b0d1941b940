/** A client's forms: registering one by its kind, every setting, what contradicts itself, and who may only look. */
import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient } from '../clients.ts'
import { tokenRequest } from '../code-flow.ts'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

const device = 'urn:ietf:params:oauth:grant-type:device_code'
let desk: Desk
let tab: Tab
let page: Page

beforeAll(async () => {
  desk = await openDesk()
  await desk.office.post('/realms/default/apis', { identifier: 'https://orders.example/api' })
  await desk.office.post('/realms/default/scopes', { name: 'orders:read', api: 'https://orders.example/api' })
  tab = await desk.open('/realms/default/clients')
  page = tab.page
  page.setDefaultTimeout(8000)
}, 180_000)

afterAll(() => desk.close())

const stored = async (id: string) => (await desk.office.get(`/realms/default/clients/${id}`)).body
const field = (label: string) => page.getByLabel(label, { exact: true })
const button = (name: string) => page.getByRole('button', { name, exact: true })

async function begin(path: string): Promise<void> {
  await page.goto(`${desk.house.url}/console/realms/${path}`)
  await button('Back').waitFor()
}

async function ofKind(kind: string, id: string): Promise<void> {
  await begin('default/new-client')
  await page.getByRole('radio', { name: kind }).check({ force: true })
  await page.getByRole('textbox', { name: 'Client ID' }).fill(id)
  await page.getByRole('textbox', { name: 'Name' }).fill(`The ${id}`)
}

async function submit(id: string): Promise<void> {
  await button('Submit').click()
  await page.getByText(`${id} is saved`).first().waitFor()
}

describe('registering', () => {
  test('from the list by New; only Client ID and Name have to be said, and Back saves nothing', async () => {
    await page.getByRole('link', { name: 'New client' }).click()
    await page.getByRole('heading', { name: 'New client' }).waitFor()
    expect(await page.title()).toBe('New client · Sallyport')
    await button('Submit').click()
    for (const name of ['Client ID', 'Name']) {
      await expect.poll(() => page.getByRole('textbox', { name }).getAttribute('aria-invalid')).toBe('true')
    }
    await expect.poll(() => page.getByText('Must be filled in.').count()).toBe(2)
    await page.getByRole('textbox', { name: 'Client ID' }).fill('never-saved ')
    await page.getByText('Must not begin or end with a space.').waitFor()
    await page.getByRole('textbox', { name: 'Client ID' }).fill('never-saved')
    await button('Back').click()
    await page.getByRole('dialog').getByRole('button', { name: 'Leave' }).click()
    await page.getByRole('heading', { name: 'Clients' }).waitFor()
    expect((await desk.office.get('/realms/default/clients/never-saved')).status).toBe(404)
  })

  test('to choose a kind is not yet to have typed something: Back asks nothing', async () => {
    await page.goto(`${desk.house.url}/console/realms/default/clients`)
    await page.getByRole('link', { name: 'New client' }).click()
    await page.getByRole('radio', { name: 'Machine' }).check({ force: true })
    await expect.poll(() => new URL(page.url()).searchParams.get('type')).toBe('machine')
    expect(await page.getByText('Not saved yet').count()).toBe(0)
    await button('Back').click()
    await page.getByRole('heading', { name: 'Clients' }).waitFor()
    expect(await page.getByRole('dialog').count()).toBe(0)
  })

  test('the secret is shown this once, works, and lies in the .env file', async () => {
    await ofKind('Machine', 'nightly')
    expect(await field('Expires in').inputValue()).toBe('3600')
    await page.getByText('1 hour', { exact: true }).waitFor()
    await button('Submit').click()
    await page.getByRole('heading', { name: 'nightly is registered' }).waitFor()
    const client_secret = (await page.getByLabel('The secret').innerText()).trim()
    const saving = page.waitForEvent('download')
    await button('Save as .env').click()
    const file = await saving
    expect(file.suggestedFilename()).toBe('nightly.env')
    expect(await readFile(await file.path(), 'utf8')).toBe(
      `OAUTH_ISSUER=${desk.house.issuer()}\nOAUTH_CLIENT_ID=nightly\nOAUTH_CLIENT_SECRET=${client_secret}\n`,
    )
    await page.getByText(`${desk.house.issuer()}/token`).first().waitFor()
    await judge(tab)
    const credentials = { client_id: 'nightly', client_secret }
    const answer = await tokenRequest(desk.house, credentials, { grant_type: 'client_credentials' })
    expect(answer.status).toBe(200)
    await page.getByRole('link', { name: 'Open the client' }).click()
    await page.getByRole('heading', { name: 'nightly', exact: true }).waitFor()
    expect(await page.content()).not.toContain(client_secret)
  })

  test.each([
    ['Web application', { grant_types: ['authorization_code', 'refresh_token'], require_client_secret: true }],
    ['Single page', { grant_types: ['authorization_code', 'refresh_token'], token_endpoint_auth_method: 'none' }],
    ['Native', { token_endpoint_auth_method: 'none', require_pkce: true, offline_access: true }],
    ['Machine', { grant_types: ['client_credentials'], scope: '', require_client_secret: true }],
    ['Device or CLI', { grant_types: [device, 'refresh_token'], token_endpoint_auth_method: 'none' }],
    ['Custom', { grant_types: ['authorization_code'], scope: 'openid profile email' }],
  ])('%s presets what it needs', async (kind, expected) => {
    const id = `kind-${kind.split(' ')[0]?.toLowerCase() ?? ''}`
    await ofKind(kind, id)
    await button('Submit').click()
    await page.getByRole('heading', { name: `${id} is registered` }).waitFor()
    expect(await stored(id)).toMatchObject({ client_name: `The ${id}`, enabled: true, expires_in: 3600, ...expected })
  })

  test('a taken name and a short secret are told at their fields', async () => {
    await ofKind('Machine', 'nightly')
    await field('Client secret').fill('too short')
    await button('Submit').click()
    await expect.poll(() => field('Client secret').getAttribute('aria-invalid')).toBe('true')
    await field('Client secret').fill('long enough for a secret')
    await button('Submit').click()
    const id = page.getByRole('textbox', { name: 'Client ID' })
    await expect.poll(() => id.getAttribute('aria-invalid')).toBe('true')
    expect(await page.title()).toBe('New client · Sallyport')
  })
})

test('N151 a name of 10 kB is refused at its field, and nothing else is lost; one from right to left is kept', async () => {
  await ofKind('Machine', 'named')
  const name = page.getByRole('textbox', { name: 'Name' })
  await name.fill('x'.repeat(10_240))
  await field('Expires in').fill('1800')
  await button('Submit').click()
  await page.getByText('Must have at most 200 characters.').waitFor()
  expect(await name.getAttribute('aria-invalid')).toBe('true')
  expect(await field('Expires in').inputValue()).toBe('1800')
  await name.fill('שלום \u202eevil')
  await button('Submit').click()
  await page.getByRole('heading', { name: 'named is registered' }).waitFor()
  expect(await stored('named')).toMatchObject({ client_name: 'שלום \u202eevil', expires_in: 1800 })
})

describe('settings', () => {
  test('every field of the form is kept', async () => {
    await addClient(desk.house, { client_id: 'all', client_name: 'All', grant_types: ['authorization_code'] })
    await begin('default/clients/all')
    await field('Description').fill('Says what it is')
    await field('URI').fill('https://all.example')
    await button('Add redirect URI').click()
    await field('Redirect URIs 1').fill('https://all.example/callback')
    await button('Add post-logout URI').click()
    await field('Post-logout redirect URIs 1').fill('https://all.example/bye')
    await button('Add origin').click()
    await field('Allowed CORS origins 1').fill('https://all.example/')
    await field('Allowed CORS origins 1').blur()
    await page.getByText('The slash at the end is not part of an origin').waitFor()
    await page.getByRole('checkbox', { name: 'Refresh token' }).check()
    await page.getByRole('switch', { name: 'Offline access' }).click({ force: true })
    await page.getByRole('switch', { name: 'Ask users for consent' }).click({ force: true })
    await field('Expires in').fill('30m')
    await field('Expires in').blur()
    await field('Access token format').selectOption('opaque')
    await field('ID token signature').selectOption('ES256')
    await field('Refresh token: unused for').fill('1d')
    await field('Refresh token: at most').fill('90d')
    await field('Logo').fill('https://all.example/logo.svg')
    await field('Privacy policy').fill('https://all.example/privacy')
    await field('Terms of service').fill('https://all.example/terms')
    await field('Address of the key set').fill('https://all.example/jwks.json')
    await page.getByRole('combobox', { name: 'Allowed scopes' }).fill('orders')
    await page.getByRole('option', { name: 'orders:read' }).click()
    await page.keyboard.press('Escape')
    await page.getByRole('switch', { name: 'May introspect' }).click({ force: true })
    await submit('all')
    expect(await stored('all')).toMatchObject({
      description: 'Says what it is',
      client_uri: 'https://all.example',
      redirect_uris: ['https://all.example/callback'],
      post_logout_redirect_uris: ['https://all.example/bye'],
      allowed_cors_origins: ['https://all.example'],
      grant_types: ['authorization_code', 'refresh_token'],
      scope: 'offline_access orders:read',
      offline_access: true,
      require_consent: true,
      expires_in: 1800,
      access_token_format: 'opaque',
      id_token_signed_response_alg: 'ES256',
      refresh_idle_seconds: 86_400,
      refresh_absolute_seconds: 7_776_000,
      logo_uri: 'https://all.example/logo.svg',
      policy_uri: 'https://all.example/privacy',
      tos_uri: 'https://all.example/terms',
      jwks_uri: 'https://all.example/jwks.json',
      introspect_all: true,
    })
  })

  test('fields that say one thing in two ways move together; another method ends the secrets and makes one', async () => {
    await addClient(desk.house, { client_id: 'linked', grant_types: ['authorization_code'], scope: 'openid' })
    await begin('default/clients/linked')
    await page.getByRole('switch', { name: 'Require client secret' }).click({ force: true })
    expect(await field('Authentication method').inputValue()).toBe('none')
    await page.getByText('its secrets end').waitFor()
    await submit('linked')
    expect((await stored('linked')).token_endpoint_auth_method).toBe('none')
    await field('Authentication method').selectOption('client_secret_post')
    expect(await page.getByRole('switch', { name: 'Require client secret' }).isChecked()).toBe(true)
    await button('Submit').click()
    const dialog = page.getByRole('dialog', { name: 'The new secret of linked' })
    expect((await dialog.getByLabel('The secret').innerText()).trim().length).toBeGreaterThan(40)
    await page.keyboard.press('Escape')
    await dialog.getByRole('button', { name: 'I have kept it' }).click()
    await expect.poll(() => dialog.count()).toBe(0)
    expect((await stored('linked')).token_endpoint_auth_method).toBe('client_secret_post')
  })

  test('a contradiction is explained where it arises, and mended by its button', async () => {
    await addClient(desk.house, { client_id: 'torn', grant_types: ['authorization_code'] })
    await begin('default/clients/torn')
    await page.getByText('no code can be sent anywhere yet').waitFor()
    await page.getByRole('checkbox', { name: 'Client credentials' }).check()
    await field('Authentication method').selectOption('none')
    await page.getByText('Client credentials need a client that proves who it is').waitFor()
    await button('Require a secret').click()
    expect(await field('Authentication method').inputValue()).toBe('client_secret_basic')
    await page.getByRole('checkbox', { name: 'Password' }).check()
    await page.getByText('the client sees the passwords of people').waitFor()
    await page.getByText('This realm does not allow the password grant').waitFor()
    await judge(tab)
    await button('Take it away').click()
    await page.getByRole('checkbox', { name: 'Authorization code' }).uncheck()
    await page.getByRole('checkbox', { name: 'Refresh token' }).check()
    await button('Take refresh token away').click()
    await submit('torn')
    expect((await stored('torn')).grant_types).toEqual(['client_credentials'])
  })

  test('what the server refuses stands at its field, and nothing is lost', async () => {
    await addClient(desk.house, { client_id: 'long', token_endpoint_auth_method: 'none', grant_types: [device] })
    await begin('default/clients/long')
    await field('Description').fill('kept')
    await field('Expires in').fill('2h')
    await field('Expires in').blur()
    await page.getByText('Tokens of a public client live at most 1 hour').waitFor()
    await button('Submit').click()
    await expect.poll(() => field('Expires in').getAttribute('aria-invalid')).toBe('true')
    expect(await field('Description').inputValue()).toBe('kept')
    await button('Make it 1 hour').click()
    await submit('long')
    expect(await stored('long')).toMatchObject({ expires_in: 3600, description: 'kept' })
  })

  test('a built-in client carries its badge and can only be read', async () => {
    await begin('system/clients/sallyport-cli')
    await page.getByText('Built-in', { exact: true }).waitFor()
    expect(await page.getByRole('textbox', { name: 'Name' }).getAttribute('readonly')).not.toBeNull()
    for (const name of ['Submit', 'Delete', 'Disable']) expect(await button(name).count()).toBe(0)
  })
})

test.each(['light', 'dark'] as const)('%s: new and settings are accessible', async (theme) => {
  const other = await desk.open('/realms/default/clients', { theme })
  await other.page.goto(`${desk.house.url}/console/realms/default/new-client?type=custom`)
  await other.page.getByRole('button', { name: 'Submit' }).waitFor()
  await judge(other)
  await other.page.goto(`${desk.house.url}/console/realms/default/clients/all`)
  await other.page.getByRole('button', { name: 'Submit' }).waitFor()
  await judge(other)
  expect(other.complaints).toEqual([])
  await other.close()
})

test('360 px wide: both forms fit', async () => {
  const narrow = await desk.open('/realms/default/new-client?type=spa', { width: 360, height: 640 })
  await narrow.page.getByRole('button', { name: 'Submit' }).waitFor()
  await judge(narrow)
  await narrow.page.goto(`${desk.house.url}/console/realms/default/clients/all`)
  await narrow.page.getByRole('button', { name: 'Submit' }).waitFor()
  await judge(narrow)
  expect(narrow.complaints).toEqual([])
  await narrow.close()
})
