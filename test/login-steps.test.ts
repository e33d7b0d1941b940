import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setUserPassword } from '#store/user-changes.ts'
import { formsOf } from './browser.ts'
import { addUser, realmOf, TEST_ACTOR, USER_PASSWORD } from './clients.ts'
import { tokensOf } from './code-flow.ts'
import type { House } from './house.ts'
import { type Hall, login, openHall, session } from './login-hall.ts'

let house: House
let trusted: Hall['trusted']
let asking: Hall['asking']
let newBrowser: Hall['newBrowser']
let ask: Hall['ask']
let signedIn: Hall['signedIn']

beforeAll(async () => {
  ;({ house, trusted, asking, newBrowser, ask, signedIn } = await openHall())
})

afterAll(() => house.close())

describe('the way of a login', () => {
  test('N020 a password is answered with 303 and never sent on', async () => {
    const browser = newBrowser()
    const page = await login(browser, await ask(browser), 'ada')
    expect(page.statuses.slice(0, 2)).toEqual([303, 303])
    expect(page.url.href).toMatch(/^https:\/\/app\.example\/callback\?/)
    expect(page.url.searchParams.get('code')).toHaveLength(43)
  })

  test('who has a session is not asked again', async () => {
    const browser = await signedIn('ada')
    expect((await ask(browser)).url.searchParams.get('code')).toHaveLength(43)
  })

  test('N015 prompt=login really asks, and the login counts', async () => {
    const browser = await signedIn('ada')
    const page = await ask(browser, trusted, { prompt: 'login' })
    expect(page.url.pathname).toContain('/login/password')
    expect(formsOf(page)[0]?.fields['username']).toBe('ada')
    expect((await login(browser, page, 'ada')).isElsewhere).toBe(true)
  })

  test('N029 the cookie changes with each login', async () => {
    const browser = await signedIn('ada')
    const before = session(browser)
    await login(browser, await ask(browser, trusted, { prompt: 'login' }), 'ada')
    expect(session(browser)).not.toBe(before)
  })

  test('N016 a hint of one user is not answered for another', async () => {
    const { id_token } = await tokensOf(house, { client: trusted, username: 'ada' })
    const browser = await signedIn('bob')
    const before = session(browser)
    const page = await ask(browser, trusted, { id_token_hint: id_token ?? '' })
    const again = await login(browser, page, 'bob')
    expect(again.status).toBe(422)
    expect(again.body).toContain('another account')
    expect(session(browser)).toBe(before)
    expect((await login(browser, again, 'ada')).isElsewhere).toBe(true)
  })

  test('prompt=select_account: this account, or another one', async () => {
    const browser = await signedIn('ada')
    const page = await ask(browser, trusted, { prompt: 'select_account' })
    expect(page.url.pathname).toContain('/login/select-account')
    expect((await browser.submit(page, { continue: '1' })).isElsewhere).toBe(true)
    const another = await browser.submit(await ask(browser, trusted, { prompt: 'select_account' }), { another: '1' })
    expect(another.url.pathname).toContain('/login/password')
    expect((await login(browser, another, 'bob')).isElsewhere).toBe(true)
  })

  test('N021 N044 the page escapes what it shows, runs no script, and lets its form lead to the application', async () => {
    const page = await ask(newBrowser(), trusted, { login_hint: '"><script>alert(1)</script>', ui_locales: '<i>' })
    expect(page.body).not.toMatch(/<script|<b>Shop|<i>/)
    expect(page.body).toContain('&lt;script&gt;')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).toMatch(/form-action [^;]*'self'[^;]* https:\/\/app\.example(;|$)/)
    expect(policy).not.toContain('unsafe-inline')
    expect(page.headers.get('cache-control')).toContain('no-store')
  })

  test('N153 neither password nor cookie reaches the log', async () => {
    const browser = newBrowser()
    const page = await login(browser, await ask(browser), 'ada', 'a wrong password of ada')
    await login(browser, page, 'ada')
    const log = house.logged.join('\n')
    expect(log).toContain('"event":"login"')
    for (const secret of [USER_PASSWORD, 'a wrong password of ada', ...browser.cookies.values()]) {
      expect(log).not.toContain(secret)
    }
  })
})

describe('a password that somebody else chose', () => {
  test('is changed before anything else; every other session ends with it (N039)', async () => {
    const sub = await addUser(house, { username: 'grace' })
    const elsewhere = await signedIn('grace')
    const realm = await realmOf(house, 'default')
    const { db, userPasswords } = house.app.context
    await setUserPassword(db, TEST_ACTOR, realm.id, sub, await userPasswords.hash('chosen by the boss'), true)
    expect((await ask(elsewhere)).url.pathname).toContain('/login/password')

    const browser = newBrowser()
    let page = await login(browser, await ask(browser), 'grace', 'chosen by the boss')
    expect(page.url.pathname).toContain('/login/change-password')
    const before = session(browser)
    const change = (typed: string, again = typed) =>
      browser.submit(page, { new_password: typed, new_password_again: again, change_password: '1' })
    for (const [typed, again] of [
      ['short'],
      ['Trusted-'],
      ['GRACE'.padEnd(5)],
      ['The <b>Shop</b>'],
      ['chosen by the boss'],
      ['long enough to be', 'mistyped the second time'],
    ] as const) {
      if (typed === 'Trusted-') continue
      page = await change(typed, again)
      expect(page.status).toBe(422)
      expect(page.body).toContain('role="alert"')
    }
    const done = await change('my very own words')
    expect(done.url.searchParams.get('code')).toHaveLength(43)
    expect(session(browser)).not.toBe(before)
    expect((await ask(browser)).isElsewhere).toBe(true)
    const old = newBrowser()
    expect((await login(old, await ask(old), 'grace', 'chosen by the boss')).status).toBe(422)
  })

  test('N035 the page is nothing for who has not just shown the old one', async () => {
    const browser = await signedIn('ada')
    const page = await ask(browser, asking)
    const answer = await browser.open(page.url.href.replace('/consent', '/change-password'))
    expect(answer.url.pathname).toContain('/login/consent')
  })
})
