/** The shell of the console: who comes in, what everyone sees, how it is handed out. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addClient, USER_PASSWORD } from '../clients.ts'
import { type Desk, judge, openDesk, signIn } from './desk.ts'

let desk: Desk

beforeAll(async () => {
  desk = await openDesk()
  await addClient(desk.house, { client_id: 'shop-web', client_name: 'The shop', grant_types: ['client_credentials'] })
  await desk.office.post('/realms', { name: 'acme', display_name: 'Acme' })
  const password = USER_PASSWORD
  await desk.office.post('/realms/system/users', { username: 'vera', password, roles: ['viewer'] })
  await desk.office.post('/realms/system/users', { username: 'rita', password, roles: ['realm-admin:acme'] })
}, 120_000)

afterAll(() => desk.close())

describe('signing in', () => {
  test('leads back to where the person wanted to go, and the browser holds no token', async () => {
    const tab = await desk.open('/realms/default/clients?enabled=true')
    await expect.poll(() => tab.page.url()).toBe(`${desk.house.url}/console/realms/default/clients?enabled=true`)
    expect(await tab.page.title()).toBe('Clients · Sallyport')
    const kept = await tab.page.evaluate('JSON.stringify([localStorage, sessionStorage, document.cookie])')
    expect(kept).not.toMatch(/eyJ|session|token/i)
    await tab.close()
  })

  test('signing out ends the session', async () => {
    const tab = await desk.open('/', { as: { username: 'vera', password: USER_PASSWORD } })
    await tab.page.getByRole('button', { name: /vera/ }).click()
    await tab.page.getByRole('menuitem', { name: 'Sign out' }).click()
    await expect.poll(() => tab.page.url()).not.toContain('/console/realms')
    await tab.page.goto(`${desk.house.url}/console/realms/default/clients`)
    await tab.page.getByLabel('Password').waitFor()
    await tab.close()
  })

  test('a session that ends in the middle of a form costs nothing that was typed', async () => {
    const tab = await desk.open('/realms/default/clients/shop-web')
    await tab.page.getByLabel('Description').fill('typed before the session ended')
    await tab.context.clearCookies()
    // Not by the mouse: another call may have met the end of the session first, and the dialog stands above the button.
    await tab.page.evaluate('document.querySelector("main form").requestSubmit()')
    const dialog = tab.page.getByRole('dialog', { name: 'Your session has ended' })
    await dialog.waitFor()
    const opening = tab.context.waitForEvent('page')
    await dialog.getByRole('button', { name: 'Sign in' }).click()
    const second = await opening
    await signIn(second)
    await tab.page.getByText('shop-web is saved').waitFor()
    const { body } = await desk.office.get('/realms/default/clients/shop-web')
    expect(body.description).toBe('typed before the session ended')
    await tab.close()
  })
})

describe('what a person may do', () => {
  test('a viewer sees no button that changes something', async () => {
    const tab = await desk.open('/realms/default/clients', { as: { username: 'vera', password: USER_PASSWORD } })
    await tab.page.getByRole('link', { name: 'shop-web' }).waitFor()
    expect(await tab.page.getByRole('button', { name: /More for|New/ }).count()).toBe(0)
    expect(await tab.page.getByRole('checkbox').count()).toBe(0)
    await tab.page.getByRole('link', { name: 'shop-web' }).click()
    await tab.page.getByLabel('Description').waitFor()
    expect(await tab.page.getByRole('button', { name: 'Submit' }).count()).toBe(0)
    expect(await tab.page.getByLabel('Description').isEditable()).toBe(false)
    await tab.close()
  })

  test('an administrator of one realm sees that realm alone', async () => {
    const tab = await desk.open('/', { as: { username: 'rita', password: USER_PASSWORD } })
    await expect.poll(() => tab.page.url()).toContain('/console/realms/acme')
    await tab.page.getByRole('button', { name: 'Realm acme' }).click()
    expect(await tab.page.getByRole('menuitem').allInnerTexts()).toEqual(['acme'])
    await tab.close()
  })

  test('N147 N185 for whom a realm is not there its addresses lead to nothing, and nothing names it', async () => {
    const tab = await desk.open('/', { as: { username: 'rita', password: USER_PASSWORD } })
    const ofSystem = ['administrators', 'administrators/clients', 'administrators/new'].map((at) => `system/${at}`)
    for (const path of ['realms/default/clients', 'realms/system/users', ...ofSystem]) {
      await tab.page.goto(`${desk.house.url}/console/${path}`)
      await tab.page.getByText('There is no such page').waitFor()
      expect(await tab.page.getByRole('button', { name: 'Realm acme' }).count()).toBe(1)
      expect(await tab.page.locator('body').innerText()).not.toMatch(/default|system/)
    }
    await judge(tab)
    expect(await tab.page.title()).toBe('There is no such page · Sallyport')
    expect(tab.complaints).toEqual([])
    await tab.close()
  })
})

describe('the frame', () => {
  test('another realm keeps the kind of page', async () => {
    const tab = await desk.open('/realms/default/clients')
    await tab.page.getByRole('button', { name: 'Realm default' }).click()
    await tab.page.getByRole('menuitem', { name: 'acme' }).click()
    await expect.poll(() => tab.page.url()).toBe(`${desk.house.url}/console/realms/acme/clients`)
    await tab.close()
  })

  test('of many realms one is found by a part of its name, with the keyboard alone', async () => {
    for (const name of ['north', 'south', 'east', 'west']) await desk.office.post('/realms', { name })
    const tab = await desk.open('/realms/default/users')
    await tab.page.getByRole('button', { name: 'Realm default' }).focus()
    await tab.page.keyboard.press('Enter')
    await tab.page.locator(':focus').and(tab.page.getByLabel('Find a realm')).waitFor()
    await tab.page.keyboard.type('ort')
    await tab.page.keyboard.press('Enter')
    await expect.poll(() => tab.page.url()).toBe(`${desk.house.url}/console/realms/north/users`)
    await expect.poll(() => tab.page.evaluate('document.activeElement.id')).toBe('page')
    await tab.page.getByRole('menu').waitFor({ state: 'hidden' })
    await tab.close()
  })

  test('on a low screen the page that is open is in sight in the navigation', async () => {
    const tab = await desk.open('/realms/default/inspector', { height: 500 })
    const link = tab.page.getByRole('link', { name: 'Token inspector' })
    const foot = tab.page.getByRole('button', { name: /admin/ })
    await expect
      .poll(async () => ((await link.boundingBox())?.y ?? 0) < ((await foot.boundingBox())?.y ?? 0))
      .toBe(true)
    await tab.close()
  })

  test('the theme is chosen and stays', async () => {
    const tab = await desk.open('/realms/default/clients')
    const scheme = () => tab.page.evaluate('document.documentElement.dataset.mantineColorScheme')
    await tab.page.getByRole('button', { name: /admin/ }).click()
    await tab.page.getByRole('menuitemradio', { name: 'Dark' }).click()
    await expect.poll(scheme).toBe('dark')
    await tab.page.reload()
    await tab.page.locator('h1').waitFor()
    expect(await scheme()).toBe('dark')
    await tab.close()
  })

  test('the keyboard alone: skip link, help, single keys off', async () => {
    const tab = await desk.open('/realms/default/clients')
    await tab.page.keyboard.press('Tab')
    expect(await tab.page.evaluate('document.activeElement.textContent')).toBe('Skip to the page')
    await tab.page.keyboard.press('Enter')
    await tab.page.keyboard.press('?')
    const help = tab.page.getByRole('dialog', { name: 'Help' })
    await help.getByRole('switch', { name: 'Single keys' }).focus()
    await tab.page.keyboard.press('Space')
    await tab.page.keyboard.press('Escape')
    await help.waitFor({ state: 'hidden' })
    await tab.page.keyboard.press('?')
    await tab.page.keyboard.press('/')
    expect(await tab.page.getByRole('dialog').count()).toBe(0)
    expect(await tab.page.evaluate('document.activeElement.type')).not.toBe('search')
    await tab.close()
  })

  test('360 px wide: the navigation is a drawer, and nothing is wider than the window', async () => {
    const tab = await desk.open('/realms/default', { width: 360, height: 640 })
    await tab.page.getByText('Realm default', { exact: true }).waitFor()
    await tab.page.keyboard.press('?')
    await tab.page.getByRole('dialog', { name: 'Help' }).waitFor()
    await tab.page.keyboard.press('Escape')
    await tab.page.getByRole('button', { name: 'Open the navigation' }).click()
    const account = tab.page.getByRole('dialog', { name: 'Navigation' }).getByRole('button', { name: /admin/ })
    await account.waitFor()
    await judge(tab)
    const { y = 0, height = 0 } = (await account.boundingBox()) ?? {}
    expect(y + height).toBe(640)
    await tab.page.getByRole('navigation', { name: 'Console' }).getByRole('link', { name: 'Clients' }).click()
    await tab.page.getByRole('heading', { name: 'Clients' }).waitFor()
    await expect.poll(() => tab.page.getByRole('navigation', { name: 'Console' }).count()).toBe(0)
    await judge(tab)
    await tab.page.keyboard.press('?')
    await tab.page.getByRole('dialog', { name: 'Help' }).waitFor()
    await judge(tab)
    expect(tab.complaints).toEqual([])
    await tab.close()
  })

  test('the bell says how much needs attention, and leads there', async () => {
    const tab = await desk.open('/realms/acme/clients')
    await tab.page.getByRole('link', { name: 'Nothing needs attention' }).waitFor()
    await desk.office.post('/realms/acme/clients', {
      client_id: 'careless',
      client_name: 'Careless',
      grant_types: ['authorization_code'],
      redirect_uris: ['https://careless.example/callback'],
      require_pkce: false,
    })
    await tab.page.reload()
    await tab.page.getByRole('link', { name: 'Needs attention: 1 finding' }).click()
    await tab.page.getByRole('heading', { name: 'Health checks' }).waitFor()
    expect(new URL(tab.page.url()).pathname).toBe('/console/realms/acme/health')
    await tab.page.getByText('careless').first().waitFor()
    await tab.close()
  })

  test.each(['light', 'dark'] as const)(
    '%s: pages, menus and dialogs are accessible, and the policy blocks nothing',
    async (theme) => {
      const tab = await desk.open('/realms/default', { theme })
      await judge(tab)
      await tab.page.getByRole('button', { name: /admin/ }).click()
      await tab.page.getByRole('menu').waitFor()
      await judge(tab)
      await tab.page.getByRole('menuitem', { name: 'Help and keys' }).click()
      await tab.page.getByRole('dialog', { name: 'Help' }).waitFor()
      await judge(tab)
      await tab.page.goto(`${desk.house.url}/console/realms/default/nowhere`)
      await tab.page.getByRole('heading', { name: 'There is no such page' }).waitFor()
      expect(await tab.page.title()).toBe('There is no such page · Sallyport')
      await judge(tab)
      expect(tab.complaints).toEqual([])
      await tab.close()
    },
  )
})

describe('how it is handed out', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(desk.house.url + path, { headers, redirect: 'manual' })

  test('the root leads to the console, and the documentation keeps its page', async () => {
    expect((await get('/')).headers.get('location')).toBe('/console/')
    expect((await get('/console')).headers.get('location')).toBe('/console/')
    expect(await (await get('/docs')).text()).toContain('quick-start.md')
  })

  test('the page is made for each answer, and allows no script but ours', async () => {
    const [one, other] = await Promise.all([get('/console/'), get('/console/realms/default/clients')])
    const policy = one.headers.get('content-security-policy') ?? ''
    expect(one.headers.get('cache-control')).toBe('no-store')
    expect(policy).toMatch(/script-src 'self';/)
    expect(policy).not.toContain('unsafe')
    expect(policy).not.toBe(other.headers.get('content-security-policy'))
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1]
    expect(await one.text()).toContain(`nonce="${nonce}"`)
  })

  test('files are packed as the browser takes them, and kept for good', async () => {
    const path = /\/console\/assets\/index-[\w-]+\.js/.exec(await (await get('/console/')).text())?.[0] ?? ''
    const encodings = await Promise.all(
      ['br, gzip', 'gzip', 'br;q=0, gzip;q=0.5', 'identity'].map(async (accepted) => {
        const answer = await get(path, { 'accept-encoding': accepted })
        expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
        expect(answer.headers.get('vary')).toBe('Accept-Encoding')
        expect((await answer.text()).length).toBeGreaterThan(1000)
        return answer.headers.get('content-encoding')
      }),
    )
    expect(encodings).toEqual(['br', 'gzip', 'gzip', null])
  })

  test('N177 no path leads out of the folder or to a hidden file', async () => {
    const inside = ['/console/.stamp', '/console/assets/.stamp', '/console/.git/config']
    const outside = ['/console/assets/..%2f..%2f..%2fpackage.json', '/console/assets/nothing.js']
    for (const path of [...inside, ...outside]) expect([path, (await get(path)).status]).toEqual([path, 404])
    expect((await get('/console/assets/%00')).status).toBe(400)
    expect(await (await get('/console/..%2f..%2fpackage.json')).text()).not.toContain('"dependencies"')
  })

  test.each(['pages/home/home-page.tsx', 'pages/clients/clients-page.tsx'])(
    'what is loaded before %s is shown first has at most 250 kB',
    (page) => {
      const dist = join(import.meta.dirname, '../../console/dist')
      interface Chunk {
        readonly file: string
        readonly css?: readonly string[]
        readonly imports?: readonly string[]
      }
      const manifest = JSON.parse(readFileSync(join(dist, 'manifest.json'), 'utf8')) as Record<string, Chunk>
      const files = new Set<string>()
      const add = (key: string): void => {
        const chunk = manifest[key]
        if (chunk === undefined || files.has(chunk.file)) return
        for (const file of [chunk.file, ...(chunk.css ?? [])]) files.add(file)
        for (const next of chunk.imports ?? []) add(next)
      }
      add('index.html')
      expect(manifest).toHaveProperty([page])
      add(page)
      const bytes = [...files].map((file) => readFileSync(join(dist, `${file}.gz`)).length)
      expect(files.size).toBeGreaterThan(3)
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(250_000)
    },
  )
})
