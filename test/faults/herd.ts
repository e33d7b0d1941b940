/** Everybody asks for the same foreign token at the moment when it has expired, at two nodes of one database. */
import { setTimeout } from 'node:timers/promises'
import { Pool } from 'undici'
import { createLog } from '#observe/log.ts'
import { startApp } from '../../src/app.ts'
import { readConfig } from '../../src/config.ts'
import type { Credentials } from '../clients.ts'
import { freePort } from '../free-port.ts'
import type { House } from '../house.ts'
import { addCaller, addServer, connectApplication, OPEN_HERE, outboundBearer } from '../outbound-house.ts'
import { openScriptedServer, rotating, type ScriptedServer } from '../scripted-server.ts'
import { NodeProcess } from './node-process.ts'
import type { Place } from './place.ts'

export interface Herd {
  readonly callers: number
  /** Requests that are under way at each node at once. */
  readonly connections: number
}

export interface Herded {
  /** Requests that the provider saw. */
  readonly upstream: number
  /** How many callers were answered so in the end: status and access token. */
  readonly answers: Readonly<Record<string, number>>
  /** Requests that were refused for now (503 with Retry-After) and sent again, as callers do. */
  readonly again: number
}

/** The provider takes longer than it takes until everybody has asked. */
const PROVIDER_MS = 2000
const MOST_TRIES = 30

export async function herd(place: Place, { callers, connections }: Herd): Promise<Herded> {
  const provider = await openScriptedServer()
  const opened = { ...place, env: { ...place.env, ...OPEN_HERE } }
  try {
    provider.stand('/token', rotating({ graceMs: 0 }))
    const caller = await connectedCaller(opened, provider)
    const nodes = [await NodeProcess.at(opened), await NodeProcess.at(opened)] as const
    await Promise.all(nodes.map((node) => node.start()))
    const authorization = `Bearer ${await outboundBearer({ issuer: () => `${nodes[0].url}/realms/default` }, caller)}`
    const json = { access_token: 'renewed', expires_in: 3600, refresh_token: 'the-next-refresh-token' }
    provider.stand('/token', { json, delayMs: PROVIDER_MS })
    provider.asked.length = 0
    const told = await askAll(nodes, authorization, callers, connections)
    for (const node of nodes) await node.end()
    return { upstream: provider.asked.length, ...told }
  } finally {
    await provider.close()
  }
}

/** A client that may ask, and the application's connection, whose access token ended ten seconds ago. */
async function connectedCaller(place: Place, provider: ScriptedServer): Promise<Credentials> {
  const ports = { SALLYPORT_PORT: String(await freePort()), SALLYPORT_OPERATIONS_PORT: String(await freePort()) }
  const onFatal = (error: Error): never => {
    throw error
  }
  const app = await startApp({ config: readConfig({ ...place.env, ...ports }), log: createLog('silent'), onFatal })
  try {
    const house = { app } as House
    await addServer(house, `${provider.url}/token`, {
      name: 'herded',
      grant_type: 'authorization_code',
      authorization_endpoint: `${provider.url}/authorize`,
      max_wait_seconds: 60,
    })
    const id = await connectApplication(house, 'herded')
    const now = Math.floor(Date.now() / 1000)
    await app.context.db.sql
      .updateTable('connections')
      .set({ soft_at: now - 30, hard_at: now - 20, expires_at: now - 10, due_at: null })
      .where('id', '=', id)
      .execute()
    return await addCaller(house, 'crowd')
  } finally {
    await app.close()
  }
}

async function askAll(
  nodes: readonly NodeProcess[],
  authorization: string,
  callers: number,
  connections: number,
): Promise<Pick<Herded, 'answers' | 'again'>> {
  const pools = nodes.map((node) => new Pool(node.url, { connections, pipelining: 1, headersTimeout: 120_000 }))
  const answers: Record<string, number> = {}
  let again = 0
  const ask = async (at: number): Promise<void> => {
    const pool = pools[at % pools.length] as Pool
    const path = '/realms/default/outbound/herded/token'
    for (let tries = 1; ; tries += 1) {
      const { statusCode, headers, body } = await pool.request({ method: 'POST', path, headers: { authorization } })
      const told = (await body.json()) as { access_token?: string; detail?: string }
      if (statusCode === 503 && headers['retry-after'] !== undefined && tries < MOST_TRIES) {
        again += 1
        await setTimeout(Number(headers['retry-after']) * 1000)
        continue
      }
      const answer = `${statusCode} ${told.access_token ?? told.detail}`
      answers[answer] = (answers[answer] ?? 0) + 1
      return
    }
  }
  try {
    await Promise.all(Array.from({ length: callers }, (_, at) => ask(at)))
    return { answers, again }
  } finally {
    for (const pool of pools) await pool.close()
  }
}
