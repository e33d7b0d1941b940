import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { launchBrowser } from './chromium.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { authorizationUrl, pkce } from './code-flow.ts'
import { type House, openHouse } from './house.ts'

/** An application on another origin: it shows what it was called with, and one page posts a form to us. */
const application = createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  const target = new URL(request.url ?? '/', 'http://app').searchParams.get('target') ?? ''
  const field = (name: string, value: string) => `<input name="${name}" value="${value}">`
  const form = `<form method="post" action="${target}">${field('username', 'ada')}${field('password', USER_PASSWORD)}<button>go</button></form>`
  response.end(`<!doctype html><title>application</title>${target === '' ? 'called' : form}`)
})

let house: House
let browser: Browser
let client: Credentials
let redirectUri: string

beforeAll(async () => {
  application.listen(0, '127.0.0.1')
  await once(application, 'listening')
  redirectUri = `http://127.0.0.1:${(application.address() as AddressInfo).port}/callback`
  house = await openHouse()
  client = await addClient(house, {
    client_id: 'application',
    client_name: 'An application',
    grant_types: ['authorization_code'],
    redirect_uris: [redirectUri],
    scope: 'openid profile email',
    require_consent: true,
  })
  await addUser(house, { username: 'ada' })
  browser = await launchBrowser()
})

afterAll(async () => {
  await browser.close()
  await house.close()
  application.close()
})

const start = (more: Readonly<Record<string, string>> = {}) =>
  authorizationUrl(house, {
    response_type: 'code',
    client_id: client.client_id,
    redirect_uri: redirectUri,
    scope: 'openid profile email',
    code_challenge: pkce().challenge,
    code_challenge_method: 'S256',
    ...more,
  }).href

async function typeLogin(tab: Page, password = USER_PASSWORD): Promise<void> {
  await tab.getByLabel('Username or e-mail address').fill('ada')
  await tab.getByLabel('Password').fill(password)
  await tab.getByRole('button', { name: 'Sign in' }).click()
}

async function judge(tab: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page: tab }).analyze()
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([])
  const width = await tab.evaluate('document.documentElement.scrollWidth')
  expect(width).toBeLessThanOrEqual(360)
}

describe.each(['light', 'dark'] as const)('in a real browser, 360 px wide, %s', (colorScheme) => {
  let context: BrowserContext

  beforeAll(async () => {
    context = await browser.newContext({ viewport: { width: 360, height: 640 }, colorScheme })
  })

  afterAll(() => context.close())

  test('every page of a login is accessible, and its forms lead to the application (N021 N027)', async () => {
    const tab = await context.newPage()
    const complaints: string[] = []
    tab.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    await tab.goto(start({ prompt: 'consent' }))
    await judge(tab)
    await typeLogin(tab, 'not the password')
    await tab.getByRole('alert').waitFor()
    await judge(tab)
    await typeLogin(tab)
    await tab.getByRole('button', { name: 'Allow' }).waitFor()
    await judge(tab)
    await tab.getByRole('button', { name: 'Allow' }).click()
    await tab.waitForURL(/\/callback\?code=/)

    await tab.goto(start({ prompt: 'select_account' }))
    await judge(tab)
    await tab.getByRole('button', { name: 'Continue as ada' }).click()
    await tab.waitForURL(/\/callback\?code=/)

    await tab.goto(`${house.issuer()}/login/password?request=unknown`)
    await judge(tab)
    await tab.goto(`${house.issuer()}/logout`)
    await judge(tab)
    await tab.getByRole('button', { name: 'Sign out' }).click()
    await tab.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await judge(tab)
    // A wrong password and an unknown request are answered with their status, which the console mentions.
    expect(complaints.filter((text) => !text.includes('status of 4'))).toEqual([])
    await tab.close()
  })
})

test('N027 N028 a form on another site signs nobody in', async () => {
  const context = await browser.newContext()
  const tab = await context.newPage()
  await tab.goto(start())
  const target = encodeURIComponent(tab.url())
  await tab.goto(`${redirectUri}?target=${target}`)
  const [answer] = await Promise.all([tab.waitForResponse(/login\/password/), tab.getByRole('button').click()])
  expect(answer.status()).toBe(403)
  expect((await context.cookies()).filter(({ name }) => name.includes('session'))).toEqual([])
  await context.close()
})

test('pages work without JavaScript', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false })
  const tab = await context.newPage()
  await tab.goto(start({ prompt: 'consent' }))
  await typeLogin(tab)
  await tab.getByRole('button', { name: 'Cancel' }).click()
  await tab.waitForURL(/\/callback\?/)
  expect(new URL(tab.url()).searchParams.get('error')).toBe('access_denied')
  await context.close()
})
