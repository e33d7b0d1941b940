import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { passiveHeader } from '#contract/caller.ts'
import { sha256Base64url } from '#crypto/hash.ts'
import { nowSeconds } from '#observe/clock.ts'
import { sweepExpired } from '#store/sweep.ts'
import { USER_PASSWORD } from './clients.ts'
import { call, consoleCookie, me, signedIn } from './console-browser.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'

/* How a session of the console goes on and what ends it. */

describe.each(ENGINES)('the life of a console session on %s', (engine) => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  test('signing out ends the session, the login behind it and nothing of another browser', async () => {
    const [browser] = await signedIn(house)
    const [other] = await signedIn(house)
    const { csrf_token } = (await me(house, browser)).body
    expect((await browser.post('/console/sign-out', {}, { origin: house.url })).status).toBe(403)
    expect((await browser.post('/console/sign-out', { csrf_token }, { origin: 'https://evil.example' })).status).toBe(
      403,
    )
    expect((await me(house, browser)).status).toBe(200)
    const out = await browser.post('/console/sign-out', { csrf_token }, { origin: house.url })
    expect(out.url.pathname).toBe('/console/signed-out')
    expect((await me(house, browser)).status).toBe(401)
    expect((await browser.open('/console/sign-in')).body).toContain('name="password"')
    expect((await me(house, other)).status).toBe(200)
  })

  test('it ends with the login: by an administrator, and by the logout of any client', async () => {
    const [browser] = await signedIn(house)
    const { id } = (await me(house, browser)).body
    const page = await browser.open(`${house.issuer('system')}/logout`)
    await browser.submit(page, { confirm: '1' })
    expect((await me(house, browser)).status).toBe(401)
    const [again] = await signedIn(house)
    await admin.delete(`/realms/system/users/${id}/sessions`)
    expect((await me(house, again)).status).toBe(401)
  })

  test('it idles out, goes on while somebody works in it, and keeps the login behind it awake', async () => {
    const [browser] = await signedIn(house)
    const { sql } = house.app.context.db
    const hash = sha256Base64url(browser.cookies.get(consoleCookie) ?? '')
    const mine = sql.selectFrom('console_sessions').innerJoin('grants', 'grants.id', 'console_sessions.grant_id')
    const { session_id } = await mine.select('session_id').where('token_hash', '=', hash).executeTakeFirstOrThrow()
    const long = nowSeconds() - 3600
    await sql.updateTable('console_sessions').set({ last_seen_at: long }).where('token_hash', '=', hash).execute()
    await sql.updateTable('sessions').set({ last_seen_at: long }).where('id', '=', session_id).execute()
    expect((await me(house, browser)).status).toBe(200)
    const rows = [
      await sql.selectFrom('console_sessions').selectAll().where('token_hash', '=', hash).executeTakeFirstOrThrow(),
      await sql.selectFrom('sessions').selectAll().where('id', '=', session_id).executeTakeFirstOrThrow(),
    ]
    for (const { last_seen_at } of rows) expect(last_seen_at).toBeGreaterThan(long + 3000)
    await sql.updateTable('console_sessions').set({ idle_expires_at: 1 }).where('token_hash', '=', hash).execute()
    expect((await me(house, browser)).status).toBe(401)
    const later = { idle_expires_at: nowSeconds() + 60, expires_at: 1 }
    await sql.updateTable('console_sessions').set(later).where('token_hash', '=', hash).execute()
    expect((await me(house, browser)).status).toBe(401)
    await sweepExpired(house.app.context.db, nowSeconds())
    expect(await mine.select('session_id').where('token_hash', '=', hash).execute()).toEqual([])
  })

  test('what a page asks of itself keeps neither the session nor the login awake', async () => {
    const [browser] = await signedIn(house)
    const { sql } = house.app.context.db
    const hash = sha256Base64url(browser.cookies.get(consoleCookie) ?? '')
    const long = nowSeconds() - 3600
    const mine = sql.selectFrom('console_sessions').innerJoin('grants', 'grants.id', 'console_sessions.grant_id')
    const { session_id } = await mine.select('session_id').where('token_hash', '=', hash).executeTakeFirstOrThrow()
    await sql.updateTable('console_sessions').set({ last_seen_at: long }).where('token_hash', '=', hash).execute()
    await sql.updateTable('sessions').set({ last_seen_at: long }).where('id', '=', session_id).execute()
    const headers = { [passiveHeader]: '1' }
    expect((await call(house, browser, 'GET', '/api/v1/realms/default/clients', { headers })).status).toBe(200)
    const seen = async () => [
      (await mine.select('last_seen_at').where('token_hash', '=', hash).executeTakeFirstOrThrow()).last_seen_at,
      (await sql.selectFrom('sessions').selectAll().where('id', '=', session_id).executeTakeFirstOrThrow())
        .last_seen_at,
    ]
    expect(await seen()).toEqual([long, long])
    await sql.updateTable('console_sessions').set({ idle_expires_at: 1 }).where('token_hash', '=', hash).execute()
    expect((await call(house, browser, 'GET', '/api/v1/me', { headers })).status).toBe(401)
  })

  test('a process that starts anew has another key: sessions go on, and people sign in', async () => {
    const [browser] = await signedIn(house)
    const before = house.app.context.ownClient.publicJwk
    await house.restart()
    expect(house.app.context.ownClient.publicJwk).not.toEqual(before)
    expect((await me(house, browser)).status).toBe(200)
    const [other] = await signedIn(house)
    expect((await me(house, other)).status).toBe(200)
  })

  test('a password that somebody else set is changed on the way in', async () => {
    await admin.post('/realms/system/users', {
      username: 'fresh',
      password: USER_PASSWORD,
      must_change_password: true,
      roles: ['viewer'],
    })
    const [browser, page] = await signedIn(house, 'fresh', USER_PASSWORD)
    const next = 'an entirely different sentence'
    const typed = { new_password: next, new_password_again: next, change_password: '1' }
    const at = await browser.submit(page, typed)
    expect(at.url.pathname).toBe('/console/')
    expect((await me(house, browser)).body.name).toBe('fresh')
  })
})
