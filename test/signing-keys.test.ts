import { decodeProtectedHeader } from 'jose'
import { sql as raw } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  ensureSigningKeys,
  KEY_ANNOUNCED_SECONDS,
  KEY_USED_SECONDS,
  rotateDueKeys,
  rotateSigningKeys,
} from '#issuer/signing-keys.ts'
import { nowSeconds } from '#observe/clock.ts'
import { bumpConfigVersion, changeConfig, type Sql } from '#store/database.ts'
import { addClient, addUser, type Credentials, realmOf } from './clients.ts'
import { REDIRECT_URI, type Tokens, tokenRequest, tokensOf } from './code-flow.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { basic, form } from './requests.ts'

interface Jwk extends Readonly<Record<string, unknown>> {
  readonly kid: string
  readonly alg: string
}

const DAY = 86_400

/** How many on this database on PostgreSQL. */
async function waitingForLocks(sql: Sql): Promise<number> {
  const waiting = raw`select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
  return (await waiting.execute(sql)).rows.length
}

describe.each(ENGINES)('signing keys on %s', (engine) => {
  let house: House
  let web: Credentials

  beforeEach(async () => {
    house = await openHouse({ engine })
    web = await addClient(house, {
      client_id: 'web',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      redirect_uris: [REDIRECT_URI],
      scope: 'openid offline_access',
      expires_in: 3600,
    })
    await addUser(house, { username: 'alice' })
  })
  afterEach(() => house.close())

  const published = async (): Promise<readonly Jwk[]> =>
    ((await (await fetch(`${house.issuer()}/jwks`)).json()) as { keys: Jwk[] }).keys
  const kids = async () => (await published()).map(({ kid }) => kid).toSorted()
  const realm = () => realmOf(house, 'default')
  const due = async (now: number) => rotateDueKeys(house.app.context, await realm(), now)
  const rows = async () =>
    house.app.context.db.sql
      .selectFrom('signing_keys')
      .selectAll()
      .where('realm_id', '=', (await realm()).id)
      .orderBy('active_at')
      .execute()
  /** As if that much time had gone by for all keys. */
  const age = (seconds: number) =>
    changeConfig(house.app.context.db, async (sql) => {
      await sql
        .updateTable('signing_keys')
        .set((row) => ({
          active_at: row('active_at', '-', seconds),
          retired_at: row('retired_at', '-', seconds),
          removed_at: row('removed_at', '-', seconds),
        }))
        .execute()
    })
  const own = async () =>
    ((await (await tokenRequest(house, web, { grant_type: 'client_credentials' })).json()) as Tokens).access_token
  const isActive = async (token: string) => {
    const body = form({ token })
    const response = await fetch(`${house.issuer()}/introspect`, { method: 'POST', headers: basic(web), body })
    return ((await response.json()) as { active: boolean }).active
  }
  const kidOf = (token: string | undefined) => decodeProtectedHeader(token ?? '').kid

  test('N104 RFC 7517 §4 public members only, unique kid, use and alg, a short life in caches', async () => {
    await due(nowSeconds())
    const response = await fetch(`${house.issuer()}/jwks`)
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=300')
    expect(response.headers.get('access-control-allow-origin')).toBe('*')
    const { keys, ...rest } = (await response.json()) as { keys: Jwk[] }
    expect(rest).toEqual({})
    expect(keys.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'ES256', 'RS256', 'RS256'])
    expect(new Set(keys.map(({ kid }) => kid)).size).toBe(keys.length)
    const members = {
      ES256: ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y'],
      RS256: ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    }
    for (const key of keys) {
      expect(Object.keys(key).toSorted()).toEqual(members[key.alg as keyof typeof members])
      expect(key['use']).toBe('sig')
    }
    for (const key of keys.filter(({ alg }) => alg === 'RS256')) {
      expect(Buffer.from(String(key['n']), 'base64url').length * 8).toBeGreaterThanOrEqual(2048)
    }
  })

  test('the private half is sealed where it is stored', async () => {
    for (const row of await rows()) {
      expect(row.public_jwk).not.toMatch(/"d"/)
      expect(row.private_sealed).not.toMatch(/[{"]|PRIVATE/)
      expect(Buffer.from(row.private_sealed, 'base64').toString('latin1')).not.toMatch(/"d":|"kty"/)
    }
  })

  test('the next key is announced as soon as there is a current one, once, and does not sign before its day', async () => {
    const before = await kids()
    const [first] = await rows()
    const handover = (first?.active_at ?? 0) + KEY_USED_SECONDS
    await due(nowSeconds())
    await due(nowSeconds() + DAY)
    expect(await published()).toHaveLength(4)
    const next = (await rows()).filter(({ id }) => !before.includes(id))
    expect(next.map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'RS256'])
    for (const row of next) expect(row.active_at - handover).toBeLessThanOrEqual(1)
    expect(before).toContain(kidOf(await own()))
  })

  test('handover after 90 days: the next signs, the old one stays until its last token can have expired', async () => {
    const before = await kids()
    const old = await tokensOf(house, { client: web, username: 'alice', scope: 'openid offline_access' })
    await due(nowSeconds())
    await age(KEY_USED_SECONDS)
    const now = nowSeconds()
    await due(now)
    expect(before).not.toContain(kidOf(await own()))
    const fresh = await tokensOf(house, { client: web, username: 'alice', scope: 'openid' })
    expect(before).not.toContain(kidOf(fresh.id_token))
    expect(await isActive(old.access_token)).toBe(true)
    expect(await kids()).toEqual(expect.arrayContaining(before))
    const retired = (await rows()).filter(({ id }) => before.includes(id))
    const { token_validity } = await realm()
    for (const row of retired) {
      expect(row.retired_at).toBe(now)
      expect(row.removed_at).toBe(now + token_validity)
    }
    await due(now + 60)
    const again = (await rows()).filter(({ id }) => before.includes(id))
    expect(again, 'a retired key is not touched again').toEqual(retired)
    await age(token_validity + 1)
    expect((await kids()).filter((kid) => before.includes(kid))).toEqual([])
    expect(await isActive(old.access_token), 'nobody can check it any more').toBe(false)
  })

  test('N104 a client whose tokens live longer than the realm keeps the old key as long', async () => {
    const longLived = { client_id: 'long', grant_types: ['client_credentials'], expires_in: 30 * DAY }
    await addClient(house, longLived)
    const before = await kids()
    await rotateSigningKeys(house.app.context, await realm(), { emergency: false })
    const retired = (await rows()).filter(({ id }) => before.includes(id))
    for (const row of retired) expect((row.removed_at ?? 0) - (row.retired_at ?? 0)).toBe(30 * DAY)
  })

  test('a key that is long overdue is still announced 14 days ahead', async () => {
    const before = await kids()
    await age(10 * KEY_USED_SECONDS)
    const now = nowSeconds()
    await due(now)
    const next = (await rows()).filter(({ id }) => !before.includes(id))
    for (const row of next) expect(row.active_at).toBe(now + KEY_ANNOUNCED_SECONDS)
    expect(before).toContain(kidOf(await own()))
  })

  test('by hand, ordinarily: the announced keys sign at once, others are announced, old tokens hold', async () => {
    await due(nowSeconds())
    const announced = (await rows()).filter(({ active_at }) => active_at > nowSeconds()).map(({ id }) => id)
    const before = (await kids()).filter((kid) => !announced.includes(kid))
    const old = await tokensOf(house, { client: web, username: 'alice', scope: 'openid offline_access' })
    await rotateSigningKeys(house.app.context, await realm(), { emergency: false })
    expect(announced).toContain(kidOf(await own()))
    expect(await published()).toHaveLength(6)
    expect(await isActive(old.access_token)).toBe(true)
    const headers = { authorization: `Bearer ${old.access_token}` }
    expect((await fetch(`${house.issuer()}/userinfo`, { headers })).status).toBe(200)
    expect(await kids()).toEqual(expect.arrayContaining(before))
  })

  test('in an emergency: old keys are withdrawn and what they signed is refused at once', async () => {
    await due(nowSeconds())
    await rotateSigningKeys(house.app.context, await realm(), { emergency: false })
    const before = await kids()
    const old = await tokensOf(house, { client: web, username: 'alice', scope: 'openid offline_access' })
    const machine = await own()
    await rotateSigningKeys(house.app.context, await realm(), { emergency: true })
    expect(
      (await kids()).filter((kid) => before.includes(kid)),
      'retired and announced ones too',
    ).toEqual([])
    expect(await published()).toHaveLength(4)
    expect(await isActive(old.access_token)).toBe(false)
    expect(await isActive(machine)).toBe(false)
    const headers = { authorization: `Bearer ${old.access_token}` }
    expect((await fetch(`${house.issuer()}/userinfo`, { headers })).status).toBe(401)
    const hint = `${house.issuer()}/logout?id_token_hint=${old.id_token}`
    expect((await old.browser.open(hint)).body, 'an old ID token is no proof').toContain('name="confirm"')
    expect(await isActive(await own())).toBe(true)
    const grant = { grant_type: 'refresh_token', refresh_token: old.refresh_token ?? '' }
    const refreshed = await tokenRequest(house, web, grant)
    expect(refreshed.status, 'what a key did not sign still holds').toBe(200)
  })

  test('many nodes that start at once make one set of keys', async () => {
    const { context } = house.app
    const current = await realm()
    await changeConfig(context.db, (sql) => sql.deleteFrom('signing_keys').where('realm_id', '=', current.id).execute())
    // All of them find none before the first can add its own.
    const { promise: open, resolve: release } = Promise.withResolvers<void>()
    const held = changeConfig(context.db, async (sql) => {
      await bumpConfigVersion(sql)
      await open
    })
    const nodes = Array.from({ length: 3 }, () => ensureSigningKeys(context, current))
    if (engine === 'postgres') await expect.poll(() => waitingForLocks(context.db.sql)).toBe(3)
    release()
    await Promise.all([held, ...nodes])
    expect((await rows()).map(({ alg }) => alg).toSorted()).toEqual(['ES256', 'RS256'])
    expect(await isActive(await own())).toBe(true)
  })

  test('keys outlive the process', async () => {
    const before = await kids()
    const token = await own()
    await house.restart()
    expect(await kids()).toEqual(before)
    expect(await isActive(token)).toBe(true)
  })
})
