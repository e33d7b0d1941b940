import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { refreshDue } from '#outbound/background.ts'
import type { ConnectionsTable } from '#store/connection-tables.ts'
import { findConnectionById } from '#store/connections.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, type Reply, type ScriptedServer } from './scripted-server.ts'

/* The refresh engine, step by step, with a provider that rotates refresh tokens and answers as it is told. */

const given = (access: string, refresh?: string, more: object = {}): Reply => ({
  json: { access_token: access, token_type: 'Bearer', expires_in: 3600, refresh_token: refresh, ...more },
})
const now = () => Math.floor(Date.now() / 1000)

describe.each(ENGINES)('the refresh engine on %s', (engine) => {
  let house: House
  let provider: ScriptedServer
  let admin: Office
  let bearer: string
  let servers = 0

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ engine, env: OPEN_HERE })
    admin = await adminOffice(house)
    bearer = await outboundBearer(house, await addCaller(house, 'robot'))
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  const sql = () => house.app.context.db.sql
  const change = (id: string, columns: Partial<ConnectionsTable>) =>
    sql().updateTable('connections').set(columns).where('id', '=', id).execute()
  const rowOf = async (id: string) => {
    const row = await findConnectionById(sql(), id)
    if (row === undefined) throw new Error('the connection is gone')
    return row
  }
  /** The access token is past its hard margin and lives for `seconds` still. */
  const age = (id: string, seconds = 30) =>
    change(id, { soft_at: now() - 20, hard_at: now() - 10, expires_at: now() + seconds, next_try_at: null })

  /** A server of its own with the application's connection, made by a code: `first` and `refresh-number-1` are held. */
  async function connected(profile = 'generic_oauth2'): Promise<{ slug: string; id: string; path: string }> {
    servers += 1
    const [slug, path] = [`s${servers}`, `/token${servers}`]
    const own = {
      name: slug,
      grant_type: 'authorization_code',
      profile,
      max_wait_seconds: 5,
      max_retry_attempts: 1,
      authorization_endpoint: `${provider.url}/authorize`,
    } as const
    await addServer(house, provider.url + path, own)
    provider.next(given('first', 'refresh-number-1'))
    const id = await connectApplication(house, slug)
    provider.asked.length = 0
    return { slug, id, path }
  }
  const ask = async (slug: string) => {
    const { status, body, headers } = await askToken(house, slug, bearer)
    return { status, token: body.access_token, code: body.code, warning: headers.get('warning') }
  }

  test('N161 a new refresh token is stored and used next; without one the old is kept', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.next(given('second', 'refresh-number-2'))
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'second', warning: null })
    expect(provider.last().parameters).toMatchObject({ grant_type: 'refresh_token', refresh_token: 'refresh-number-1' })
    await age(id)
    provider.next(given('third'))
    expect((await ask(slug)).token).toBe('third')
    await age(id)
    provider.next(given('fourth'))
    expect((await ask(slug)).token).toBe('fourth')
    expect(provider.asked.map(({ parameters }) => parameters['refresh_token'])).toEqual([
      'refresh-number-1',
      'refresh-number-2',
      'refresh-number-2',
    ])
    expect(await rowOf(id)).toMatchObject({ state: 'ok', attempt_id: null, lease_until_ms: 0, failures: 0 })
  })

  test('inside the soft margin the old token is answered and a new one fetched behind it', async () => {
    const { slug, id } = await connected()
    await change(id, { soft_at: now() - 5, hard_at: now() + 300, expires_at: now() + 600 })
    provider.next(given('behind', 'refresh-number-2'))
    expect((await ask(slug)).token).toBe('first')
    await expect.poll(async () => (await ask(slug)).token).toBe('behind')
    expect(provider.asked).toHaveLength(1)
  })

  test('N162 a dead grant: told once, never asked again, and a new connection keeps the id', async () => {
    const { slug, id } = await connected()
    await age(id, -1)
    provider.stand(`/token${servers}`, {
      status: 400,
      json: { error: 'invalid_grant', error_description: 'refresh-number-1 is gone' },
    })
    const answers = await Promise.all([ask(slug), ask(slug), ask(slug)])
    for (const answer of answers) expect(answer).toMatchObject({ status: 409, code: 'invalid_grant' })
    expect(await ask(slug)).toMatchObject({ status: 409 })
    expect(provider.asked).toHaveLength(1)
    const seen = await rowOf(id)
    expect(seen).toMatchObject({ state: 'needs_authorization', reason: 'invalid_grant' })
    expect(seen.detail).not.toContain('refresh-number-1')
    const { body } = await admin.get(`/realms/default/audit?object_id=${id}&action=connection.broken`)
    expect(body).toMatchObject({ total: 1, items: [{ after: { state: 'needs_authorization' } }] })
    provider.next(given('again', 'refresh-number-9'))
    expect(await connectApplication(house, slug)).toBe(id)
    expect((await ask(slug)).token).toBe('again')
    expect((await admin.get(`/realms/default/audit?object_id=${id}&action=connection.recovered`)).body.total).toBe(1)
  })

  test('N162 a transient failure serves the old token with a warning, waits, and recovers by itself', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.stand(`/token${servers}`, { status: 503 })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first', warning: '199 sallyport "http_503"' })
    expect(provider.asked).toHaveLength(2)
    const row = await rowOf(id)
    expect(row).toMatchObject({ state: 'degraded', failures: 1, attempt_id: null })
    expect(row.next_try_at).toBeGreaterThan(now())
    expect(await ask(slug)).toMatchObject({ token: 'first' })
    expect(provider.asked).toHaveLength(2)
    await change(id, { next_try_at: now() - 1 })
    provider.next(given('back', 'refresh-number-2'))
    expect(await ask(slug)).toMatchObject({ token: 'back', warning: null })
    expect(await rowOf(id)).toMatchObject({ state: 'ok', failures: 0, next_try_at: null })
  })

  test('an outcome that nobody knows leaves the attempt open: the old token is served, the new try is the only one', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.stand(`/token${servers}`, { drop: 'before_answer' })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
    expect(provider.asked).toHaveLength(1)
    expect(await rowOf(id)).toMatchObject({ state: 'uncertain', attempt_sends: 1 })
    await age(id, -1)
    expect(await ask(slug)).toMatchObject({ status: 409 })
    await age(id, -1)
    await ask(slug)
    expect(provider.asked).toHaveLength(2)
    expect(await rowOf(id)).toMatchObject({ state: 'needs_authorization' })
  })

  test('an answer without a token is kept, shown without what it holds, and read again', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.next({
      json: { data: { access_token: 'hidden-token', refresh_token: 'refresh-number-2' }, note: 'hello' },
    })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
    expect(await rowOf(id)).toMatchObject({ state: 'uncertain', reason: 'no_access_token' })
    const path = `/realms/default/oauth-servers/${slug}/connections/${id}`
    const { body: answers } = await admin.get(`${path}/answers`)
    expect(answers).toMatchObject({ total: 1, items: [{ state: 'unreadable', status: 200 }] })
    expect(answers.items[0].body).toContain('hello')
    expect(JSON.stringify(answers)).not.toMatch(/hidden|refresh-number/)
    expect((await admin.post(`${path}/replay`)).body).toMatchObject({ state: 'uncertain' })
    expect(provider.asked).toHaveLength(1)
  })

  test('once the mapping is mended a stored answer is read again: the token is there, and nobody was asked', async () => {
    const { slug, id } = await connected()
    await age(id, -1)
    const authed_user = {
      access_token: 'found-at-last',
      token_type: 'Bearer',
      expires_in: 3600,
      refresh_token: 'found-too',
    }
    provider.next({ json: { ok: true, authed_user } })
    expect(await ask(slug)).toMatchObject({ status: 503, code: 'no_access_token' })
    await sql().updateTable('oauth_servers').set({ profile: 'slack_user' }).where('slug', '=', slug).execute()
    house.app.context.db.held.forget()
    const told = await admin.post(`/realms/default/oauth-servers/${slug}/connections/${id}/replay`)
    expect(told.body).toMatchObject({ state: 'ok', has_refresh_token: true, is_attempt_open: false })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'found-at-last', warning: null })
    expect(provider.asked).toHaveLength(1)
    expect((await admin.post(`/realms/default/oauth-servers/${slug}/connections/${id}/replay`)).status).toBe(409)
  })

  test('a code whose answer nobody can read is not lost: it is read again, and what was held stands meanwhile', async () => {
    const { slug, id } = await connected()
    provider.next({ json: { data: { access_token: 'hidden-token' } } })
    await expect(connectApplication(house, slug)).rejects.toThrow('no_access_token')
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
    expect(await rowOf(id)).toMatchObject({ state: 'ok', attempt_id: null })
    const path = `/realms/default/oauth-servers/${slug}/connections/${id}`
    expect((await admin.get(`${path}/answers`)).body.items).toMatchObject([{ grant_type: 'authorization_code' }])
    provider.next({ status: 400, json: { error: 'invalid_grant' } })
    await expect(connectApplication(house, slug)).rejects.toThrow('invalid_grant')
    expect(await rowOf(id)).toMatchObject({ state: 'ok', attempt_id: null })
  })

  test('wrong settings are the server’s: no connection is marked, one careful try, and a change lets all go on', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.stand(`/token${servers}`, { status: 401, json: { error: 'invalid_client' } })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first', warning: '199 sallyport "invalid_client"' })
    expect(await rowOf(id)).toMatchObject({ state: 'ok', attempt_id: null })
    for (let tries = 0; tries < 5; tries += 1) await ask(slug)
    expect(provider.asked.length).toBeLessThanOrEqual(2)
    const { body } = await admin.get(`/realms/default/oauth-servers/${slug}`)
    expect(body).toMatchObject({ status: 'error', last_error: { code: 'invalid_client' } })
    const patched = await admin.patch(`/realms/default/oauth-servers/${slug}`, { scope: 'read' })
    expect(patched.status).toBe(200)
    provider.next(given('mended', 'refresh-number-2'))
    expect(await ask(slug)).toMatchObject({ token: 'mended', warning: null })
    expect((await admin.get(`/realms/default/oauth-servers/${slug}`)).body.status).toBe('ok')
    const told = await admin.get(`/realms/default/audit?object_name=${slug}&action=oauth_server&sort=at_ms`)
    const own = told.body.items.filter(({ object_name }: { object_name: string }) => object_name === slug)
    const verbs = own.map(({ action }: { action: string }) => action.split('.')[1])
    expect(verbs).toEqual(['create', 'broken', 'update', 'recovered'])
  })

  test('what is due is renewed in the background, without anybody asking', async () => {
    const { slug, id } = await connected()
    await change(id, { due_at: now() - 1 })
    provider.next(given('unasked', 'refresh-number-2'))
    await refreshDue(house.app.context)
    await expect.poll(async () => (await rowOf(id)).version).toBe(2)
    expect((await ask(slug)).token).toBe('unasked')
    expect((await rowOf(id)).due_at).toBeGreaterThan(now())
  })

  test('a frozen connection spends nothing until it is released, and serves what it has', async () => {
    const { slug, id } = await connected()
    await age(id)
    await change(id, { frozen_at: now() })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first', warning: '199 sallyport "refresh_frozen"' })
    await age(id, -1)
    expect(await ask(slug)).toMatchObject({ status: 503, code: 'refresh_frozen' })
    expect(provider.asked).toHaveLength(0)
    expect((await admin.post('/realms/default/connections/release', { ids: [id] })).body).toEqual({ released: 1 })
    provider.next(given('thawed', 'refresh-number-2'))
    expect((await ask(slug)).token).toBe('thawed')
    await change(id, { frozen_at: now() })
    provider.next(given('connected anew', 'refresh-number-3'))
    await connectApplication(house, slug)
    expect(await rowOf(id)).toMatchObject({ frozen_at: null, state: 'ok' })
  })

  test('N169 a connection of another server or realm is not there; ending one revokes and forgets', async () => {
    const one = await connected()
    const other = await connected()
    await admin.post('/realms', { name: `elsewhere-${engine}` })
    const root = '/realms/default/oauth-servers'
    expect((await admin.get(`${root}/${one.slug}/connections/${other.id}`)).status).toBe(404)
    expect((await admin.delete(`${root}/${one.slug}/connections/${other.id}`)).status).toBe(404)
    expect((await admin.post(`${root}/${one.slug}/connections/${other.id}/refresh`)).status).toBe(404)
    expect((await admin.get(`/realms/elsewhere-${engine}/oauth-servers/${one.slug}/connections`)).status).toBe(404)
    const { body } = await admin.get(`${root}/${one.slug}/connections`)
    expect(body).toMatchObject({ total: 1, items: [{ id: one.id, subject: 'application', state: 'ok' }] })
    expect(JSON.stringify(body)).not.toMatch(/first|refresh-number/)
    expect((await admin.delete(`${root}/${one.slug}/connections/${one.id}`)).status).toBe(204)
    expect(await ask(one.slug)).toMatchObject({ status: 409, code: 'not_connected' })
    expect((await admin.get(`${root}/${one.slug}/connections/${one.id}`)).status).toBe(404)
  })

  test('a narrower scope is flagged', async () => {
    const { slug, id } = await connected()
    await age(id)
    provider.next(given('narrow', 'refresh-number-2', { scope: 'read' }))
    await ask(slug)
    expect(await rowOf(id)).toMatchObject({ scope: 'read', scope_is_narrower: 1 })
  })

  test('N153 N170 no token and no secret stands in the rows, the audit or the log', async () => {
    const { id } = await connected()
    const rows = await Promise.all([
      sql().selectFrom('connections').selectAll().execute(),
      sql().selectFrom('refresh_answers').selectAll().execute(),
      sql().selectFrom('oauth_server_states').selectAll().execute(),
      sql().selectFrom('audit').selectAll().execute(),
    ])
    const written = JSON.stringify(rows) + house.logged.join('')
    expect(written).toContain(id)
    expect(written).not.toMatch(/refresh-number-|hidden-token|found-at-last|our-secret/)
  })
})
