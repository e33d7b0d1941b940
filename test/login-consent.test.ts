import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { formsOf } from './browser.ts'
import { addClient, addUser } from './clients.ts'
import type { House } from './house.ts'
import { type Hall, login, openHall } from './login-hall.ts'

let house: House
let asking: Hall['asking']
let newBrowser: Hall['newBrowser']
let ask: Hall['ask']
let signedIn: Hall['signedIn']

beforeAll(async () => {
  ;({ house, asking, newBrowser, ask, signedIn } = await openHall())
})

afterAll(() => house.close())

describe('do they agree', () => {
  test('once agreed, never asked again for the same', async () => {
    const browser = newBrowser()
    await addUser(house, { username: 'dora' })
    const page = await login(browser, await ask(browser, asking), 'dora')
    expect(page.body).toContain('app.example')
    expect(page.body).toContain('<code>profile</code>')
    expect((await browser.submit(page, { approve: '1' })).url.searchParams.get('code')).toHaveLength(43)
    expect((await ask(browser, asking)).isElsewhere).toBe(true)
    expect((await ask(browser, asking, { scope: 'openid email' })).url.pathname).toContain('/login/consent')
  })

  test('no is told to the application', async () => {
    const browser = newBrowser()
    await addUser(house, { username: 'eve' })
    const page = await login(browser, await ask(browser, asking), 'eve')
    const answer = (await browser.submit(page, { deny: '1' })).url.searchParams
    expect(answer.get('error')).toBe('access_denied')
    expect(answer.get('code')).toBeNull()
  })

  test('N031 consent that nobody saw, or that was widened, grants nothing', async () => {
    const browser = newBrowser()
    await addUser(house, { username: 'finn' })
    const page = await login(browser, await ask(browser, asking), 'finn')
    const { action, fields } = formsOf(page)[0] ?? { action: page.url, fields: {} }
    const forged: Record<string, string>[] = [
      { approve: '1' },
      { approve: '1', form_token: 'x'.repeat(43) },
      { ...fields, approve: '1', scope: 'openid profile email offline_access' },
      { ...fields, approve: '1', authorization_details: '[]' },
    ]
    for (const form of forged) expect((await browser.post(action, form)).status).toBe(403)
    const { sql } = house.app.context.db
    const id = page.url.searchParams.get('request') ?? ''
    const row = await sql
      .selectFrom('authorization_requests')
      .selectAll()
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    expect(row.progress).not.toContain('consented_scope')
    expect((await browser.submit(page, { approve: '1' })).isElsewhere).toBe(true)
  })

  test('N023 a name cannot pretend, and a picture comes by https or not at all', async () => {
    const browser = await signedIn('ada')
    const names = ['\u202ekcehc', 'x'.repeat(5000), '<script>alert(1)</script>']
    for (const [at, client_name] of names.entries()) {
      const logo_uri = `${at === 0 ? 'http' : 'https'}://pictures.example/;'a,b.png?c=d`
      const client = await addClient(house, {
        client_id: `pretender-${at}`,
        client_name,
        logo_uri,
        grant_types: ['authorization_code'],
        redirect_uris: ['https://app.example/callback'],
        scope: 'openid',
        require_consent: true,
      })
      const page = await ask(browser, client, { scope: 'openid' })
      expect(page.url.pathname).toContain('/login/consent')
      expect(page.body).not.toMatch(/\u202e|x{81}|<script/)
      expect(page.body.includes('class="client-logo"')).toBe(at !== 0)
      expect(page.headers.get('content-security-policy')).not.toMatch(/http:\/\/pictures|;'a|a,b/)
    }
  })

  test('RFC 8252 §8.6 a client that cannot be proven is confirmed each time', async () => {
    const redirect_uri = 'http://127.0.0.1/cb'
    const native = await addClient(house, {
      client_id: 'native',
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirect_uri],
      scope: 'openid',
    })
    const browser = await signedIn('ada')
    const parameters = { redirect_uri: 'http://127.0.0.1:49152/cb', scope: 'openid' }
    for (const [button, name] of [
      ['confirm', 'code'],
      ['confirm', 'code'],
      ['deny', 'error'],
    ] as const) {
      const page = await ask(browser, native, parameters)
      expect(page.url.pathname).toContain('/login/confirm')
      expect(page.headers.get('content-security-policy')).toContain('http://127.0.0.1:49152')
      const answer = await browser.submit(page, { [button]: '1' })
      expect(answer.url.searchParams.has(name)).toBe(true)
    }
    const silent = await ask(browser, native, { ...parameters, prompt: 'none' })
    expect(silent.url.searchParams.get('error')).toBe('interaction_required')
  })
})
