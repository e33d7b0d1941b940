/**
 * Connections that come due while nobody asks for them: the background renews each once, its memory stays flat and its
 * event loop free. The rows are written beforehand, by the server's own seal; the provider gives a new refresh token each
 * time and counts which ones it is shown.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { createLog } from '#observe/log.ts'
import { connectionPlace } from '#outbound/places.ts'
import type { ConnectionsTable } from '#store/connection-tables.ts'
import { APPLICATION, ensureConnection } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import { freePort } from '../free-port.ts'
import type { House } from '../house.ts'
import { addServer, OPEN_HERE } from '../outbound-house.ts'
import type { Looked } from './loop-probe.ts'
import { NodeProcess } from './node-process.ts'
import type { Place } from './place.ts'

export interface Due {
  readonly connections: number
  /** OAuth servers, over which the connections are spread. */
  readonly servers: number
  /** They come due evenly over so many seconds. */
  readonly overSeconds: number
  /** The node runs for so long, or until all were renewed. */
  readonly seconds: number
}

export interface Renewed {
  readonly renewed: number
  /** Refresh tokens that the provider was shown more than once. */
  readonly twice: number
  /** Connections that are not well at the end. */
  readonly unwell: number
  /** Seconds for which the one that has waited longest was due at the end. */
  readonly behindSeconds: number
  readonly looked: readonly Looked[]
  /** A process that does nothing, beside it: what the machine itself does to timers. */
  readonly idle: readonly Looked[]
}

const BATCH = 100
const STEP_SECONDS = 20
const ANSWERS_AFTER_MS = 20
const PROBE = join(import.meta.dirname, 'loop-probe.ts')

export async function renewDue(place: Place, due: Due): Promise<Renewed> {
  const shown = new Map<string, number>()
  const provider = await openProvider(shown)
  try {
    const { port } = provider.address() as AddressInfo
    await seedDue(place, `http://127.0.0.1:${port}/token`, due)
    const probed = join(place.directory, 'probe.jsonl')
    const env = { ...place.env, ...OPEN_HERE, NODE_OPTIONS: `--import=${PROBE}`, LOOP_PROBE_FILE: probed }
    const node = await NodeProcess.at({ ...place, env })
    await begin(place, due)
    const idle = spawn(process.execPath, [`--import=${PROBE}`, '-e', 'setInterval(() => undefined, 60_000)'], {
      env: { LOOP_PROBE_FILE: `${probed}.idle` },
    })
    await node.start()
    const until = performance.now() + due.seconds * 1000
    while (performance.now() < until && shown.size < due.connections) await setTimeout(200)
    // What was answered is saved before it ends.
    await node.end()
    idle.kill()
    const twice = [...shown.values()].filter((times) => times > 1).length
    return { ...(await counted(place)), twice, looked: read(probed), idle: read(`${probed}.idle`) }
  } finally {
    provider.closeAllConnections()
    provider.close()
  }
}

function read(file: string): readonly Looked[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as Looked)
}

async function openProvider(shown: Map<string, number>): Promise<Server> {
  let made = 0
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (text: string) => {
      body += text
    })
    request.on('end', () => {
      const token = new URLSearchParams(body).get('refresh_token') ?? ''
      shown.set(token, (shown.get(token) ?? 0) + 1)
      made += 1
      const tokens = { access_token: `access-${made}`, expires_in: 7200, refresh_token: `refresh-${made}-next` }
      void setTimeout(ANSWERS_AFTER_MS).then(() => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(tokens))
      })
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** Not due yet: `soft_at` tells only how many seconds after the beginning each comes due. */
async function seedDue(place: Place, tokenUrl: string, { connections, servers, overSeconds }: Due): Promise<void> {
  const ports = { SALLYPORT_PORT: String(await freePort()), SALLYPORT_OPERATIONS_PORT: String(await freePort()) }
  const onFatal = (error: Error): never => {
    throw error
  }
  const app = await startApp({ config: readConfig({ ...place.env, ...ports }), log: createLog('silent'), onFatal })
  try {
    const made: OAuthServer[] = []
    for (let at = 0; at < servers; at += 1) {
      made.push(await addServer({ app } as House, tokenUrl, { name: `due ${at}`, grant_type: 'authorization_code' }))
    }
    const { db, seal } = app.context
    const [first] = made as [OAuthServer]
    const key = { subject: APPLICATION, environment: '', asked_scope: '' }
    const like = await ensureConnection(db, first.realm_id, { ...key, server_id: first.id, application: '' })
    const rows: ConnectionsTable[] = []
    for (let at = 0; at < connections; at += 1) {
      const ids = { id: `due-${at}`, realm_id: first.realm_id }
      rows.push({
        ...like,
        ...ids,
        server_id: made[at % servers]?.id ?? '',
        application: `layer ${at}`,
        access_sealed: seal.seal(`access of ${at}`, connectionPlace(ids, 'access_token')),
        refresh_sealed: seal.seal(`refresh of ${at}`, connectionPlace(ids, 'refresh_token')),
        soft_at: Math.floor((at * overSeconds) / connections),
      })
      if (rows.length < BATCH && at + 1 < connections) continue
      await db.sql.insertInto('connections').values(rows.splice(0)).execute()
    }
  } finally {
    await app.close()
  }
}

/** From now on they come due. In steps: a database does not like to change a hundred thousand rows at once. */
async function begin(place: Place, { overSeconds }: Due): Promise<void> {
  const now = Math.floor(Date.now() / 1000)
  await place.audit(async ({ sql }) => {
    for (let after = 0; after < overSeconds; after += STEP_SECONDS) {
      await sql
        .updateTable('connections')
        .set((row) => ({
          due_at: row('soft_at', '+', now),
          soft_at: row('soft_at', '+', now),
          hard_at: now + overSeconds,
          expires_at: now + overSeconds + 3600,
          received_at_ms: now * 1000,
          version: 1,
        }))
        .where('refresh_sealed', 'is not', null)
        .where('soft_at', '<', after + STEP_SECONDS)
        .execute()
    }
  })
}

function counted(place: Place): Promise<Pick<Renewed, 'renewed' | 'unwell' | 'behindSeconds'>> {
  const now = Math.floor(Date.now() / 1000)
  return place.audit(async ({ sql }) => {
    const { renewed, unwell, oldest } = await sql
      .selectFrom('connections')
      .where('refresh_sealed', 'is not', null)
      .select((row) => [
        row.fn.count<number>('id').filterWhere('version', '>', 1).as('renewed'),
        row.fn.count<number>('id').filterWhere('state', '<>', 'ok').as('unwell'),
        row.fn.min('due_at').as('oldest'),
      ])
      .executeTakeFirstOrThrow()
    return { renewed, unwell, behindSeconds: Math.max(now - (oldest ?? now), 0) }
  })
}
