/** RFC 8628 §3.3, §5: what the person sees, and what keeps others from answering or guessing. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClientChanges, updateClient } from '#store/client-changes.ts'
import { Browser, formsOf, type Page } from './browser.ts'
import { addClient, addUser, realmOf, TEST_ACTOR } from './clients.ts'
import { begin, DEVICE_CODE, type Device, poll, toQuestion, typeCode } from './device-flow.ts'
import { addRealm } from './handles.ts'
import { type House, openHouse } from './house.ts'

let house: House
const television: Device = { client: { client_id: 'television' }, scope: 'openid profile' }
const device = {
  client_id: 'television',
  client_name: 'The <b>Television</b>',
  grant_types: [DEVICE_CODE, 'refresh_token'],
  scope: 'openid profile offline_access',
  token_endpoint_auth_method: 'none',
} as const

beforeAll(async () => {
  house = await openHouse()
  await addClient(house, device)
  await addUser(house, { username: 'ada' })
  await addUser(house, { username: 'bob' })
  await addUser(house, { username: 'new', must_change_password: true })
})
afterAll(() => house.close())

const browser = () => new Browser(house.url)
const state = async (code: string) => (await poll(house, television, code)).error

async function change(changes: ClientChanges): Promise<void> {
  const realm = await realmOf(house, 'default')
  await updateClient(house.app.context.db, TEST_ACTOR, realm.id, 'television', () => changes)
}

/** A page without what is random in it. */
function plain(page: Page): string {
  return page.body.replace(/name="form_token" value="[^"]*"/, '').replace(/[A-Z]{4}-[A-Z]{4}/g, 'CODE')
}

describe('the code', () => {
  test('§3.3 is taken in lower case, with spaces, without a dash', async () => {
    const { user_code } = await begin(house, television)
    const [left = '', right = ''] = user_code.toLowerCase().split('-')
    for (const typed of [` ${left} ${right} `, `${left}${right}`, `${left}\u2013${right}`]) {
      expect((await typeCode(house, browser(), typed)).body).toContain('name="password"')
    }
  })

  test('N086 §3.3.1 a link that holds it answers nothing: the person compares it and sends it', async () => {
    const { verification_uri_complete, user_code, device_code } = await begin(house, television)
    const tab = browser()
    const page = await tab.open(verification_uri_complete)
    expect(formsOf(page)[0]?.fields['user_code']).toBe(user_code)
    expect(page.body).toContain('Is this the code that the device shows?')
    expect(await state(device_code)).toBe('authorization_pending')
    const login = await tab.submit(page, { continue: '1' })
    expect(login.body).toContain('to continue to The &lt;b&gt;Television')
  })

  test('what is no code is not shown again', async () => {
    const page = await browser().open(`${house.issuer()}/device?user_code=%22%3E%3Cscript%3E`)
    expect(formsOf(page)[0]?.fields['user_code']).toBe('')
  })

  test('N085 §5.1 unknown, expired, answered and of another realm look alike', async () => {
    await addRealm(house, 'other')
    await addClient(house, device, undefined, 'other')
    const foreign = await begin(house, { ...television, realm: 'other' })
    const expired = await begin(house, television)
    const row = house.app.context.db.sql.updateTable('device_codes').set({ expires_at: 1 })
    await row.where('user_code', '=', expired.user_code.replace('-', '')).execute()
    const denied = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, denied.user_code, 'ada')
    await tab.submit(page, { deny: '1' })
    const pages = []
    for (const code of ['BBBB-BBBB', foreign.user_code, expired.user_code, denied.user_code]) {
      pages.push(await typeCode(house, tab, code))
    }
    expect(pages.map(({ status }) => status)).toEqual([422, 422, 422, 422])
    expect(new Set(pages.map(plain)).size).toBe(1)
    expect((await typeCode(house, browser(), '')).status).toBe(422)
  })

  test('N085 §5.1 after five wrong ones a browser waits, with a right one too', async () => {
    const { user_code } = await begin(house, television)
    const tab = browser()
    for (let guess = 0; guess < 5; guess++) expect((await typeCode(house, tab, 'BBBB-BBBB')).status).toBe(422)
    const page = await typeCode(house, tab, user_code)
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(page.body).toContain('Too many failed attempts')
  })
})

test('N085 §5.1 who forgets cookies is known by the address; a right code between does not help', async () => {
  const own = await openHouse()
  try {
    await addClient(own, device)
    for (let guess = 0; guess < 30; guess++) {
      expect((await typeCode(own, new Browser(own.url), 'BBBB-BBBB')).status).toBe(422)
      if (guess % 10 !== 5) continue
      const { user_code } = await begin(own, television)
      expect((await typeCode(own, new Browser(own.url), user_code)).body).toContain('name="password"')
    }
    expect((await typeCode(own, new Browser(own.url), 'BBBB-BBBB')).status).toBe(429)
  } finally {
    await own.close()
  }
})

describe('the question', () => {
  test('N086 §5.4 says who asks, for what, in whose name, and that it is another device', async () => {
    const { user_code } = await begin(house, television)
    const { page } = await toQuestion(house, user_code, 'ada')
    for (const said of ['The &lt;b&gt;Television&lt;/b&gt;', 'ada', 'started on another device', 'see your name']) {
      expect(page.body).toContain(said)
    }
    expect(page.body).not.toContain('<b>')
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })

  test('N086 who has a session is asked all the same', async () => {
    const first = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, first.user_code, 'ada')
    await tab.submit(page, { approve: '1' })
    const second = await begin(house, television)
    const asked = await typeCode(house, tab, second.user_code)
    expect(asked.body).toContain('name="approve"')
    expect(await state(second.device_code)).toBe('authorization_pending')
  })

  test('N086 a form from elsewhere, without its token, or with more in it, does nothing', async () => {
    const { user_code, device_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    const token = formsOf(page)[0]?.fields['form_token'] ?? ''
    const elsewhere = await tab.submit(page, { approve: '1' }, { origin: 'https://evil.example' })
    const without = await tab.post(page.url, { approve: '1' }, { origin: house.url })
    const wider = await tab.submit(page, { approve: '1', scope: 'openid sallyport_api' })
    const other = await tab.submit(page, { approve: '1', form_token: `${token.slice(0, -2)}AA` })
    const first = await tab.open(`${house.issuer()}/device`)
    const enter = await tab.submit(
      first,
      { user_code, continue: '1' },
      { 'sec-fetch-site': 'cross-site', origin: 'null' },
    )
    expect([elsewhere, without, wider, other, enter].map(({ status }) => status)).toEqual([403, 403, 403, 403, 403])
    expect(await state(device_code)).toBe('authorization_pending')
    // Neither and both are no answer: it is asked again.
    expect((await tab.submit(page, { approve: '1', deny: '1' })).body).toContain('name="approve"')
  })

  test('N086 the session is read again: who signed out meanwhile signs in first', async () => {
    const { user_code, device_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    const out = await tab.open(`${house.issuer()}/logout`)
    await tab.submit(out, { confirm: '1' })
    const stopped = await tab.submit(page, { approve: '1' })
    expect(stopped.body).toContain('name="password"')
    expect(await state(device_code)).toBe('authorization_pending')
  })

  test('N087 a second person can neither allow nor deny what the first one took', async () => {
    const { user_code, device_code } = await begin(house, television)
    const bobs = await typeCode(house, browser(), user_code)
    const bob = await toQuestion(house, (await begin(house, television)).user_code, 'bob')
    const waiting = await typeCode(house, bob.browser, user_code)
    expect(waiting.body).toContain('name="approve"')
    const { page, browser: tab } = await toQuestion(house, user_code, 'ada')
    expect([bobs.status, page.status, page.body.includes('name="approve"')]).toEqual([200, 403, false])
    expect((await tab.post(page.url, { approve: '1' }, { origin: house.url })).status).toBe(403)
    expect((await tab.post(page.url, { deny: '1' }, { origin: house.url })).status).toBe(403)
    expect(await state(device_code)).toBe('authorization_pending')
    expect((await bob.browser.submit(waiting, { approve: '1' })).status).toBe(200)
    expect(await poll(house, television, device_code)).toMatchObject({ status: 200 })
  })

  test('N084 is answered once', async () => {
    const { user_code, device_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    const answers = await Promise.all([tab.submit(page, { approve: '1' }), tab.submit(page, { deny: '1' })])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 400])
    expect((await tab.submit(page, { approve: '1' })).status).toBe(400)
    const isApproved = answers[0]?.status === 200
    expect((await poll(house, television, device_code)).status).toBe(isApproved ? 200 : 400)
  })

  test('N088 scopes are judged again when it is answered', async () => {
    const { user_code, device_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    await change({ scope: 'openid' })
    await tab.submit(page, { approve: '1' })
    await change({ scope: device.scope })
    expect(await poll(house, television, device_code)).toMatchObject({ status: 200, scope: 'openid' })
  })

  test('N088 a client that lost the grant type asks nobody any more', async () => {
    const { user_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    await change({ grant_types: ['authorization_code'] })
    expect((await tab.submit(page, { approve: '1' })).status).toBe(400)
    expect((await typeCode(house, tab, user_code)).status).toBe(422)
    await change({ grant_types: device.grant_types })
  })
})

describe('the way', () => {
  test('a password that somebody else set is changed on the way', async () => {
    const { user_code, device_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'new')
    const chosen = 'nobody knows this but me'
    const asked = await tab.submit(page, { new_password: chosen, new_password_again: chosen, change_password: '1' })
    await tab.submit(asked, { approve: '1' })
    expect(await poll(house, television, device_code)).toMatchObject({ status: 200 })
  })

  test('N025 belongs to its browser, and leads to no code and no consent', async () => {
    const { user_code } = await begin(house, television)
    const { browser: tab, page } = await toQuestion(house, user_code, 'ada')
    const id = page.url.pathname.split('/').at(-1) ?? ''
    expect((await browser().open(page.url)).status).toBe(400)
    expect((await tab.open(`${house.issuer()}/authorize/${id}`)).status).toBe(400)
    for (const step of ['consent', 'confirm', 'select-account']) {
      expect((await tab.open(`${house.issuer()}/login/${step}?request=${id}`)).status).toBe(400)
    }
    // A HEAD would take the code and show nothing.
    expect((await fetch(page.url, { method: 'HEAD' })).status).toBe(405)
    expect((await tab.open(`${house.issuer()}/device/unknown`)).status).toBe(400)
    expect((await tab.open(`${house.url}/realms/nowhere/device`)).status).toBe(404)
  })
})
