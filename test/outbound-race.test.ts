import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLog } from '#observe/log.ts'
import { probeDue } from '#outbound/probe.ts'
import { findConnectionById } from '#store/connections.ts'
import { type App, startApp } from '../src/app.ts'
import { freePort } from './free-port.ts'
import { type House, openHouse } from './house.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, rotating, type ScriptedServer } from './scripted-server.ts'

/* Two nodes on one PostgreSQL, and everybody at once. */

const now = () => Math.floor(Date.now() / 1000)

describe('two nodes on one database', () => {
  let house: House
  let second: App
  let provider: ScriptedServer
  let bearer: string
  let other: { issuer(): string }
  let client: pg.Client

  beforeAll(async () => {
    provider = await openScriptedServer()
    house = await openHouse({ engine: 'postgres', env: OPEN_HERE })
    const [port, operationsPort] = [await freePort(), await freePort()]
    const config = { ...house.config, port, operationsPort }
    second = await startApp({ config, log: createLog('silent'), onFatal: (error) => expect.fail(error.message) })
    other = { issuer: () => `http://127.0.0.1:${port}/realms/default` }
    bearer = await outboundBearer(house, await addCaller(house, 'crowd'))
    client = new pg.Client({ connectionString: house.config.databaseUrl })
    await client.connect()
  })
  afterAll(async () => {
    await client.end()
    await second.close()
    await house.close()
    await provider.close()
  })
  beforeEach(() => provider.reset())

  async function connected(slug: string, graceMs: number): Promise<string> {
    provider.stand('/token', rotating({ graceMs }))
    await addServer(house, `${provider.url}/token`, {
      name: slug,
      grant_type: 'authorization_code',
      authorization_endpoint: `${provider.url}/authorize`,
    })
    const id = await connectApplication(house, slug)
    provider.asked.length = 0
    return id
  }
  const expire = (id: string) =>
    house.app.context.db.sql
      .updateTable('connections')
      .set({ soft_at: now() - 30, hard_at: now() - 20, expires_at: now() - 10 })
      .where('id', '=', id)
      .execute()

  test('N160 a thousand callers at the moment of expiry cause one refresh, and all get its token', async () => {
    const id = await connected('thousand', 0)
    await expire(id)
    const callers = Array.from({ length: 1000 }, (_, at) => askToken(at % 2 === 0 ? house : other, 'thousand', bearer))
    const answers = await Promise.all(callers)
    expect(new Set(answers.map(({ status, body }) => `${status} ${body.access_token}`))).toEqual(new Set(['200 at-2']))
    expect(provider.asked).toHaveLength(1)
  })

  test('a probe that is due is sent by one of the nodes', async () => {
    provider.stand('/token', rotating({ graceMs: 0 }))
    provider.stand('/health', {})
    const base_url = `${provider.url}/api`
    const probe = { probe: 'url', probe_url: `${provider.url}/health` } as const
    const { id } = await addServer(house, `${provider.url}/token`, { name: 'probed', base_url, ...probe })
    const nodes = [house.app.context, second.context]
    const under = () => nodes.flatMap(({ engine }) => engine.sharedKeys('probe '))
    for (let turn = 1; turn <= 5; turn += 1) {
      const states = house.app.context.db.sql.updateTable('oauth_server_states').where('server_id', '=', id)
      await states.set({ probe_due_at: turn }).execute()
      await Promise.all(nodes.map(probeDue))
      await expect.poll(under).toEqual([])
      expect(provider.asked.filter(({ path }) => path === '/health')).toHaveLength(turn)
    }
  })

  test('a lease that is lost in flight: the newest answer wins, the other is kept beside it', async () => {
    const id = await connected('lost', 60_000)
    await expire(id)
    const { promise: held, resolve: answer } = Promise.withResolvers<void>()
    provider.next(async () => {
      await held
      return { json: { access_token: 'late', expires_in: 3600, refresh_token: 'late-refresh-token' } }
    })
    provider.stand('/token', {
      json: { access_token: 'early', expires_in: 3600, refresh_token: 'early-refresh-token' },
    })
    const late = askToken(house, 'lost', bearer)
    await expect.poll(() => provider.asked.length).toBe(1)
    await client.query('update connections set lease_until_ms = 0 where id = $1', [id])
    expect((await askToken(other, 'lost', bearer)).body.access_token).toBe('early')
    answer()
    expect((await late).body.access_token).toBe('late')
    const row = await findConnectionById(house.app.context.db.sql, id)
    expect(row).toMatchObject({ state: 'ok', version: 3, attempt_id: null })
    expect(row?.previous_refresh_sealed).not.toBeNull()
    // The newest refresh token turns out to be the dead one: the other is tried, once.
    await expire(id)
    provider.asked.length = 0
    provider.stand('/token', ({ parameters }) =>
      parameters['refresh_token'] === 'early-refresh-token'
        ? { json: { access_token: 'rescued', expires_in: 3600, refresh_token: 'next-refresh-token' } }
        : { status: 400, json: { error: 'invalid_grant' } },
    )
    expect((await askToken(house, 'lost', bearer)).body.access_token).toBe('rescued')
    expect(provider.asked).toHaveLength(2)
  })

  test('while the database is away an answer waits in memory, and is saved when it is back', async () => {
    const id = await connected('away', 0)
    await expire(id)
    provider.stand('/token', {
      json: { access_token: 'kept', expires_in: 3600, refresh_token: 'kept-refresh-token' },
      delayMs: 200,
    })
    const asked = askToken(house, 'away', bearer)
    await expect.poll(() => provider.asked.length).toBe(1)
    await client.query('begin')
    await client.query('lock table refresh_answers in access exclusive mode')
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid() and wait_event_type = 'Lock'`
    await expect.poll(async () => (await client.query(cut)).rowCount).toBeGreaterThan(0)
    await client.query('rollback')
    expect((await asked).body.access_token).toBe('kept')
    expect(provider.asked).toHaveLength(1)
    expect(await findConnectionById(house.app.context.db.sql, id)).toMatchObject({ state: 'ok', version: 2 })
  })
})
