import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { refreshDue } from '#outbound/background.ts'
import { connectionPlace } from '#outbound/places.ts'
import type { ConnectionsTable } from '#store/connection-tables.ts'
import { type ConnectionRow, findConnectionById } from '#store/connections.ts'
import { findServerStates } from '#store/oauth-servers.ts'
import { ENGINES, type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'
import {
  addCaller,
  addServer,
  askToken,
  connectApplication,
  OPEN_HERE,
  outboundBearer,
  serverNamed,
  whileNothingIsSaved,
} from './outbound-house.ts'
import { openScriptedServer, type Reply, type ScriptedServer, type Step } from './scripted-server.ts'

/* What happens to a connection, its server and its secrets while a refresh is under way, or after it broke off. */

const given = (access: string, refresh?: string, more: object = {}): Reply => ({
  json: { access_token: access, token_type: 'Bearer', expires_in: 3600, refresh_token: refresh, ...more },
})
const now = () => Math.floor(Date.now() / 1000)

describe.each(ENGINES)('a refresh under way, on %s', (engine) => {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-under-way-'))
  const secretFile = join(directory, 'secret')
  let house: House
  let provider: ScriptedServer
  let admin: Office
  let bearer: string
  let servers = 0

  beforeAll(async () => {
    provider = await openScriptedServer()
    const stores = [{ name: 'files', kind: 'file', root: directory, realms: ['default'] }]
    house = await openHouse({ engine, env: { ...OPEN_HERE, SALLYPORT_SECRET_STORES: JSON.stringify(stores) } })
    admin = await adminOffice(house)
    bearer = await outboundBearer(house, await addCaller(house, 'robot'))
  })
  afterAll(async () => {
    await house.close()
    await provider.close()
    rmSync(directory, { recursive: true, force: true })
  })
  beforeEach(() => provider.reset())

  const sql = () => house.app.context.db.sql
  const change = (id: string, columns: Partial<ConnectionsTable>) =>
    sql().updateTable('connections').set(columns).where('id', '=', id).execute()
  const rowOf = async (id: string): Promise<ConnectionRow> => {
    const row = await findConnectionById(sql(), id)
    if (row === undefined) throw new Error('the connection is gone')
    return row
  }
  /** The access token is past its hard margin and lives for `seconds` still; nothing is done of itself. */
  const age = (id: string, seconds = 30) => {
    const past = { soft_at: now() - 20, hard_at: now() - 10, expires_at: now() + seconds }
    return change(id, { ...past, next_try_at: null, due_at: null })
  }
  const answersOf = (id: string) =>
    sql().selectFrom('refresh_answers').selectAll().where('connection_id', '=', id).execute()
  const ask = async (slug: string) => {
    const { status, body, headers } = await askToken(house, slug, bearer)
    return { status, token: body.access_token, code: body.code, warning: headers.get('warning') }
  }

  async function server(more: object = {}): Promise<{ slug: string; path: string }> {
    servers += 1
    const [slug, path] = [`s${servers}`, `/token${servers}`]
    await addServer(house, provider.url + path, {
      name: slug,
      grant_type: 'authorization_code',
      max_wait_seconds: 5,
      authorization_endpoint: `${provider.url}/authorize`,
      ...more,
    })
    return { slug, path }
  }
  /** With the application's connection, past its margin: `first` and `refresh-number-1` are held. */
  async function connected(more: object = {}): Promise<{ slug: string; id: string; path: string }> {
    const made = await server(more)
    provider.next(given('first', 'refresh-number-1'))
    const id = await connectApplication(house, made.slug)
    await age(id)
    provider.asked.length = 0
    return { ...made, id }
  }
  /** The provider answered, the answer is in the journal, and who had asked is no more. */
  async function brokenOff({ slug, path }: { slug: string; path: string }, step: Step): Promise<void> {
    provider.stand(path, step)
    await whileNothingIsSaved(house, () => ask(slug))
    expect(provider.asked).toHaveLength(1)
  }
  async function readsItsSecretFromAFile(slug: string): Promise<void> {
    writeFileSync(secretFile, 'our-secret')
    const client_secret = { store: 'files', path: 'secret', key: null, version: null }
    expect((await admin.patch(`/realms/default/oauth-servers/${slug}`, { client_secret })).status).toBe(200)
  }

  test('a journalled answer waits for a secret store that is away, and the provider hears nothing', async () => {
    const connection = await connected()
    const { slug, id } = connection
    await readsItsSecretFromAFile(slug)
    await brokenOff(connection, given('second', 'refresh-number-2'))
    rmSync(secretFile)
    await refreshDue(house.app.context)
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
    expect(await answersOf(id)).toHaveLength(1)
    writeFileSync(secretFile, 'our-secret')
    await refreshDue(house.app.context)
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'second' })
    expect(provider.asked).toHaveLength(1)
  })

  test('an unknown outcome is still unknown after a try that could not be sent or was not processed', async () => {
    const { slug, id, path } = await connected({ profile: 'slack' })
    await readsItsSecretFromAFile(slug)
    provider.stand(path, { drop: 'before_answer' })
    await ask(slug)
    expect(await rowOf(id)).toMatchObject({ state: 'uncertain', attempt_sends: 1 })
    await age(id, -1)
    rmSync(secretFile)
    expect(await ask(slug)).toMatchObject({ status: 503, code: 'secret_not_found' })
    expect(await rowOf(id)).toMatchObject({ state: 'uncertain', attempt_sends: 1 })
    writeFileSync(secretFile, 'our-secret')
    provider.stand(path, { status: 503 })
    await age(id, -1)
    expect(await ask(slug)).toMatchObject({ status: 503 })
    expect(await rowOf(id)).toMatchObject({ state: 'uncertain', attempt_sends: 1 })
    await age(id, -1)
    provider.stand(path, { drop: 'before_answer' })
    await ask(slug)
    expect(await rowOf(id)).toMatchObject({ state: 'needs_authorization', attempt_sends: 2 })
  })

  test('a new consent whose answer was journalled and not saved is there at the next look', async () => {
    const { slug, id } = await connected()
    provider.next({ status: 400, json: { error: 'invalid_grant' } })
    await age(id, -1)
    expect((await ask(slug)).status).toBe(409)
    provider.next(given('again', 'refresh-number-9'))
    await whileNothingIsSaved(house, () => connectApplication(house, slug).catch(() => undefined))
    await refreshDue(house.app.context)
    expect(await answersOf(id)).toEqual([])
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'again' })
  })

  test('the first tokens are kept although the lease was lost on the way', async () => {
    const { slug } = await server()
    const { id: server_id } = await serverNamed(house, slug)
    provider.next(async () => {
      const lost = { lease_epoch: 99, lease_until_ms: 0 }
      await sql().updateTable('connections').set(lost).where('server_id', '=', server_id).execute()
      return given('first', 'refresh-number-1')
    })
    await connectApplication(house, slug)
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
  })

  test('of two journalled answers the newest counts, and the other’s refresh token is kept beside it', async () => {
    const connection = await connected()
    const { slug, id } = connection
    await brokenOff(connection, given('second', 'refresh-number-2'))
    await change(id, { attempt_id: null, attempt_fingerprint: null, lease_until_ms: 0 })
    provider.asked.length = 0
    await brokenOff(connection, given('third', 'refresh-number-3'))
    expect(await answersOf(id)).toHaveLength(2)
    await refreshDue(house.app.context)
    await refreshDue(house.app.context)
    expect(await answersOf(id)).toEqual([])
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'third' })
    expect((await rowOf(id)).previous_refresh_sealed).not.toBeNull()
  })

  test('settings that were saved meanwhile are not called wrong by an answer to the old ones', async () => {
    const { slug } = await connected({ on_failure: 'disable' })
    provider.next(async () => {
      const saved = await admin.patch(`/realms/default/oauth-servers/${slug}`, { client_secret: 'the new secret' })
      expect(saved.status).toBe(200)
      return { status: 401, json: { error: 'invalid_client' } }
    })
    expect(await ask(slug)).toMatchObject({ status: 200, token: 'first' })
    const { id, disabled_at } = await serverNamed(house, slug)
    expect(disabled_at).toBeNull()
    expect((await findServerStates(sql(), [id])).get(id)).toMatchObject({ status: 'ok', last_error: null })
  })

  test('a server is switched off when the retry limit is reached, and not before', async () => {
    const { slug, id, path } = await connected({ on_failure: 'disable', max_retry_attempts: 2 })
    provider.stand(path, { status: 503, headers: { 'retry-after': '120' } })
    for (const disabled of [false, false, true]) {
      await age(id)
      await ask(slug)
      expect((await serverNamed(house, slug)).disabled_at !== null).toBe(disabled)
    }
    expect(provider.asked).toHaveLength(3)
  })

  test('a connection that is ended meanwhile: what comes is given back, and nothing is left', async () => {
    const { slug, id } = await connected({ revocation_endpoint: `${provider.url}/revoke` })
    provider.stand('/revoke', { status: 200 })
    provider.next(async () => {
      expect((await admin.delete(`/realms/default/oauth-servers/${slug}/connections/${id}`)).status).toBe(204)
      return given('second', 'refresh-number-2')
    })
    expect(await ask(slug)).toMatchObject({ status: 409, code: 'not_connected' })
    const revoked = provider.asked.filter(({ path }) => path === '/revoke').map(({ parameters }) => parameters['token'])
    expect(revoked).toEqual(['refresh-number-1', 'first', 'refresh-number-2', 'second'])
  })

  test('what was sealed anew meanwhile is not put back under the old key', async () => {
    const { slug, id } = await connected()
    provider.next(async () => {
      await change(id, { refresh_sealed: 'sealed anew' })
      return given('second')
    })
    expect(await ask(slug)).toMatchObject({ token: 'second' })
    expect((await rowOf(id)).refresh_sealed).toBe('sealed anew')
  })

  test('N170 a token that was moved from another row does not open, and nothing is sent', async () => {
    const [from, to] = [await connected(), await connected()]
    const { access_sealed, refresh_sealed } = await rowOf(from.id)
    await change(to.id, { access_sealed, version: 77, soft_at: now() + 60, hard_at: now() + 90 })
    expect(await ask(to.slug)).toMatchObject({ status: 503, code: 'token_unreadable' })
    await change(to.id, { refresh_sealed, expires_at: now() - 1, hard_at: now() - 2 })
    expect(await ask(to.slug)).toMatchObject({ status: 503, code: 'token_unreadable' })
    expect(await rowOf(to.id)).toMatchObject({ state: 'degraded', reason: 'token_unreadable' })
    expect((await admin.delete(`/realms/default/oauth-servers/${to.slug}/connections/${to.id}`)).status).toBe(204)
    expect(provider.asked).toHaveLength(0)
  })

  test('N162 a server that asks for time gets it, for all of its connections', async () => {
    const { id, path } = await connected()
    const { seal } = house.app.context
    const row = await rowOf(id)
    for (let at = 0; at < 40; at += 1) {
      const place = { id: `${id}-${at}`, realm_id: row.realm_id }
      const refresh_sealed = seal.seal(`refresh-number-${at}`, connectionPlace(place, 'refresh_token'))
      const another = { ...row, ...place, application: `layer ${at}`, refresh_sealed, due_at: now() - 5 }
      await sql().insertInto('connections').values(another).execute()
    }
    provider.stand(path, { status: 429, headers: { 'retry-after': '30' } })
    await refreshDue(house.app.context)
    const mine = () => house.app.context.engine.sharedKeys('background ')
    await expect.poll(mine, { timeout: 20_000 }).toEqual([])
    await refreshDue(house.app.context)
    await expect.poll(mine, { timeout: 20_000 }).toEqual([])
    expect(provider.asked.length).toBeGreaterThan(0)
    expect(provider.asked.length).toBeLessThanOrEqual(8)
  })
})
