import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { setUserPassword } from '#store/user-changes.ts'
import { findUserByLogin } from '#store/users.ts'
import { addClient, addUser, type Credentials, realmOf, TEST_ACTOR, USER_PASSWORD } from './clients.ts'
import { refresh, tokenRequest } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, jsonOf, type Office } from './office.ts'
import { basic, form } from './requests.ts'

describe.each(ENGINES)('RFC 6749 §4.3 the password grant on %s', (engine) => {
  let house: House
  let admin: Office
  let app: Credentials

  beforeAll(async () => {
    house = await openHouse({ engine })
    admin = await adminOffice(house)
    app = await addClient(house, {
      client_id: 'old-app',
      grant_types: ['password', 'refresh_token'],
      scope: 'openid profile role',
      expires_in: 120,
    })
    await addUser(house, { username: 'alice', email: 'alice@example.com' })
  })
  afterAll(() => house.close())

  const ask = (fields: Readonly<Record<string, string>>, client = app) =>
    tokenRequest(house, client, { grant_type: 'password', username: 'alice', password: USER_PASSWORD, ...fields })
  const introspect = async (token: string) =>
    jsonOf(await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(app), body: form({ token }) }))

  test('N082 off, it is an unsupported grant type even with the right secret and password', async () => {
    const refused = await ask({})
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'unsupported_grant_type' })
    const known = await jsonOf(await fetch(`${house.issuer()}/.well-known/openid-configuration`))
    expect(known.grant_types_supported).not.toContain('password')
  })

  test('the switch of the realm turns it on, never in system, and discovery follows', async () => {
    expect((await admin.patch('/realms/system', { allow_password_grant: true })).status).toBe(409)
    const told = await admin.patch('/realms/default', { allow_password_grant: true })
    expect(told).toMatchObject({ status: 200, body: { allow_password_grant: true } })
    const known = await jsonOf(await fetch(`${house.issuer()}/.well-known/openid-configuration`))
    expect(known.grant_types_supported).toContain('password')
    const own = { client_id: 'own', grant_types: ['password'] }
    expect((await admin.post('/realms/system/clients', own)).status).toBe(400)
  })

  test('a client that is not registered for it stays outside', async () => {
    const other = await addClient(house, { client_id: 'new-app', grant_types: ['authorization_code'] })
    const refused = await ask({}, other)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: 'unauthorized_client' })
  })

  test('a password becomes tokens; its first use by a client is warned about and audited, once', async () => {
    const before = house.logged.length
    for (const username of ['alice', 'ALICE@example.com']) {
      const answer = await ask({ username })
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      expect(await answer.json()).toMatchObject({ token_type: 'Bearer', expires_in: 120, scope: 'openid profile role' })
    }
    const warnings = house.logged.slice(before).filter((line) => line.includes('password_grant_first_use'))
    expect(warnings).toHaveLength(1)
    const audit = await admin.get('/realms/default/audit?action=client.first_password_use')
    expect(audit.body).toMatchObject({ total: 1, items: [{ object_name: 'old-app', actor_name: 'old-app' }] })
    const uses = await admin.get('/realms/default/legacy-uses?kind=password')
    expect(uses.body).toMatchObject({ total: 1, items: [{ client_id: 'old-app', kind: 'password', uses: 2 }] })
    const grants = await admin.get('/realms/default/clients/old-app/tokens')
    expect(grants.body.items[0]).toMatchObject({ kind: 'password', username: 'alice' })
  })

  test('many first uses at once are one first use, and all of them count', async () => {
    const crowd = await addClient(house, { client_id: 'crowd', grant_types: ['password'] })
    const before = house.logged.length
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask({}, crowd)))
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200))
    expect(house.logged.slice(before).filter((line) => line.includes('password_grant_first_use'))).toHaveLength(1)
    const uses = await admin.get('/realms/default/legacy-uses?client_id=crowd')
    expect(uses.body.items).toMatchObject([{ kind: 'password', uses: 8 }])
    expect((await admin.get('/realms/default/audit?action=client.first_password_use')).body.total).toBe(2)
  })

  test('refresh rotates as in the core: one use, a new one each time, a second use ends the family', async () => {
    const first = await jsonOf(await ask({}))
    const second = await jsonOf(await refresh(house, app, first.refresh_token))
    const third = await jsonOf(await refresh(house, app, second.refresh_token))
    expect(new Set([first.refresh_token, second.refresh_token, third.refresh_token]).size).toBe(3)
    const reused = await refresh(house, app, first.refresh_token)
    expect(await reused.json()).toMatchObject({ error: 'invalid_grant' })
    expect(await introspect(third.access_token)).toEqual({ active: false })
  })

  test('N032 an unknown user, a wrong password, a disabled user and one who must change it look alike', async () => {
    await addUser(house, { username: 'gone', enabled: false })
    await addUser(house, { username: 'new', must_change_password: true })
    const { counters } = house.app.context.userPasswords
    const tries = async (fields: Readonly<Record<string, string>>) => {
      const before = { ...counters }
      const answer = await ask(fields)
      const { hashed, dummies } = counters
      const headers = [...answer.headers.keys()].toSorted()
      const seen = { status: answer.status, body: await answer.text(), headers }
      return { seen, hashed: hashed - before.hashed, dummies: dummies - before.dummies }
    }
    const wrong = await tries({ password: 'a wrong password' })
    expect(wrong).toMatchObject({ seen: { status: 400 }, hashed: 1, dummies: 0 })
    expect(JSON.parse(wrong.seen.body)).toMatchObject({ error: 'invalid_grant' })
    expect(await tries({ username: 'nobody' })).toEqual({ ...wrong, dummies: 1 })
    expect(await tries({ username: 'gone' })).toEqual(wrong)
    expect(await tries({ username: 'new' })).toEqual(wrong)
  })

  test('N033 it shares its throttle with the sign-in page: spellings count as one, the right password waits', async () => {
    await addUser(house, { username: 'Carol', email: 'carol@example.com' })
    for (let count = 0; count < 10; count++) {
      const username = ['carol', 'CAROL', 'Carol@Example.com'][count % 3] ?? ''
      expect((await ask({ username, password: 'wrong wrong' })).status).toBe(400)
    }
    const before = house.app.context.userPasswords.counters.hashed
    const waits = await ask({ username: 'carol' })
    expect(waits.status).toBe(429)
    expect(Number(waits.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(house.app.context.userPasswords.counters.hashed).toBe(before)
    await house.app.context.db.sql.deleteFrom('login_failures').execute()
    expect((await ask({ username: 'carol' })).status).toBe(200)
  })

  test('N039 N040 a new password or a disabled user ends what came of the old one', async () => {
    const id = await addUser(house, { username: 'dora' })
    const held = await jsonOf(await ask({ username: 'dora' }))
    expect(await introspect(held.access_token)).toMatchObject({ active: true, username: 'dora' })
    const { db, userPasswords } = house.app.context
    const realm = await realmOf(house, 'default')
    await setUserPassword(db, TEST_ACTOR, realm.id, id, await userPasswords.hash('another one entirely'), false)
    expect(await introspect(held.access_token)).toEqual({ active: false })
    expect((await refresh(house, app, held.refresh_token)).status).toBe(400)
    const again = await jsonOf(await ask({ username: 'dora', password: 'another one entirely' }))
    await admin.patch(`/realms/default/users/${id}`, { enabled: false })
    expect(await introspect(again.access_token)).toEqual({ active: false })
    expect((await refresh(house, app, again.refresh_token)).status).toBe(400)
    expect((await findUserByLogin(db, realm.id, 'dora'))?.enabled).toBe(false)
  })

  test('credentials in the URL are refused, and nothing that was typed is logged', async () => {
    const url = `${house.issuer()}/token?username=alice&password=${encodeURIComponent(USER_PASSWORD)}`
    const refused = await fetch(url, { method: 'POST', headers: basic(app), body: form({ grant_type: 'password' }) })
    expect(refused.status).toBe(400)
    expect(house.logged.join('\n')).not.toContain(USER_PASSWORD)
    expect(house.logged.join('\n')).not.toContain(encodeURIComponent(USER_PASSWORD))
  })

  test('a scope that the client may not have is refused before anything is hashed', async () => {
    const before = house.app.context.userPasswords.counters.hashed
    expect(await jsonOf(await ask({ scope: 'email' }))).toMatchObject({ error: 'invalid_scope' })
    expect(house.app.context.userPasswords.counters.hashed).toBe(before)
  })
})
