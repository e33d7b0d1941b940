import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser } from './chromium.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, jsonOf } from './office.ts'
import { addCaller, outboundBearer } from './outbound-house.ts'
import { form } from './requests.ts'

/*
 * A real browser on the whole way: our pages, a provider that sends people over another origin first, and back to the
 * application. The provider's realm has another name than ours, since browsers share cookies between ports.
 */

const SECRET = 'a-secret-at-the-other-house-long-enough'

/** The application, and the hop of the provider's. */
const elsewhere = createServer((request, response) => {
  const { pathname, search } = new URL(request.url ?? '/', 'http://elsewhere')
  if (pathname === '/hop') response.writeHead(302, { location: `${provider.issuer('idp')}/authorize${search}` }).end()
  else response.setHeader('content-type', 'text/html').end('<!doctype html><title>application</title>')
})

let house: House
let provider: House
let browser: Browser
let app: Credentials
let sub: string
let origin: string

beforeAll(async () => {
  elsewhere.listen(0, '127.0.0.1')
  await once(elsewhere, 'listening')
  origin = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}`
  provider = await openHouse()
  await (await adminOffice(provider)).post('/realms', { name: 'idp' })
  house = await openHouse({ env: { SALLYPORT_EGRESS_ALLOW: '127.0.0.0/8,::1' } })
  const there = {
    client_id: 'ours',
    token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['authorization_code', 'refresh_token'],
    redirect_uris: [`${house.issuer()}/outbound/mail/callback`],
    scope: 'openid offline_access',
  } as const
  await addClient(provider, there, SECRET, 'idp')
  await addUser(provider, { username: 'ann-there' }, 'idp')
  const issuer = provider.issuer('idp')
  const made = await (await adminOffice(house)).post('/realms/default/oauth-servers', {
    name: 'Mail',
    profile: 'generic_oidc',
    grant_type: 'authorization_code',
    client_id: 'ours',
    client_secret: SECRET,
    issuer,
    iss_in_callback: true,
    token_endpoint: `${issuer}/token`,
    authorization_endpoint: `${origin}/hop`,
    scope: 'openid offline_access',
    allowed_clients: ['*'],
  })
  if (made.status !== 201) throw new Error(JSON.stringify(made.body))
  sub = await addUser(house, { username: 'ann' })
  app = await addCaller(house, 'app', {
    client_name: 'The application',
    grant_types: ['authorization_code', 'client_credentials'],
    redirect_uris: [`${origin}/connected`],
  })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await house.close()
  await provider.close()
  elsewhere.close()
})

async function signIn(tab: Page, username: string): Promise<void> {
  await tab.getByLabel('Username or e-mail address').fill(username)
  await tab.getByLabel('Password').fill(USER_PASSWORD)
  await tab.getByRole('button', { name: 'Sign in' }).click()
}

test('from the application’s link to the application, 360 px wide', async () => {
  const response = await fetch(`${house.issuer()}/outbound/mail/connect`, {
    method: 'POST',
    headers: { authorization: `Bearer ${await outboundBearer(house, app)}` },
    body: form({ sub, return_url: `${origin}/connected` }),
  })
  const { connect_url } = await jsonOf(response)
  const context = await browser.newContext({ viewport: { width: 360, height: 640 } })
  const tab = await context.newPage()
  const complaints: string[] = []
  tab.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
  await tab.goto(String(connect_url))
  await signIn(tab, 'ann')
  await tab.getByRole('heading', { name: 'Connect Mail?' }).waitFor()
  const { violations } = await new AxeBuilder({ page: tab }).analyze()
  expect(violations.map(({ id }) => id)).toEqual([])
  expect(await tab.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
  await tab.getByRole('button', { name: 'Connect' }).click()
  await tab.waitForURL(`${provider.url}/**`)
  await signIn(tab, 'ann-there')
  await tab.waitForURL(`${origin}/connected?**`)
  expect(new URL(tab.url()).search).toBe('?oauth_server=mail&result=connected')
  expect(complaints).toEqual([])
  await context.close()
})
