import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createPasswordHasher, HashQueueFull } from '#crypto/password.ts'
import type { Request } from '#http/message.ts'
import { loginRoutes } from '#login/routes.ts'
import { formsOf, type Page } from './browser.ts'
import { addUser, USER_PASSWORD } from './clients.ts'
import type { House } from './house.ts'
import { type Hall, login, openHall } from './login-hall.ts'

let house: House
let newBrowser: Hall['newBrowser']
let ask: Hall['ask']

beforeAll(async () => {
  ;({ house, newBrowser, ask } = await openHall())
})

afterAll(() => house.close())

/** A page without what differs from one request to the next. */
const plain = (page: Page) =>
  page.body.replaceAll(/(form_token" value|name="username"[^>]* value|request)="?[^"]*"/g, '')

describe('N032 N033 guessing', () => {
  test('N032 an unknown user, a wrong password and a disabled user look alike and cost the same', async () => {
    await addUser(house, { username: 'gone', enabled: false })
    const { counters } = house.app.context.userPasswords
    const tries = async (username: string, password: string) => {
      const browser = newBrowser()
      const page = await ask(browser)
      const before = { ...counters }
      const answer = await login(browser, page, username, password)
      return {
        seen: { status: answer.status, body: plain(answer), headers: [...answer.headers.keys()] },
        hashed: counters.hashed - before.hashed,
        dummies: counters.dummies - before.dummies,
      }
    }
    const wrong = await tries('ada', 'a wrong password')
    const unknown = await tries('nobody-here', 'a wrong password')
    const disabled = await tries('gone', USER_PASSWORD)
    expect(wrong).toMatchObject({ seen: { status: 422 }, hashed: 1, dummies: 0 })
    expect(unknown).toEqual({ seen: wrong.seen, hashed: 1, dummies: 1 })
    expect(disabled).toEqual(wrong)
  })

  test('N033 spellings of one user count as one; then even the right password waits, unhashed', async () => {
    await addUser(house, { username: 'Carol', email: 'Carol@Example.com' })
    const { counters } = house.app.context.userPasswords
    const browser = newBrowser()
    let page = await ask(browser)
    const spellings = ['carol', 'CAROL', 'carol@example.com', ' Carol@EXAMPLE.com', 'ｃａｒｏｌ']
    for (let count = 0; count < 10; count++) {
      page = await login(browser, page, spellings[count % spellings.length] ?? '', 'wrong wrong')
      expect(page.status).toBe(422)
    }
    const before = counters.hashed
    page = await login(browser, page, 'carol')
    expect(page.status).toBe(429)
    expect(Number(page.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(page.body).toContain('Try again in')
    expect(counters.hashed).toBe(before)
    expect((await login(browser, page, 'bob')).isElsewhere).toBe(true)
    await house.app.context.db.sql
      .updateTable('login_failures')
      .set((row) => ({ last_at: row('last_at', '-', 5) }))
      .execute()
    const patient = newBrowser()
    expect((await login(patient, await ask(patient), 'carol')).isElsewhere).toBe(true)
  })

  test('N033 a name that nobody has waits just the same', async () => {
    const browser = newBrowser()
    let page = await ask(browser)
    for (let count = 0; count < 10; count++) page = await login(browser, page, 'No-Such-User', 'wrong wrong')
    expect((await login(browser, page, 'no-such-USER', 'wrong wrong')).status).toBe(429)
  })

  test('nothing typed is not an attempt', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    const answer = await login(browser, page, 'ada', '')
    expect(answer.status).toBe(422)
    expect(answer.body).toContain('aria-describedby="problem"')
  })

  test('people who know their passwords and come at once from one address all come in', async () => {
    await house.app.context.db.sql.deleteFrom('login_failures').execute()
    const visitors = await Promise.all(
      Array.from({ length: 45 }, async (_, at) => {
        const browser = newBrowser()
        return { browser, page: await ask(browser), username: at % 3 === 0 ? 'ada' : 'bob' }
      }),
    )
    const answers = await Promise.all(visitors.map(({ browser, page, username }) => login(browser, page, username)))
    expect(answers.filter((answer) => !answer.isElsewhere).map(({ status }) => status)).toEqual([])
  })

  test('an attempt that nobody came to check is not a failure', async () => {
    const browser = newBrowser()
    const page = await ask(browser)
    const userPasswords = createPasswordHasher({ concurrency: 1, queueLimit: 0 })
    const busy = userPasswords.hash('somebody else')
    const { context } = house.app
    const route = loginRoutes({ ...context, userPasswords }).find(({ path }) => path.endsWith('/password'))
    const fields = { ...formsOf(page)[0]?.fields, username: 'bob', password: USER_PASSWORD, login: '1' }
    const request: Request = {
      method: 'POST',
      path: page.url.pathname,
      params: { realm: 'default' },
      query: page.url.search.slice(1),
      headers: { cookie: [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      body: new URLSearchParams(fields).toString(),
      address: '192.0.2.77',
      id: 'r1',
      log: { info() {}, warn() {}, error() {} },
    }
    const counted = () => context.db.sql.selectFrom('login_failures').selectAll().orderBy('id').execute()
    const before = await counted()
    await expect(route?.handle(request)).rejects.toThrow(HashQueueFull)
    expect(await counted()).toEqual(before)
    await busy
  })
})
