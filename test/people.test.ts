import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Browser, type Page } from './browser.ts'
import { type CliHouse, jsonOf, openCliHouse } from './cli-house.ts'
import { addClient, addUser, type Credentials, USER_PASSWORD } from './clients.ts'
import { authorizationUrl, authorize, pkce, REDIRECT_URI, redeem, refresh, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'

/*
 * What an administrator does for and with people: sessions ended, a password that has to be changed, somebody released
 * from the wait that failed logins cost; and that the audit tells of each.
 */

describe.each(ENGINES)('people on %s', (engine) => {
  let house: House
  let admin: Office
  let app: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    const grants = { grant_types: ['authorization_code', 'refresh_token'], redirect_uris: [REDIRECT_URI] }
    app = await addClient(house, { client_id: 'app', ...grants, scope: 'openid offline_access' })
  })
  afterAll(() => house.close())

  const users = '/realms/default/users'
  const ask = (browser: Browser, more: Readonly<Record<string, string>> = {}): Promise<Page> =>
    browser.open(
      authorizationUrl(house, {
        response_type: 'code',
        client_id: app.client_id,
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        code_challenge: pkce().challenge,
        code_challenge_method: 'S256',
        ...more,
      }),
    )
  const login = async (username: string, password = USER_PASSWORD, browser = new Browser(house.url)): Promise<Page> =>
    browser.submit(await ask(browser), { username, password, login: '1' })
  const audited = async (action: string, id: string) =>
    (await admin.get(`/realms/default/audit?action=${action}&object_id=${id}`)).body.items

  test('one session is ended, or all; the others and what outlives a session go on', async () => {
    const id = await addUser(house, { username: 'visitor' })
    const [desk, phone] = [new Browser(house.url), new Browser(house.url)]
    const atDesk = await tokensOf(house, { client: app, username: 'visitor', browser: desk })
    const offline = await tokensOf(house, {
      client: app,
      username: 'visitor',
      browser: phone,
      scope: 'openid offline_access',
    })
    const sessions = (await admin.get(`${users}/${id}/sessions`)).body.items
    expect(sessions).toHaveLength(2)
    const first = sessions.find((each: { created_at: number; id: string }) => each.id === sidOf(atDesk.id_token))
    expect((await admin.delete(`${users}/${id}/sessions/${first.id}`)).status).toBe(204)
    expect((await ask(desk, { prompt: 'none' })).url.searchParams.get('error')).toBe('login_required')
    expect((await ask(phone, { prompt: 'none' })).url.searchParams.get('code')).toHaveLength(43)
    expect((await refresh(house, app, atDesk.refresh_token ?? '')).status).toBe(400)
    expect((await admin.delete(`${users}/${id}/sessions`)).status).toBe(204)
    expect((await ask(phone, { prompt: 'none' })).url.searchParams.get('error')).toBe('login_required')
    expect((await refresh(house, app, offline.refresh_token ?? '')).status).toBe(200)
    expect((await admin.get(`${users}/${id}/sessions`)).body.total).toBe(0)
    const told = await audited('user.end_sessions', id)
    expect(told).toHaveLength(2)
    expect(told[0]).toMatchObject({ actor_name: 'sallyport-bootstrap', object_name: 'visitor', after: { sessions: 1 } })
  })

  const sidOf = (idToken: string | undefined): string =>
    JSON.parse(Buffer.from((idToken ?? '').split('.')[1] ?? '', 'base64url').toString()).sid

  test('a session of somebody else is not found among one’s own', async () => {
    const [id, other] = [await addUser(house, { username: 'owner' }), await addUser(house, { username: 'other' })]
    await login('owner')
    const [session] = (await admin.get(`${users}/${id}/sessions`)).body.items
    expect((await admin.delete(`${users}/${other}/sessions/${session.id}`)).status).toBe(404)
    expect((await admin.get(`${users}/${id}/sessions`)).body.total).toBe(1)
  })

  test('N039 a password that must be changed is asked for at the next login, in a session that went on too', async () => {
    const id = await addUser(house, { username: 'grace' })
    const browser = new Browser(house.url)
    expect((await login('grace', USER_PASSWORD, browser)).isElsewhere).toBe(true)
    expect((await admin.patch(`${users}/${id}`, { must_change_password: true })).status).toBe(200)
    expect((await ask(browser, { prompt: 'none' })).url.searchParams.get('error')).toBe('interaction_required')
    expect((await ask(browser)).url.pathname).toContain('/login/password')
    const page = await login('grace', USER_PASSWORD, browser)
    expect(page.url.pathname).toContain('/login/change-password')
    expect((await ask(browser)).isElsewhere).toBe(false)
    const words = 'nobody else knows these words'
    const again = { new_password: words, new_password_again: words, change_password: '1' }
    const done = await browser.submit(page, again)
    expect(done.url.searchParams.get('code')).toHaveLength(43)
    expect((await admin.get(`${users}/${id}`)).body.must_change_password).toBe(false)
    expect((await login('grace', words)).isElsewhere).toBe(true)
    expect((await login('grace')).status).toBe(422)
    const [asked] = await audited('user.update', id)
    expect(asked).toMatchObject({ before: { must_change_password: false }, after: { must_change_password: true } })
    expect(await audited('user.set_password', id)).toEqual([
      expect.objectContaining({ actor_id: id, actor_kind: 'user' }),
    ])
  })

  test('a password that an administrator chose is final, unless it must be changed', async () => {
    const id = await addUser(house, { username: 'henry' })
    await admin.patch(`${users}/${id}`, { password: 'chosen and final it is' })
    expect((await login('henry', 'chosen and final it is')).isElsewhere).toBe(true)
    await admin.patch(`${users}/${id}`, { password: 'chosen for one login', must_change_password: true })
    expect((await login('henry', 'chosen for one login')).url.pathname).toContain('/login/change-password')
    const audit = JSON.stringify(await audited('user.update_with_password', id))
    expect(audit).not.toMatch(/chosen|argon2/)
  })

  test('N033 whom failed logins slow is seen and released; addresses stay counted', async () => {
    const id = await addUser(house, { username: 'carol', email: 'carol@example.com' })
    const failures = `${users}/${id}/login-failures`
    const nothing = { failures: 0, first_at: null, last_at: null, retry_at: null }
    expect(await admin.get(failures)).toMatchObject({ status: 200, body: nothing })
    for (let count = 0; count < 10; count++) await login(count % 2 ? 'CAROL' : 'carol@example.com', 'wrong wrong')
    expect((await login('carol')).status).toBe(429)
    const counted = await admin.get(failures)
    expect(counted.body).toMatchObject({ failures: 10, first_at: expect.any(Number), last_at: expect.any(Number) })
    expect(counted.body.retry_at).toBeGreaterThan(counted.body.last_at)
    const before = await house.app.context.db.sql.selectFrom('login_failures').select('id').execute()
    expect((await admin.delete(failures)).status).toBe(204)
    expect((await admin.get(failures)).body).toEqual(nothing)
    const after = await house.app.context.db.sql.selectFrom('login_failures').select('id').execute()
    expect(after).toHaveLength(before.length - 1)
    expect((await login('carol')).isElsewhere).toBe(true)
    expect((await admin.delete(failures)).status).toBe(204)
    const told = await audited('user.release_login', id)
    expect(told).toEqual([
      expect.objectContaining({ object_name: 'carol', before: expect.objectContaining({ failures: 10 }) }),
    ])
  })

  test('N033 who has waited it out is told to wait no more', async () => {
    const id = await addUser(house, { username: 'dora' })
    for (let count = 0; count < 10; count++) await login('dora', 'wrong wrong')
    const { sql } = house.app.context.db
    await sql
      .updateTable('login_failures')
      .set((row) => ({ last_at: row('last_at', '-', 5) }))
      .execute()
    expect((await admin.get(`${users}/${id}/login-failures`)).body).toMatchObject({ failures: 10, retry_at: null })
    await sql.updateTable('login_failures').set({ expires_at: 1 }).execute()
    expect((await admin.get(`${users}/${id}/login-failures`)).body).toMatchObject({ failures: 0, first_at: null })
  })

  test('N033 N040 who is disabled between code and token gets none', async () => {
    const id = await addUser(house, { username: 'edgar' })
    const authorized = await authorize(house, { client: app, username: 'edgar' })
    await admin.patch(`${users}/${id}`, { enabled: false })
    expect((await redeem(house, app, authorized)).status).toBe(400)
    expect((await login('edgar')).status).toBe(422)
  })

  test('N140 who comes back under the same name inherits neither sessions, grants nor failures', async () => {
    const id = await addUser(house, { username: 'fay' })
    const browser = new Browser(house.url)
    const tokens = await tokensOf(house, { client: app, username: 'fay', browser, scope: 'openid offline_access' })
    await login('fay', 'wrong wrong')
    await admin.delete(`${users}/${id}`)
    const again = await addUser(house, { username: 'fay' })
    expect(again).not.toBe(id)
    expect((await refresh(house, app, tokens.refresh_token ?? '')).status).toBe(400)
    expect((await ask(browser, { prompt: 'none' })).url.searchParams.get('error')).toBe('login_required')
    expect((await admin.get(`${users}/${again}/sessions`)).body.total).toBe(0)
    expect((await admin.get(`${users}/${again}/login-failures`)).body.failures).toBe(0)
    expect((await admin.get(`${users}/${id}/login-failures`)).status).toBe(404)
  })
})

describe('people from the command line', () => {
  let house: CliHouse

  beforeAll(async () => {
    house = await openCliHouse()
  })
  afterAll(() => house.close())

  const run = async (...args: string[]) => {
    const { code, out, err } = await house.run([...args, '--json'])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    return out === '' ? undefined : jsonOf(out)
  }

  test('the day of an administrator: a password to change, sessions to end, a wait to release, all in the audit', async () => {
    const file = house.secretFile(USER_PASSWORD)
    const made = await run('users', 'create', '--username', 'ada', '--password-file', file, '--must-change-password')
    expect(made).toMatchObject({ username: 'ada', must_change_password: true })
    const id = String(made?.['id'])
    expect(await run('users', 'login-failures', 'get', id)).toMatchObject({ failures: 0, retry_at: null })
    await run('users', 'login-failures', 'release', id, '--yes')
    expect(await run('users', 'sessions', 'list', id)).toMatchObject({ total: 0 })
    await run('users', 'sessions', 'end-all', id, '--yes')
    await run('users', 'update', id, '--must-change-password', 'false')
    const audit = await run('audit', 'list', '--filter', `object_id=${id}`, '--filter', 'action=user.')
    expect(audit).toMatchObject({ total: 2, items: [{ action: 'user.update' }, { action: 'user.create' }] })
  })

  test('clients by what they did, and their secrets', async () => {
    const label = ['--label', 'autumn', '--overlap-seconds', '600']
    expect(await run('clients', 'secrets', 'create', 'quick-start', ...label)).toMatchObject({ label: 'autumn' })
    const secrets = await run('clients', 'secrets', 'list', 'quick-start')
    expect(secrets).toMatchObject({ total: 2 })
    expect(JSON.stringify(secrets)).toContain('"last_used_at":null')
    const listed = await run('clients', 'list', '--filter', 'last_used_at=>1', '--sort=-last_used_at')
    expect(listed?.['total']).toBe(0)
  })
})
