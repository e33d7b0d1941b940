/** Try it: a client's flows, walked in the browser against the real endpoints. */
import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, addUser, type Credentials, USER_PASSWORD } from '../clients.ts'
import { DEVICE_CODE, toQuestion } from '../device-flow.ts'
import { type Desk, judge, openDesk, type Tab } from './desk.ts'

let desk: Desk
let tab: Tab
let page: Page
let machine: Credentials
let web: Credentials
const scope = 'openid profile offline_access'

beforeAll(async () => {
  desk = await openDesk()
  const { house } = desk
  machine = await addClient(house, { client_id: 'nightly-report', grant_types: ['client_credentials'] })
  web = await addClient(house, {
    client_id: 'shop-web',
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'password'],
    redirect_uris: ['https://shop.example/callback'],
    scope,
  })
  await addClient(house, {
    client_id: 'tv',
    grant_types: [DEVICE_CODE],
    token_endpoint_auth_method: 'none',
    scope: 'openid',
  })
  await addClient(house, { client_id: 'only-refresh', grant_types: ['refresh_token'] })
  await addClient(house, {
    client_id: 'signing',
    grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_jwt',
  })
  await addUser(house, { username: 'ada', name: 'Ada Lovelace' })
  const password = USER_PASSWORD
  await desk.office.post('/realms/system/users', { username: 'vera', password, roles: ['viewer'] })
  tab = await desk.open(tryIt('nightly-report'))
  page = tab.page
}, 180_000)

afterAll(() => desk.close())

function tryIt(id: string): string {
  return `/realms/default/clients/${id}/try-it`
}

async function open(path: string): Promise<void> {
  await page.goto(`${desk.house.url}/console${path}`)
  await page.locator('#page h1').waitFor()
}

function keyPair(type: string): { publicKey: KeyObject; privateKey: KeyObject } {
  if (type === 'rsa') return generateKeyPairSync('rsa', { modulusLength: 2048 })
  return type === 'ec' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('ed25519')
}

function step(title: string): Locator {
  return page.getByRole('listitem', { name: title, exact: true })
}

async function run(): Promise<void> {
  await page.getByRole('button', { name: 'Try it', exact: true }).click()
}

/** Signs in and agrees, in the window that was opened. */
async function asAda(window: Page): Promise<void> {
  await window.getByLabel('Username or e-mail address').fill('ada')
  await window.getByLabel('Password').fill(USER_PASSWORD)
  await window.getByRole('button', { name: 'Sign in' }).click()
}

describe('client credentials', () => {
  test('a typed secret gets a token; it can be looked at, introspected and revoked', async () => {
    await open(tryIt('nightly-report'))
    await page.getByRole('textbox', { name: 'Client secret' }).fill(machine.client_secret)
    await run()
    await step('Token request').getByText('200', { exact: true }).waitFor()
    const token = page.getByRole('article', { name: 'Access token' })
    await token.getByText(/^Expires in /).waitFor()
    await token.getByText('What it says').click()
    await page.getByRole('table', { name: 'Claims of the access token' }).getByText('nightly-report').first().waitFor()
    await token.getByRole('button', { name: 'Check with the server' }).click()
    await token.getByText('It holds: every check passed.').waitFor()
    await page.getByRole('button', { name: 'Introspect' }).click()
    await expect.poll(() => step('Introspection request').innerText()).toContain('"active": true')
    await page.getByRole('button', { name: 'Revoke access token' }).click()
    await step('Revocation request').getByText('200', { exact: true }).waitFor()
    await token.getByRole('button', { name: 'Check again' }).click()
    await token.getByText(/It does not hold/).waitFor()
  })

  test('secrets and tokens are covered until somebody wants to see them', async () => {
    await open(tryIt('nightly-report'))
    await page.getByRole('textbox', { name: 'Client secret' }).fill(machine.client_secret)
    await run()
    const request = step('Token request')
    await request.getByText('200', { exact: true }).waitFor()
    const basic = btoa(`nightly-report:${machine.client_secret}`)
    expect(await request.innerText()).toMatch(/authorization: Basic ••+\n/)
    expect(await page.content()).not.toContain(basic)
    await page.getByRole('switch', { name: 'Show secrets and tokens' }).click()
    expect(await request.innerText()).toContain(basic)
    expect(await request.innerText()).toMatch(/"access_token": "ey/)
  })

  test('a refusal is told with its error, its description and what to do', async () => {
    await open(tryIt('nightly-report'))
    await page.getByRole('textbox', { name: 'Client secret' }).fill('wrong')
    await run()
    const refused = step('Token request')
    await refused.getByText('invalid_client', { exact: true }).waitFor()
    expect(await refused.getByRole('alert').innerText()).toContain('Look under Credentials')
    await page.getByRole('textbox', { name: 'Client secret' }).fill(machine.client_secret)
    await page.getByLabel('Scope').fill('nonsense')
    await run()
    await refused.getByText('invalid_scope', { exact: true }).waitFor()
    expect(await page.getByRole('article').count()).toBe(0)
    expect(tab.complaints.filter((one) => !one.includes('Failed to load resource'))).toEqual([])
  })

  test('a secret of ten minutes is made beside the others, and all is gone after leaving', async () => {
    await open(tryIt('nightly-report'))
    await page.getByRole('button', { name: 'Make one that lives 10 minutes' }).click()
    await page.getByText(/^Made for this page/).waitFor()
    await run()
    await step('Token request').getByText('200', { exact: true }).waitFor()
    const { body } = await desk.office.get('/realms/default/clients/nightly-report/secrets')
    const made = body.items.find(({ label }: { label: string }) => label === 'Try it')
    expect(made.expires_at - made.created_at).toBeLessThanOrEqual(600)
    expect(body.items).toContainEqual(expect.objectContaining({ label: '', expires_at: null }))
    const tabs = page.getByRole('navigation', { name: 'Parts of this page' })
    await tabs.getByRole('link', { name: 'Settings' }).click()
    await page.getByLabel('Description').waitFor()
    await tabs.getByRole('link', { name: 'Try it' }).click()
    await page.getByText('Each request stands here as it is sent').waitFor()
    expect(await page.getByRole('textbox', { name: 'Client secret' }).inputValue()).toBe('')
    expect(page.url()).not.toMatch(/secret|token=|eyJ/)
    expect(await page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toContain('eyJ')
  })

  test('a client that signs its assertions signs them here', async () => {
    await open(tryIt('signing'))
    await page.getByRole('button', { name: 'Make one that lives 10 minutes' }).click()
    await page.getByText(/^Made for this page/).waitFor()
    await run()
    await step('Token request').getByText('200', { exact: true }).waitFor()
    expect(await step('Token request').innerText()).toContain('client_assertion=••')
  })

  test.each([
    ['ec', {}],
    ['rsa', {}],
    ['rsa', { alg: 'PS256' }],
    ['ed25519', {}],
  ])('and one with a key of its own: %s %o', async (type, more) => {
    const { publicKey, privateKey } = keyPair(type)
    const id = `keyed-${type}-${Object.values(more).join()}`
    await addClient(desk.house, {
      client_id: id,
      grant_types: ['client_credentials'],
      token_endpoint_auth_method: 'private_key_jwt',
      jwks: { keys: [{ ...publicKey.export({ format: 'jwk' }), ...more, kid: 'one' }] },
    })
    await open(tryIt(id))
    await page.getByLabel('Private key (JWK)').fill('{"kty":"EC"}')
    await run()
    await page.getByText('The key has to be a private key as a JWK.').waitFor()
    const key = JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...more, kid: 'one' })
    await page.getByLabel('Private key (JWK)').fill(key)
    await run()
    await step('Token request').getByText('200', { exact: true }).waitFor()
    expect(await step('Token request').innerText()).toContain('client_assertion=••')
  })
})

describe('authorization code with PKCE', () => {
  test('the redirect URI is added, the flow is walked, tokens are refreshed, and it is removed again', async () => {
    await open(tryIt('shop-web'))
    expect(await page.getByRole('button', { name: 'Try it', exact: true }).isEnabled()).toBe(false)
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText(/is among its redirect URIs/).waitFor()
    await page.getByRole('textbox', { name: 'Client secret' }).fill(web.client_secret)
    const opening = tab.context.waitForEvent('page')
    await run()
    const popup = await opening
    await asAda(popup)
    await step('Token request').getByText('200', { exact: true }).waitFor()
    await expect.poll(() => popup.isClosed()).toBe(true)
    const asked = await step('Authorization request').innerText()
    expect(asked).toContain('code_challenge_method=S256')
    expect(asked).toContain('state is the one that was sent')
    expect(asked).toContain('code=••')
    await page.getByRole('article', { name: 'ID token' }).getByText('What it says').click()
    await page.getByRole('table', { name: 'Claims of the id token' }).getByText('shop-web').first().waitFor()
    await page.getByRole('button', { name: 'Userinfo' }).click()
    await expect.poll(() => step('Userinfo request').innerText()).toContain('Ada Lovelace')
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await step('Token request').nth(1).getByText('200', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Revoke refresh token' }).click()
    await step('Revocation request').getByText('200', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Refresh', exact: true }).click()
    await step('Token request').nth(2).getByText('invalid_grant', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Remove it again' }).click()
    await page.getByRole('button', { name: 'Add it' }).waitFor()
    const { body } = await desk.office.get('/realms/default/clients/shop-web')
    expect(body.redirect_uris).toEqual(['https://shop.example/callback'])
  })

  test('a window that is closed ends the wait, and says what that may mean', async () => {
    await open(tryIt('shop-web'))
    await page.getByRole('button', { name: 'Add it' }).click()
    await page.getByText(/is among its redirect URIs/).waitFor()
    await page.getByLabel('Prompt').selectOption('login')
    const opening = tab.context.waitForEvent('page')
    await run()
    const popup = await opening
    await popup.getByLabel('Password').waitFor()
    await popup.close()
    await page.getByText(/closed before an answer came/).waitFor()
    await expect.poll(() => page.getByRole('button', { name: 'Try it', exact: true }).isEnabled()).toBe(true)
  })
})

describe('other grants', () => {
  test('device code: the code is shown, and the page waits until it was typed', async () => {
    await open(tryIt('tv'))
    await run()
    const code = await page.getByText(/^[A-Z]{4}-[A-Z]{4}$/).innerText()
    const { browser, page: question } = await toQuestion(desk.house, code, 'ada')
    await browser.submit(question, { approve: '1' })
    await step('Token request').getByText('200', { exact: true }).waitFor({ timeout: 15_000 })
    await page.getByRole('article', { name: 'Access token' }).waitFor()
    expect(await page.getByRole('button', { name: 'Introspect' }).count()).toBe(0)
  }, 30_000)

  test('password: the realm that does not allow it says so before and after', async () => {
    await open(`${tryIt('shop-web')}?grant=password`)
    await page.getByText(/does not allow the password grant/).waitFor()
    await page.getByRole('textbox', { name: 'Client secret' }).fill(web.client_secret)
    await page.getByLabel('Username').fill('ada')
    await page.getByRole('textbox', { name: 'Password' }).fill(USER_PASSWORD)
    await run()
    await step('Token request').getByText('unsupported_grant_type', { exact: true }).waitFor()
    await desk.office.patch('/realms/default', { allow_password_grant: true })
    await run()
    await step('Token request').getByText('200', { exact: true }).waitFor()
    expect(await step('Token request').innerText()).toContain('password=••')
  })

  test('a client without a beginning is told what to allow', async () => {
    await open(tryIt('only-refresh'))
    await page.getByText('There is nothing to begin with').waitFor()
    expect(await page.getByRole('button', { name: 'Try it', exact: true }).count()).toBe(0)
  })
})

test('a viewer may try with a secret of their own, and is offered no change', async () => {
  const other = await desk.open(tryIt('shop-web'), { as: { username: 'vera', password: USER_PASSWORD } })
  await other.page.getByRole('textbox', { name: 'Client secret' }).waitFor()
  expect(await other.page.getByRole('button', { name: /Make one|Add it|Remove it/ }).count()).toBe(0)
  await other.close()
})

describe('how it looks', () => {
  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)('%s, %i px: accessible, and nothing wider than the window', async (theme, width) => {
    const other = await desk.open(tryIt('nightly-report'), { theme, width })
    await other.page.getByRole('textbox', { name: 'Client secret' }).fill(machine.client_secret)
    await other.page.getByRole('button', { name: 'Try it', exact: true }).click()
    const token = other.page.getByRole('article', { name: 'Access token' })
    await token.getByText('What it says').click()
    await token.getByRole('button', { name: 'Check with the server' }).click()
    await token.getByText(/It holds/).waitFor()
    await judge(other)
    expect(other.complaints).toEqual([])
    await other.close()
  })
})
