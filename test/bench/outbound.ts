/**
 * P6: a token of the door out that is fresh, against a bare handler with one indexed read; and ten thousand callers at
 * the moment at which it ends, at two nodes over PostgreSQL, counted at the provider.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { nowSeconds } from '#observe/clock.ts'
import { NodeProcess } from '../faults/node-process.ts'
import { makePlace, type Place } from '../faults/place.ts'
import { type House, openHouse } from '../house.ts'
import { addCaller, addServer, connectApplication, OPEN_HERE, outboundBearer } from '../outbound-house.ts'
import { startPostgres } from '../postgres-server.ts'
import { openScriptedServer, rotating, type ScriptedServer } from '../scripted-server.ts'
import { fire, type Load, type LoadResult } from './load.ts'
import type { Row } from './main.ts'
import { compare, medianOf, ratio } from './rounds.ts'
import { prepare } from './sallyport.ts'
import { limitServer } from './token-requests.ts'

const SLUG = 'provider'
const ROUND_REQUESTS = 6000
const AT_ONCE = 32
const CALLERS = 10_000
/** So long the provider thinks: everybody has come by then. */
const THINKING_MS = 3000

const path = `/realms/default/outbound/${SLUG}/token`
const isGood = (body: string): boolean => body.includes('"access_token":"at-1"')
/** The token that the one refresh brings. */
const isNew = (body: string): boolean => body.includes('"access_token":"at-2"')

export async function outboundToken(): Promise<readonly Row[]> {
  const provider = await openScriptedServer()
  try {
    return [await cached(provider), await herd(provider)]
  } finally {
    await provider.close()
  }
}

/** A server whose refresh tokens rotate, and the application's connection at it; answers a bearer of a caller. */
async function connected(house: House, provider: ScriptedServer): Promise<string> {
  await addServer(house, `${provider.url}/token`, {
    name: SLUG,
    grant_type: 'authorization_code',
    authorization_endpoint: `${provider.url}/authorize`,
    max_wait_seconds: 60,
  })
  await connectApplication(house, SLUG)
  const here = { issuer: () => `http://127.0.0.1:${house.config.port}/realms/default` }
  return await outboundBearer(here, await addCaller(house, 'caller'))
}

async function cached(provider: ScriptedServer): Promise<Row> {
  let bearer = ''
  provider.stand('/token', rotating({ graceMs: 0 }))
  const fill = async (house: House) => {
    bearer = await connected(house, provider)
  }
  const prepared = await prepare(fill, { env: OPEN_HERE })
  const [ours, limit] = await Promise.all([prepared.start(), limitServer('read')])
  try {
    const shot = { path, headers: { authorization: `Bearer ${bearer}` }, body: '' }
    const mine = (): Omit<Load, 'origin'> => ({
      concurrency: AT_ONCE,
      requests: ROUND_REQUESTS,
      next: () => shot,
      isGood,
    })
    const bare = (): Omit<Load, 'origin'> => ({ ...mine(), isGood: (body) => body.startsWith('{"active":true') })
    const rounds = await compare({ server: ours, load: mine }, { server: limit, load: bare })
    const [a, b] = [medianOf(rounds.a, 'cpuMicroseconds'), medianOf(rounds.b, 'cpuMicroseconds')]
    const errors = rounds.a.reduce((sum, each) => sum + each.errors, 0)
    return {
      name: 'P6',
      what: 'a fresh token of the door out against one indexed read',
      reached: `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × CPU**, ${a.toFixed(0)} µs to ${b.toFixed(0)} µs, ${errors} errors`,
      wanted: '≤ 1.5 × CPU',
    }
  } finally {
    await Promise.all([ours.stop(), limit.stop()])
    prepared.remove()
  }
}

async function herd(provider: ScriptedServer): Promise<Row> {
  const postgres = await startPostgres()
  const made = await makePlace('postgres', postgres.url)
  const place = { ...made, env: { ...made.env, ...OPEN_HERE } }
  try {
    const bearer = await expired(place, provider)
    const nodes = await Promise.all([NodeProcess.start(place), NodeProcess.start(place)])
    provider.asked.length = 0
    const results = await Promise.all(nodes.map(({ url }) => rush(url, bearer)))
    const good = results.reduce((sum, { answered }) => sum + answered, 0)
    const slowest = Math.max(...results.map(({ p99Ms }) => p99Ms)) / 1000
    return {
      name: 'P6',
      what: `${CALLERS} callers at the moment of expiry, at two nodes on PostgreSQL`,
      reached: `**${provider.asked.length} request upstream**, ${good} got its token, p99 ${slowest.toFixed(1)} s of a provider that takes ${THINKING_MS / 1000} s`,
      wanted: '1 request upstream',
    }
  } finally {
    await place.remove()
    await postgres.stop()
  }
}

/** An installation whose one connection has just ended, at a provider that takes its time. */
async function expired(place: Place, provider: ScriptedServer): Promise<string> {
  const tokens = rotating({ graceMs: 0 })
  provider.stand('/token', tokens)
  const house = await openHouse({ env: place.env })
  try {
    const bearer = await connected(house, provider)
    const ended = nowSeconds() - 10
    const times = { soft_at: ended, hard_at: ended, expires_at: ended }
    await house.app.context.db.sql.updateTable('connections').set(times).execute()
    provider.stand('/token', async (asked) => {
      await sleep(THINKING_MS)
      return tokens(asked)
    })
    return bearer
  } finally {
    await house.close()
  }
}

/** Half of the callers, each with a connection of its own, all before the first is answered. */
function rush(origin: string, bearer: string): Promise<LoadResult> {
  const callers = CALLERS / 2
  const shot = { path, headers: { authorization: `Bearer ${bearer}` }, body: '' }
  return fire({ origin, concurrency: callers, requests: callers, next: () => shot, isGood: isNew })
}
