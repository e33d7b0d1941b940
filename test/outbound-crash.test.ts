import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import { createLog } from '#observe/log.ts'
import { type ConnectionRow, findConnectionById } from '#store/connections.ts'
import { startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { NodeProcess } from './faults/node-process.ts'
import { makePlace, type Place } from './faults/place.ts'
import { freePort } from './free-port.ts'
import { ENGINES, type House } from './house.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import { openScriptedServer, rotating, type ScriptedServer, type Step } from './scripted-server.ts'

/*
 * kill -9 at each window of a refresh. The node is the server as operators run it; where it stands is steered from
 * outside: the provider holds its answer, the database refuses a write. What is looked for each time: the provider sees
 * at most one request more, and the token is kept or the state says what to do.
 */

const now = () => Math.floor(Date.now() / 1000)

interface Scene {
  readonly place: Place
  readonly node: NodeProcess
  readonly id: string
  ask(): Promise<{ status: number; token: string; code: string }>
  row(): Promise<ConnectionRow>
  /** While no node runs: the access token ended `seconds` ago, and leases and waits are over. */
  later(seconds: number): Promise<void>
}

describe.each(ENGINES)('a crash in a refresh, on %s', (engine) => {
  let provider: ScriptedServer
  let place: Place | undefined

  beforeAll(async () => {
    provider = await openScriptedServer()
    return () => provider.close()
  })
  afterEach(async () => {
    await place?.remove()
    provider.reset()
  })

  /** A connection that `first` and a refresh token were given to, in a node that is killed later. */
  async function scene(profile: string, step: Step): Promise<Scene> {
    const made = await makePlace(engine, inject('postgresUrl'))
    place = { ...made, env: { ...made.env, ...OPEN_HERE } }
    provider.stand('/token', step)
    const { id, caller } = await prepared(place, profile, provider)
    const here = place
    const node = await NodeProcess.at(place)
    const issuer = () => `${node.url}/realms/default`
    let bearer: string | undefined
    const scenery: Scene = {
      place,
      node,
      id,
      async ask() {
        bearer ??= await outboundBearer({ issuer }, caller)
        const { status, body } = await askToken({ issuer }, 'rotating', bearer)
        return { status, token: body.access_token, code: body.code }
      },
      row: () =>
        here.audit(async ({ sql }) => {
          const row = await findConnectionById(sql, id)
          if (row === undefined) throw new Error('the connection is gone')
          return row
        }),
      later: (seconds) =>
        here.audit(async ({ sql }) => {
          const ended = { soft_at: now() - seconds - 60, hard_at: now() - seconds - 30, expires_at: now() - seconds }
          const over = { lease_until_ms: 0, next_try_at: null, due_at: null }
          await sql
            .updateTable('connections')
            .set({ ...ended, ...over })
            .where('id', '=', id)
            .execute()
        }),
    }
    await scenery.later(1)
    provider.asked.length = 0
    await node.start()
    return scenery
  }

  /** Kills the node while the provider holds the answer of the refresh; `step` is what the provider does meanwhile. */
  async function killedWhileHeld(scenery: Scene, step: Step): Promise<void> {
    const { promise: killed, resolve } = Promise.withResolvers<void>()
    provider.next(async (asked) => {
      const reply = typeof step === 'function' ? await step(asked) : step
      await killed
      return reply
    })
    const lost = scenery.ask().catch(() => 'lost')
    await expect.poll(() => provider.asked.length, { timeout: 10_000 }).toBe(1)
    await scenery.node.kill()
    resolve()
    expect(await lost).toBe('lost')
  }

  test('sent and not consumed: the attempt is found open, it is sent once more, and the token is kept', async () => {
    const scenery = await scene('generic_oauth2', rotating({ graceMs: 0 }))
    await killedWhileHeld(scenery, { drop: 'before_answer' })
    expect(await scenery.row()).toMatchObject({ version: 1, attempt_sends: 1 })
    await scenery.later(1)
    await scenery.node.start()
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(provider.asked).toHaveLength(2)
    expect(await scenery.row()).toMatchObject({ state: 'ok', attempt_id: null, version: 2 })
  })

  test('consumed, within a grace: the answer comes again', async () => {
    const provided = rotating({ graceMs: 60_000 })
    const scenery = await scene('xero', provided)
    await killedWhileHeld(scenery, provided)
    await scenery.later(1)
    await scenery.node.start()
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-3' })
    expect(provider.asked).toHaveLength(2)
    expect(await scenery.row()).toMatchObject({ state: 'ok', version: 2 })
  })

  test('consumed, without a grace: the old token is served while it lives, then one try, then a person is asked', async () => {
    const provided = rotating({ graceMs: 0 })
    const scenery = await scene('slack', provided)
    await killedWhileHeld(scenery, provided)
    await scenery.later(-600)
    await scenery.node.start()
    const state = () => value(scenery, 'select state as value from connections')
    await expect.poll(state, { timeout: 10_000 }).toBe('uncertain')
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-1' })
    expect(provider.asked).toHaveLength(1)
    await scenery.node.kill()
    expect(await scenery.row()).toMatchObject({ state: 'uncertain', reason: 'outcome_unknown' })
    await scenery.later(1)
    await scenery.node.start()
    expect(await scenery.ask()).toMatchObject({ status: 409, code: 'invalid_grant' })
    expect(await scenery.ask()).toMatchObject({ status: 409 })
    expect(provider.asked).toHaveLength(2)
    expect(await scenery.row()).toMatchObject({ state: 'needs_authorization', reason: 'invalid_grant' })
  })

  test('answered and journalled, not saved: the answer is found at the start, and the provider hears nothing', async () => {
    const provided = rotating({ graceMs: 0 })
    const scenery = await scene('slack', provided)
    const allow = await refuseSaves(scenery)
    const lost = scenery.ask().catch(() => 'lost')
    await expect.poll(() => journalled(scenery), { timeout: 10_000 }).toBe('1')
    await scenery.node.kill()
    await lost
    await allow()
    expect(await scenery.row()).toMatchObject({ version: 1, attempt_sends: 1 })
    await scenery.place.audit(async ({ sql }) => {
      await sql.updateTable('connections').set({ lease_until_ms: 0 }).execute()
    })
    await scenery.node.start()
    await expect.poll(() => journalled(scenery), { timeout: 10_000 }).toBe('0')
    expect(await scenery.ask()).toMatchObject({ status: 200, token: 'at-2' })
    expect(provider.asked).toHaveLength(1)
    expect(await scenery.row()).toMatchObject({ state: 'ok', version: 2, attempt_id: null })
  })
})

/** One value of a database that a node has open, read from outside. */
async function value({ place: { env } }: Scene, sql: string): Promise<string> {
  const url = env['SALLYPORT_DATABASE_URL'] ?? ''
  if (!url.startsWith('sqlite:')) return String((await query(url, sql))[0]?.value)
  const db = new DatabaseSync(url.slice('sqlite:'.length), { readOnly: true })
  const found = String(db.prepare(sql).get()?.['value'])
  db.close()
  return found
}

const journalled = (scene: Scene) =>
  value(scene, `select count(*) as value from refresh_answers where state = 'pending'`)

async function query(url: string, ...texts: string[]): Promise<{ value?: string }[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const results = []
    for (const text of texts) results.push(await client.query<{ value?: string }>(text))
    return results.at(-1)?.rows ?? []
  } finally {
    await client.end()
  }
}

/** The database takes the journal's entry and refuses the tokens: a trigger from outside. Answers its end. */
async function refuseSaves({ place: { env } }: Scene): Promise<() => Promise<void>> {
  const url = env['SALLYPORT_DATABASE_URL'] ?? ''
  if (url.startsWith('sqlite:')) {
    const run = (sql: string): void => {
      const db = new DatabaseSync(url.slice('sqlite:'.length), { timeout: 5000 })
      db.exec(sql)
      db.close()
    }
    run(`create trigger closed before update of access_sealed on connections begin select raise(abort, 'closed'); end`)
    return async () => run('drop trigger closed')
  }
  const body = `begin raise exception 'closed'; end`
  await query(
    url,
    `create function closed() returns trigger language plpgsql as $$ ${body} $$`,
    'create trigger closed before update of access_sealed on connections for each row execute function closed()',
  )
  return async () => void (await query(url, 'drop trigger closed on connections'))
}

/** What an administrator and a person had done before: written by the server's own code, in this process. */
async function prepared(place: Place, profile: string, provider: ScriptedServer) {
  const ports = { SALLYPORT_PORT: String(await freePort()), SALLYPORT_OPERATIONS_PORT: String(await freePort()) }
  const config = readConfig({ ...place.env, ...ports })
  const app = await startApp({ config, log: createLog('silent'), onFatal: (error) => expect.fail(error.message) })
  try {
    const house = { app } as House
    await addServer(house, `${provider.url}/token`, {
      name: 'rotating',
      profile,
      grant_type: 'authorization_code',
      authorization_endpoint: `${provider.url}/authorize`,
    })
    return { id: await connectApplication(house, 'rotating'), caller: await addCaller(house, 'robot') }
  } finally {
    await app.close()
  }
}
