import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Request } from '#http/message.ts'
import { ensureBrowser, sameBrowser } from '#login/browser.ts'
import { clearedSessionCookie, currentSession, endSession, startSession } from '#login/session.ts'
import {
  completeAuthorizationRequest,
  findAuthorizationRequest,
  recordProgress,
  storeAuthorizationRequest,
} from '#store/authorization-requests.ts'
import { addConsent, findConsentedScope } from '#store/consents.ts'
import { type Database, transaction } from '#store/database.ts'
import { createGrant, findLiveGrant } from '#store/grants.ts'
import { createRealm, type Realm } from '#store/realms.ts'
import { setUserPassword, updateUser } from '#store/user-changes.ts'
import type { User } from '#store/users.ts'
import { ENGINES, openTestDatabase, type TestDatabase } from './store-engines.ts'
import { actor, addClient, addUser, made, publicUrl } from './store-fixture.ts'

const silent = { info() {}, warn() {}, error() {} }

/** A request from a browser that holds these cookies (as `Set-Cookie` lines gave them). */
function from(...setCookies: readonly string[]): Request {
  const cookie = setCookies.map((line) => line.split(';')[0]).join('; ')
  return {
    method: 'GET',
    path: '/',
    params: {},
    query: '',
    headers: { cookie: cookie || undefined, 'user-agent': 'x'.repeat(1000) },
    body: '',
    address: '192.0.2.1',
    id: 'r1',
    log: silent,
  }
}

describe.each(ENGINES)('%s', (engine) => {
  let opened: TestDatabase
  let db: Database
  let realm: Realm
  let other: Realm
  let ada: User
  let bob: User
  let context: { db: Database; publicUrl: string }

  beforeAll(async () => {
    opened = await openTestDatabase(engine)
    db = opened.db
    context = { db, publicUrl }
    realm = await made(createRealm(db, actor, { name: 'shop', display_name: 'The Shop' }))
    other = await made(createRealm(db, actor, { name: 'other', display_name: 'Another' }))
    ada = await addUser(db, realm.id)
    bob = await addUser(db, realm.id)
  })

  afterAll(() => opened.drop())

  async function login(user: User, request: Request = from()) {
    const started = await startSession(context, realm, request, user, ['pwd'])
    if (!started) throw new Error('no session')
    return started
  }

  async function grantOf(user: User, sessionId: string, offline: boolean) {
    const now = Math.floor(Date.now() / 1000)
    const client = await addClient(db, realm.id)
    const times = { auth_time: now, created_at: now, expires_at: now + 60 }
    const whose = { realm_id: realm.id, client_id: client.id, user_id: user.id, session_id: sessionId }
    return await transaction(db, (sql) =>
      createGrant(sql, { ...whose, ...times, kind: 'authorization_code', scope: 'openid', offline, amr: ['pwd'] }),
    )
  }

  const set = (id: string, row: { idle_expires_at?: number; expires_at?: number; last_seen_at?: number }) =>
    db.sql.updateTable('sessions').set(row).where('id', '=', id).execute()

  test('a session tells who is there', async () => {
    const { id, setCookie } = await login(ada)
    const session = await currentSession(context, realm, from(setCookie))
    expect(session).toMatchObject({ id, user: { id: ada.id, roles: [] }, amr: ['pwd'] })
    expect(await currentSession(context, realm, from())).toBeUndefined()
  })

  test('N030 cookies are Secure, HttpOnly, SameSite=Lax, bound to the host, and carry the realm in the name', async () => {
    const { setCookie } = await login(ada)
    expect(setCookie).toMatch(/^__Host-[^=]*shop[^=]*=[\w-]{43}; /)
    for (const line of [setCookie, ensureBrowser(from(), publicUrl, 'shop').setCookie]) {
      expect(line).toContain('; Path=/; HttpOnly; SameSite=Lax; Secure')
      expect(line).not.toContain('Domain')
    }
    expect(clearedSessionCookie(publicUrl, realm)).toContain('Max-Age=0')
  })

  test('N030 a cookie of one realm is nobody in another', async () => {
    const { setCookie } = await login(ada)
    expect(await currentSession(context, other, from(setCookie))).toBeUndefined()
    const renamed = setCookie.replace('shop', 'other')
    expect(await currentSession(context, other, from(renamed))).toBeUndefined()
  })

  test('N029 each login changes the cookie; the same person keeps the session, the old cookie is dead', async () => {
    const first = await login(ada)
    const grant = await grantOf(ada, first.id, false)
    const second = await login(ada, from(first.setCookie))
    expect(second.setCookie).not.toBe(first.setCookie)
    expect(second.id).toBe(first.id)
    expect(await currentSession(context, realm, from(first.setCookie))).toBeUndefined()
    expect(await currentSession(context, realm, from(second.setCookie))).toMatchObject({ id: first.id })
    expect(await findLiveGrant(db, grant.id)).toBeDefined()
  })

  test('N029 a cookie that was planted is not taken over', async () => {
    const planted = `__Host-sallyport-session-shop=${'a'.repeat(43)}`
    const { setCookie } = await login(ada, from(planted))
    expect(setCookie).not.toContain('a'.repeat(43))
    expect(await currentSession(context, realm, from(planted))).toBeUndefined()
  })

  test('another person in the same browser ends the session before, and what rests on it', async () => {
    const first = await login(ada)
    const [tied, offline] = [await grantOf(ada, first.id, false), await grantOf(ada, first.id, true)]
    const second = await login(bob, from(first.setCookie))
    expect(second.id).not.toBe(first.id)
    expect(await currentSession(context, realm, from(first.setCookie))).toBeUndefined()
    expect(await findLiveGrant(db, tied.id)).toBeUndefined()
    expect(await findLiveGrant(db, offline.id)).toBeDefined()
  })

  test('a session that is ended is over, with the grants that do not outlive it', async () => {
    const { id, setCookie } = await login(ada)
    const [tied, offline] = [await grantOf(ada, id, false), await grantOf(ada, id, true)]
    expect(await endSession(db, id, 'logout')).toBe(true)
    expect(await endSession(db, id, 'logout')).toBe(false)
    expect(await currentSession(context, realm, from(setCookie))).toBeUndefined()
    expect(await findLiveGrant(db, tied.id)).toBeUndefined()
    expect(await findLiveGrant(db, offline.id)).toBeDefined()
    // The next login begins anew.
    expect((await login(ada, from(setCookie))).id).not.toBe(id)
  })

  test('idle and absolute lifetime both end a session', async () => {
    const now = Math.floor(Date.now() / 1000)
    const idle = await login(ada)
    await set(idle.id, { idle_expires_at: now })
    expect(await currentSession(context, realm, from(idle.setCookie))).toBeUndefined()
    const old = await login(ada)
    await set(old.id, { expires_at: now })
    expect(await currentSession(context, realm, from(old.setCookie))).toBeUndefined()
  })

  test('being there is written down once a minute, and never beyond the absolute lifetime', async () => {
    const now = Math.floor(Date.now() / 1000)
    const { id, setCookie } = await login(ada)
    const seen = () => db.sql.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    await set(id, { last_seen_at: now - 30, idle_expires_at: now + 10 })
    await currentSession(context, realm, from(setCookie))
    expect((await seen()).last_seen_at).toBe(now - 30)
    await set(id, { last_seen_at: now - 61 })
    await currentSession(context, realm, from(setCookie))
    const row = await seen()
    expect(row.last_seen_at).toBeGreaterThanOrEqual(now)
    expect(row.idle_expires_at).toBe(row.last_seen_at + realm.settings.session_idle_seconds)
    expect(row.user_agent).toHaveLength(256)
  })

  test('N039 N040 a disabled user and a new password end every session', async () => {
    const person = await addUser(db, realm.id)
    const [one, two] = [await login(person), await login(person)]
    await setUserPassword(db, actor, realm.id, person.id, 'second', false)
    for (const { setCookie } of [one, two]) {
      expect(await currentSession(context, realm, from(setCookie))).toBeUndefined()
    }
    const three = await login(person)
    await updateUser(db, actor, realm.id, person.id, () => ({ enabled: false }))
    expect(await currentSession(context, realm, from(three.setCookie))).toBeUndefined()
    expect(await startSession(context, realm, from(), person, ['pwd'])).toBeUndefined()
  })

  test('N039 a login that was checked against the password before begins no session', async () => {
    const person = await addUser(db, realm.id, { password_hash: 'first' })
    expect(await startSession(context, realm, from(), person, ['pwd'], 'first')).toBeDefined()
    await setUserPassword(db, actor, realm.id, person.id, 'second', false)
    expect(await startSession(context, realm, from(), person, ['pwd'], 'first')).toBeUndefined()
    expect(await startSession(context, realm, from(), person, ['pwd'], 'second')).toBeDefined()
  })

  test('what a person allows adds up, for that client and that person', async () => {
    const client = await addClient(db, realm.id)
    expect(await findConsentedScope(db, ada.id, client.id)).toBeUndefined()
    await Promise.all(['openid email', 'openid profile', ''].map((scope) => addConsent(db, ada.id, client.id, scope)))
    const scope = (await findConsentedScope(db, ada.id, client.id)) ?? ''
    expect(scope.split(' ').toSorted()).toEqual(['email', 'openid', 'profile'])
    expect(await findConsentedScope(db, bob.id, client.id)).toBeUndefined()
  })

  describe('a stored authorization request', () => {
    const parameters = {
      redirect_uri: 'https://app.example/cb',
      redirect_uri_was_sent: true,
      response_mode: 'query',
      scope: 'openid',
      prompt: ['login'],
    } as const

    async function store() {
      const client = await addClient(db, realm.id)
      const browser = ensureBrowser(from(), publicUrl, realm.name)
      const row = { realm_id: realm.id, client_id: client.id, parameters, browser_hash: browser.hash }
      return { stored: await storeAuthorizationRequest(db, row), browser }
    }

    test('N025 N030 goes on in the browser that began it, and in no other', async () => {
      const { stored, browser } = await store()
      const same = from(browser.setCookie ?? '')
      expect(sameBrowser(stored, same, publicUrl, realm.name)).toEqual({ value: browser.value, hash: browser.hash })
      expect(ensureBrowser(same, publicUrl, realm.name)).toEqual({ value: browser.value, hash: browser.hash })
      expect(sameBrowser(stored, from(), publicUrl, realm.name)).toBeUndefined()
      const another = ensureBrowser(from(), publicUrl, realm.name)
      expect(sameBrowser(stored, from(another.setCookie ?? ''), publicUrl, realm.name)).toBeUndefined()
      expect(sameBrowser(stored, same, publicUrl, other.name)).toBeUndefined()
    })

    test('is found in its realm only', async () => {
      const { stored } = await store()
      expect(await findAuthorizationRequest(db, realm.id, stored.id)).toEqual(stored)
      expect(await findAuthorizationRequest(db, other.id, stored.id)).toBeUndefined()
      expect(await findAuthorizationRequest(db, realm.id, 'another')).toBeUndefined()
    })

    test('of two steps at once one is written', async () => {
      const { stored } = await store()
      const written = await Promise.all([
        recordProgress(db, stored, { confirmed: true }),
        recordProgress(db, stored, { denied: true }),
      ])
      expect(written.filter(Boolean)).toHaveLength(1)
    })

    test('N025 is answered once, and nothing goes on after that or after its time', async () => {
      const { stored } = await store()
      const answers = await Promise.all(Array.from({ length: 20 }, () => completeAuthorizationRequest(db, stored.id)))
      expect(answers.filter(Boolean)).toHaveLength(1)
      expect(await recordProgress(db, stored, { confirmed: true })).toBe(false)
      const late = (await store()).stored
      await db.sql.updateTable('authorization_requests').set({ expires_at: 1 }).where('id', '=', late.id).execute()
      expect(await recordProgress(db, late, { confirmed: true })).toBe(false)
      expect(await completeAuthorizationRequest(db, late.id)).toBe(false)
    })
  })
})
