/** A house in which every page for people can be reached, and the way to each. */
import type { Page } from 'playwright-core'
import { addClient, addUser, USER_PASSWORD } from '../clients.ts'
import { authorizationUrl, pkce } from '../code-flow.ts'
import { type House, openHouse } from '../house.ts'
import { openSite } from '../other-site.ts'

const NATIVE_CALLBACK = 'http://127.0.0.1:7777/callback'

export interface Gallery {
  readonly house: House
  /** Of the applications: a page of another site. */
  readonly callback: string
  /** Leads a browser that was nowhere before to that page. */
  go(page: Page, name: PageName): Promise<unknown>
  /** To the sign-in page that this request of a client leads to. */
  ask(page: Page, clientId: string, more?: Readonly<Record<string, string>>): Promise<unknown>
  close(): Promise<void>
}

export async function openGallery(): Promise<Gallery> {
  const house = await openHouse()
  const site = await openSite()
  site.serve('/callback', '<!doctype html><title>Shop</title><link rel="icon" href="data:,"><h1>Welcome back</h1>')
  const callback = `${site.origin}/callback`
  await furnish(house, callback)
  const ask: Gallery['ask'] = (page, client_id, more = {}) =>
    page.goto(
      authorizationUrl(house, {
        response_type: 'code',
        client_id,
        redirect_uri: client_id === 'native' ? NATIVE_CALLBACK : callback,
        scope: 'openid profile email offline_access orders:read',
        state: 'a state',
        code_challenge: pkce().challenge,
        code_challenge_method: 'S256',
        ...more,
      }).href,
    )
  return {
    house,
    callback,
    ask,
    go: (page, name) => WAYS[name](page, { house, ask }),
    async close() {
      await site.close()
      await house.close()
    },
  }
}

async function furnish(house: House, callback: string): Promise<void> {
  const flow = { redirect_uris: [callback], grant_types: ['authorization_code'] }
  const asking = { ...flow, require_consent: true, scope: 'openid profile email offline_access' }
  await addClient(house, { ...asking, client_id: 'shop', client_name: 'The Shop' })
  await addClient(house, { ...flow, client_id: 'trusted', client_name: 'Intranet', scope: 'openid' })
  await addClient(house, {
    ...flow,
    client_id: 'native',
    client_name: 'Desk tool',
    token_endpoint_auth_method: 'none',
    redirect_uris: [NATIVE_CALLBACK],
    scope: 'openid',
  })
  await addUser(house, { username: 'ada', name: 'Ada', email: 'ada@example.com' })
  await addUser(house, { username: 'newcomer', must_change_password: true })
}

export async function typeIn(page: Page, username: string, password = USER_PASSWORD): Promise<void> {
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('#login')
}

type Way = (page: Page, gallery: Pick<Gallery, 'house' | 'ask'>) => Promise<unknown>

const consent: Way = async (page, { ask }) => {
  await ask(page, 'shop')
  await typeIn(page, 'ada')
  await page.waitForSelector('#approve')
}

const changePassword: Way = async (page, { ask }) => {
  await ask(page, 'shop')
  await typeIn(page, 'newcomer')
  await page.waitForSelector('#change_password')
}

const WAYS = {
  documentation: (page, { house }) => page.goto(`${house.url}/docs`),
  'sign in': (page, { ask }) => ask(page, 'shop'),
  'wrong password': async (page, { ask }) => {
    await ask(page, 'shop')
    await typeIn(page, 'ada', 'wrong')
    await page.waitForSelector('#problem')
  },
  'change password': changePassword,
  'change password, refused': async (page, gallery) => {
    await changePassword(page, gallery)
    await page.fill('#new_password', 'short')
    await page.fill('#new_password_again', 'short')
    await page.click('#change_password')
    await page.waitForSelector('#problem')
  },
  consent,
  confirm: async (page, { ask }) => {
    await ask(page, 'native')
    await typeIn(page, 'ada')
    await page.waitForSelector('#confirm')
  },
  'select account': async (page, gallery) => {
    await consent(page, gallery)
    await gallery.ask(page, 'shop', { prompt: 'select_account' })
  },
  'sign out': async (page, gallery) => {
    await consent(page, gallery)
    await page.goto(`${gallery.house.issuer()}/logout`)
  },
  'signed out': (page, { house }) => page.goto(`${house.issuer()}/logout`),
  error: (page, { ask }) => ask(page, 'nobody'),
  nowhere: (page, { house }) => page.goto(`${house.url}/nowhere`),
  'start again': (page, { house }) => page.goto(`${house.issuer()}/login/password?request=gone`),
} satisfies Readonly<Record<string, Way>>

export type PageName = keyof typeof WAYS
export const PAGE_NAMES = Object.keys(WAYS) as readonly PageName[]
