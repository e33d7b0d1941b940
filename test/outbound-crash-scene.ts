/** A server that is killed in the middle of a refresh: where it lies, what is looked up while it runs, and what is held. */
import { writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, connect as dial, type Socket } from 'node:net'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { expect, inject } from 'vitest'
import { createLog } from '#observe/log.ts'
import { type ConnectionRow, findConnectionById } from '#store/connections.ts'
import { startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { NodeProcess } from './faults/node-process.ts'
import { makePlace, type Place } from './faults/place.ts'
import { freePort } from './free-port.ts'
import type { Engine, House } from './house.ts'
import { addCaller, addServer, askToken, connectApplication, OPEN_HERE, outboundBearer } from './outbound-house.ts'
import type { ScriptedServer, Step } from './scripted-server.ts'

const now = () => Math.floor(Date.now() / 1000)

export interface Scene {
  readonly place: Place
  readonly node: NodeProcess
  readonly id: string
  ask(): Promise<{ status: number; token: string; code: string }>
  row(): Promise<ConnectionRow>
  /** While no node runs: the access token ended `seconds` ago, and leases and waits are over. */
  later(seconds: number): Promise<void>
  /** How often a token was asked for since the node started. */
  asked(): number
}

export interface Played {
  readonly provider: ScriptedServer
  readonly profile: string
  readonly step: Step
  /** In place of the provider's own address. */
  readonly tokenOrigin?: string
  /** The client secret lies in a vault, which the provider plays too. */
  readonly isSecretInVault?: boolean
}

export const VAULT_PATH = '/v1/kv/data/ours'

/** A connection that `at-1` and a refresh token were given to, past its end, in a node that runs. */
export async function openScene(engine: Engine, played: Played): Promise<Scene> {
  const { provider, profile, step } = played
  const made = await makePlace(engine, inject('postgresUrl'))
  const place = { ...made, env: { ...made.env, ...OPEN_HERE, ...vaultIn(made.directory, provider) } }
  provider.stand('/token', step)
  provider.stand(VAULT_PATH, { json: { data: { data: { secret: 'our-secret' } } } })
  const { id, caller } = await prepared(place, played, profile)
  const node = await NodeProcess.at(place)
  const issuer = () => `${node.url}/realms/default`
  let bearer: string | undefined
  const scene: Scene = {
    place,
    node,
    id,
    async ask() {
      bearer ??= await outboundBearer({ issuer }, caller)
      const { status, body } = await askToken({ issuer }, 'rotating', bearer)
      return { status, token: body.access_token, code: body.code }
    },
    row: () =>
      place.audit(async ({ sql }) => {
        const row = await findConnectionById(sql, id)
        if (row === undefined) throw new Error('the connection is gone')
        return row
      }),
    later: (seconds) =>
      place.audit(async ({ sql }) => {
        const ended = { soft_at: now() - seconds - 60, hard_at: now() - seconds - 30, expires_at: now() - seconds }
        const over = { lease_until_ms: 0, next_try_at: null, due_at: null }
        await sql
          .updateTable('connections')
          .set({ ...ended, ...over })
          .where('id', '=', id)
          .execute()
      }),
    asked: () => provider.asked.filter(({ path }) => path === '/token').length,
  }
  await scene.later(1)
  provider.asked.length = 0
  await node.start()
  return scene
}

/** Asks, waits until `isThere`, kills the node, lets go what `held` it, and knows that nobody was answered. */
export async function killedAt(
  scene: Scene,
  isThere: () => unknown,
  letGo: () => void = () => undefined,
): Promise<void> {
  const lost = scene.ask().catch(() => 'lost')
  await expect.poll(isThere, { timeout: 10_000 }).toBeTruthy()
  await scene.node.kill()
  letGo()
  expect(await lost).toBe('lost')
}

/** Kills the node while the provider holds the answer of the refresh; `step` is what the provider does meanwhile. */
export async function killedWhileHeld(scene: Scene, provider: ScriptedServer, step: Step): Promise<void> {
  const { promise: killed, resolve } = Promise.withResolvers<void>()
  provider.next(async (asked) => {
    const reply = typeof step === 'function' ? await step(asked) : step
    await killed
    return reply
  })
  await killedAt(scene, () => scene.asked() === 1, resolve)
}

export interface Gate {
  readonly origin: string
  /** Connections that are held now. */
  held(): number
  open(isOpen: boolean): void
  close(): void
}

/** Before a provider: while it is closed, connections are taken and nothing of them is passed on. */
export async function openGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  let isOpen = true
  let held = 0
  const listener = createServer((socket) => {
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)))
    if (isOpen) socket.pipe(dial(Number(port), hostname).on('error', () => socket.destroy())).pipe(socket)
    else held += 1
  })
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
  return {
    origin: `http://127.0.0.1:${(listener.address() as AddressInfo).port}`,
    held: () => held,
    open: (open) => {
      isOpen = open
    },
    close() {
      for (const socket of sockets) socket.destroy()
      listener.close()
    },
  }
}

/** One value of a database that a node has open, read from outside. */
export async function value({ place: { env } }: Scene, sql: string): Promise<string> {
  const url = env['SALLYPORT_DATABASE_URL'] ?? ''
  if (!url.startsWith('sqlite:')) return String((await query(url, sql))[0]?.value)
  const db = new DatabaseSync(url.slice('sqlite:'.length), { readOnly: true })
  const found = String(db.prepare(sql).get()?.['value'])
  db.close()
  return found
}

export const journalled = (scene: Scene) =>
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
export async function refuseSaves({ place: { env } }: Scene): Promise<() => Promise<void>> {
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

function vaultIn(directory: string, provider: ScriptedServer): Record<string, string> {
  const token_file = join(directory, 'vault.token')
  writeFileSync(token_file, 'the-token-of-the-vault')
  const vault = { name: 'vault', kind: 'vault', address: provider.url, mount: 'kv', token_file, realms: ['default'] }
  return { SALLYPORT_SECRET_STORES: JSON.stringify([vault]) }
}

/** What an administrator and a person had done before: written by the server's own code, in this process. */
async function prepared(place: Place, { provider, tokenOrigin, isSecretInVault }: Played, profile: string) {
  const ports = { SALLYPORT_PORT: String(await freePort()), SALLYPORT_OPERATIONS_PORT: String(await freePort()) }
  const config = readConfig({ ...place.env, ...ports })
  const app = await startApp({ config, log: createLog('silent'), onFatal: (error) => expect.fail(error.message) })
  const origin = tokenOrigin ?? provider.url
  const reference = { store: 'vault', path: 'ours', key: 'secret', version: null }
  const secrets = [{ field: 'client_secret', value_sealed: null, reference, origins: [origin], created_at: 0 }]
  try {
    const house = { app } as House
    await addServer(house, `${origin}/token`, {
      name: 'rotating',
      profile,
      grant_type: 'authorization_code',
      authorization_endpoint: `${origin}/authorize`,
      ...(isSecretInVault ? { secrets } : {}),
    })
    return { id: await connectApplication(house, 'rotating'), caller: await addCaller(house, 'robot') }
  } finally {
    await app.close()
  }
}
