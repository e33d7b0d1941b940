/** N151: whatever a name, a description or an address says, on every page it is text, and no page is wider for it. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addClient, addUser } from '../clients.ts'
import { tokensOf } from '../code-flow.ts'
import { type Desk, judge, openDesk } from './desk.ts'

const HOSTILE = `<img src=x onerror="document.title='owned'"> \u202eevil =1+1 ${'w'.repeat(80)}`

let desk: Desk
/** Pages that tell of hostile things. */
const pages: string[] = []

beforeAll(async () => {
  desk = await openDesk()
  const { house, office } = desk
  const make = async (path: string, body: object) => {
    const { status, body: made } = await office.post(path, body)
    expect([path, status, made]).toEqual([path, 201, made])
    return made
  }
  await make('/realms', { name: 'wild', display_name: HOSTILE })
  await make('/realms/wild/roles', { name: 'role', description: HOSTILE })
  const api = await make('/realms/wild/apis', { identifier: 'https://api.example/x', name: HOSTILE })
  await make('/realms/wild/scopes', { name: 'x:read', api: 'https://api.example/x', description: HOSTILE })
  const user = await make('/realms/wild/users', { username: 'eve', name: HOSTILE, address: { formatted: HOSTILE } })
  await make('/realms/wild/clients', { client_id: 'app', client_name: HOSTILE, grant_types: ['client_credentials'] })
  await make('/realms/wild/users', { username: 'gone', name: HOSTILE })
  const [gone] = (await office.get('/realms/wild/users?username=gone')).body.items
  await office.delete(`/realms/wild/users/${gone.id}`)
  const shop = await addClient(house, {
    client_id: 'shop',
    client_name: HOSTILE,
    redirect_uris: ['https://app.example/callback'],
    require_consent: true,
    grant_types: ['authorization_code'],
    scope: 'openid',
  })
  await addUser(house, { username: HOSTILE, name: HOSTILE })
  await tokensOf(house, { client: shop, username: HOSTILE })
  await house.app.context.events.flush()
  const ofUser = ['', '/credentials', '/sessions', '/consents', '/activity', '/history'].map(
    (at) => `users/${user.id}${at}`,
  )
  const ofRealm = ['', 'users', 'roles/role', 'roles/role/history', 'scopes', 'scopes/x:read', 'apis', `apis/${api.id}`]
  const more = [
    'audit',
    'deleted',
    'health',
    'configuration',
    'settings',
    'settings/history',
    'clients/app/quick-start',
  ]
  pages.push(...[...ofUser, ...ofRealm, ...more].map((at) => `/realms/wild/${at}`))
  pages.push(
    ...['events', 'tokens', 'tokens/sessions', 'consents'].map((at) => `/realms/default/${at}`),
    '/system/realms',
  )
}, 120_000)

afterAll(() => desk.close())

test('N151 hostile names are text on every page', async () => {
  const tab = await desk.open('/', { width: 360, height: 740 })
  for (const path of pages) {
    await tab.page.goto(`${desk.house.url}/console${path}`)
    await tab.page.locator('#page h1').waitFor()
    await tab.page.waitForLoadState('networkidle')
    expect([path, await tab.page.title()]).not.toEqual([path, 'owned'])
    expect([path, await tab.page.locator('img[src="x"]').count()]).toEqual([path, 0])
    await judge(tab)
  }
  expect(tab.complaints).toEqual([])
  await tab.close()
}, 180_000)

test('N151 and in the questions', async () => {
  const tab = await desk.open('/realms/wild/settings')
  await tab.page.getByRole('button', { name: 'Delete' }).click()
  const dialog = tab.page.getByRole('dialog', { name: 'Delete the realm wild?' })
  expect(await dialog.innerText()).toContain('<img src=x')
  await judge(tab)
  expect(tab.complaints).toEqual([])
  await tab.close()
})
