/**
 * P7: what a page of a long list costs through the front door, on both engines: every filter of the contract with a word
 * that is nowhere, one that is in few rows and one that is in all, and every order both ways; a realm of 100,000 rows and
 * one of 1,000 in turn.
 */
import pg from 'pg'
import { z } from 'zod'
import { listAudit } from '#contract/audit.ts'
import { listClients } from '#contract/client.ts'
import { listGrants } from '#contract/grant.ts'
import type { Operation } from '#contract/operation.ts'
import { listRealmGrants, listRealmSessions } from '#contract/realm-lists.ts'
import { listUsers } from '#contract/user.ts'
import { randomToken } from '#crypto/random.ts'
import { realmOf } from '../clients.ts'
import { type House, openHouse } from '../house.ts'
import { adminOffice, type Office } from '../office.ts'
import { startPostgres } from '../postgres-server.ts'
import type { Row } from './main.ts'
import { fill } from './many-rows.ts'
import { ROUNDS } from './rounds.ts'

const SIZES = { small: 1_000, large: 100_000 }
const WORDS = ['zzz', '012345', 'shop', 'example', 'ana', 'e']
const NUMBERS = ['>3600', '1700000000..1700003600', '..1702000000']
const WANTED_MILLISECONDS = 50

export async function longLists(): Promise<readonly Row[]> {
  const server = await startPostgres()
  try {
    const env = { SALLYPORT_DATABASE_URL: server.url, SALLYPORT_MASTER_KEY: randomToken() }
    return [...(await measured('SQLite', {})), ...(await measured('PostgreSQL', env))]
  } finally {
    await server.stop()
  }
}

async function measured(engine: string, env: Readonly<Record<string, string>>): Promise<readonly Row[]> {
  const house = await openHouse({ env })
  try {
    const admin = await adminOffice(house)
    for (const [name, count] of Object.entries(SIZES)) await filled(house, admin, name, count)
    if (env['SALLYPORT_DATABASE_URL'] !== undefined) await settled(env['SALLYPORT_DATABASE_URL'])
    const rows: Row[] = []
    const operations = [listClients, listUsers, listAudit, listGrants, listRealmSessions, listRealmGrants]
    for (const operation of operations) rows.push(await rowOf(engine, admin, operation))
    return rows
  } finally {
    await house.close()
  }
}

async function filled(house: House, admin: Office, name: string, count: number): Promise<void> {
  await admin.post('/realms', { name })
  const { db } = house.app.context
  await fill(db, (await realmOf(house, name)).id, count)
}

/** What PostgreSQL does by itself a minute later; it takes longer than a statement of ours may. */
async function settled(url: string): Promise<void> {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('vacuum analyze')
  await client.end()
}

async function rowOf(engine: string, admin: Office, operation: Operation): Promise<Row> {
  const times: Record<string, number[]> = { small: [], large: [] }
  let slowest = { milliseconds: 0, query: '' }
  for (let round = 0; round < ROUNDS; round++) {
    for (const query of queriesOf(operation)) {
      for (const [name, taken] of Object.entries(times)) {
        const began = performance.now()
        const told = await admin.get(`${pathOf(operation, name)}?${query}`)
        if (told.status !== 200) throw new Error(`${operation.id}?${query} answered ${told.status}`)
        const milliseconds = performance.now() - began
        taken.push(milliseconds)
        if (name === 'large' && milliseconds > slowest.milliseconds) slowest = { milliseconds, query }
      }
    }
  }
  const { small = [], large = [] } = times
  const worst = `slowest ${slowest.milliseconds.toFixed(0)} ms (${slowest.query})`
  return {
    name: 'P7',
    what: `${operation.id}, 100,000 rows, ${engine}, ${large.length} requests`,
    reached: `p95 **${p95(large).toFixed(0)} ms**, of 1,000 rows ${p95(small).toFixed(0)} ms; ${worst}`,
    wanted: `≤ ${WANTED_MILLISECONDS} ms`,
  }
}

/** Of the client that half of the grants are for. */
function pathOf({ path }: Operation, realm: string): string {
  return path.replace('{realm}', realm).replace('{client_id}', 'shop-000001')
}

function queriesOf(operation: Operation): readonly string[] {
  const shape: Readonly<Record<string, z.ZodType>> = operation.query instanceof z.ZodObject ? operation.query.shape : {}
  const {
    sort,
    page: _page,
    page_size: _size,
    format: _format,
    columns: _columns,
    only: _only,
    ids: _ids,
    ...filters
  } = shape
  const orders = sort instanceof z.ZodOptional && sort.unwrap() instanceof z.ZodEnum ? sort.unwrap() : undefined
  const names = orders instanceof z.ZodEnum ? orders.options.map(String) : []
  const narrowed = Object.entries(filters).flatMap(([name, field]) =>
    [...WORDS, ...NUMBERS, 'true', 'false']
      .filter((value) => field.safeParse(value).success)
      .map((value) => `${name}=${encodeURIComponent(value)}`),
  )
  return [...names.map((name) => `sort=${name}`), ...names.map((name) => `sort=${name}&page=40`), ...narrowed]
}

function p95(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN
}
