/**
 * Makes the pictures of the documents from the running product: `node test/pictures.ts` opens a house with a few
 * clients in it, signs in with a real browser, and writes docs/pictures/console-*.png. What a picture has to show is
 * waited for, so that a page that no longer comes fails here instead of being drawn empty.
 */
import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { ensureConsole } from '../scripts/console.mjs'
import { launchBrowser } from './chromium.ts'
import { addClient, addUser, USER_PASSWORD } from './clients.ts'
import { REDIRECT_URI, tokensOf } from './code-flow.ts'
import { ADMIN_PASSWORD, type House, openHouse } from './house.ts'
import { adminOffice } from './office.ts'
import { openScriptedServer, type ScriptedServer } from './scripted-server.ts'

const target = resolve(import.meta.dirname, '../docs/pictures')
const clients = '/realms/default/clients'

const machines = [
  ['billing-export', 'Billing export', 'https://billing.example', 900],
  ['carrier-sync', 'Carrier sync', 'https://carriers.example', 3600],
  ['mail-digest', 'Mail digest', null, 3600],
  ['nightly-report', 'Nightly report', 'https://reports.example', 7200],
  ['price-feed', 'Price feed', 'https://prices.example', 300],
  ['stock-count', 'Stock count', 'https://stock.example', null],
  ['warehouse-door', 'Warehouse door', null, 43_200],
] as const

async function furnish(house: House, provider: ScriptedServer): Promise<void> {
  await addUser(house, { username: 'ada', name: 'Ada Lovelace', email: 'ada@shop.example' })
  await addUser(house, { username: 'grace', name: 'Grace Hopper', email: 'grace@shop.example' })
  for (const [client_id, client_name, client_uri, expires_in] of machines) {
    const enabled = client_id !== 'mail-digest'
    await addClient(house, {
      client_id,
      client_name,
      client_uri,
      expires_in,
      enabled,
      grant_types: ['client_credentials'],
    })
  }
  for (const [client_id, client_name, username] of [
    ['shop-web', 'The shop', 'ada'],
    ['support-desk', 'Support desk', 'grace'],
  ] as const) {
    const client = await addClient(house, {
      client_id,
      client_name,
      client_uri: 'https://shop.example',
      expires_in: 3600,
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid profile email offline_access',
    })
    await tokensOf(house, { client, username, scope: 'openid offline_access' })
  }
  const office = await adminOffice(house)
  const token = { json: { access_token: 'a token of the other side', token_type: 'Bearer', expires_in: 3600 } }
  const refusal = { status: 401, json: { error: 'invalid_client', error_description: 'the secret has expired' } }
  for (const [name, path, answer] of [
    ['Carrier tracking', '/carrier', token],
    ['Mail gateway', '/mail', token],
    ['Payments', '/payments', refusal],
  ] as const) {
    provider.stand(path, answer)
    const made = await office.post('/realms/default/oauth-servers', {
      name,
      grant_type: 'client_credentials',
      client_id: 'sallyport',
      client_secret: 'known to both of us',
      token_endpoint: `${provider.url}${path}`,
    })
    if (made.status !== 201) throw new Error(`no OAuth server ${name}: ${JSON.stringify(made.body)}`)
  }
}

interface Look {
  readonly theme?: 'light' | 'dark'
  readonly width?: number
  readonly height?: number
}

async function openWindow(browser: Browser, house: House, { theme = 'light', width = 1280, height = 720 }: Look = {}) {
  const context = await browser.newContext({ colorScheme: theme, viewport: { width, height } })
  const page = await context.newPage()
  await page.goto(`${house.url}/console/`)
  await page.getByLabel('Username or e-mail address').fill('admin')
  await page.getByLabel('Password').fill(ADMIN_PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('#page h1').waitFor()
  return {
    page,
    async shoot(name: string, path: string, wanted: string): Promise<void> {
      if (path !== '') await page.goto(`${house.url}/console${path}`)
      await page.getByText(wanted).first().waitFor()
      await page.waitForLoadState('networkidle')
      await page.evaluate('Promise.all(document.getAnimations().map((one) => one.finished.catch(() => undefined)))')
      await page.screenshot({ path: resolve(target, `console-${name}.png`) })
    },
  }
}

/** The whole flow, so that the picture shows its steps and tokens. */
async function tryIt(page: Page, house: House): Promise<void> {
  await page.goto(`${house.url}/console${clients}/shop-web/try-it`)
  await page.getByRole('button', { name: 'Add it' }).click()
  await page.getByRole('button', { name: 'Make one that lives 10 minutes' }).click()
  await page.getByText(/^Made for this page/).waitFor()
  const opening = page.context().waitForEvent('page')
  await page.getByRole('button', { name: 'Try it', exact: true }).click()
  const popup = await opening
  await popup.getByLabel('Username or e-mail address').fill('ada')
  await popup.getByLabel('Password').fill(USER_PASSWORD)
  await popup.getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('article', { name: 'Access token' }).scrollIntoViewIfNeeded()
}

await ensureConsole()
const provider = await openScriptedServer()
const house = await openHouse({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8' } })
const browser = await launchBrowser()
try {
  await furnish(house, provider)
  const light = await openWindow(browser, house)
  await light.shoot('clients', clients, 'warehouse-door')
  await light.shoot('client', `${clients}/shop-web`, 'Redirect URIs')
  await light.shoot('runtime', `${clients}/shop-web/runtime`, 'redeemed')
  await light.shoot('oauth-servers', '/realms/default/oauth-servers', 'Payments')
  await tryIt(light.page, house)
  await light.shoot('try-it', '', 'Access token')
  const dark = await openWindow(browser, house, { theme: 'dark' })
  await dark.shoot('clients-dark', clients, 'warehouse-door')
  const narrow = await openWindow(browser, house, { width: 360, height: 720 })
  await narrow.shoot('clients-narrow', clients, 'Clients')
} finally {
  await browser.close()
  await house.close()
  await provider.close()
}
