/** The server is ended at random moments of a mixed load, or of its first start, and started again. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Database } from '#store/database.ts'
import { basic, form } from '../requests.ts'
import { Caller } from './caller.ts'
import { type Audit, Ledger } from './ledger.ts'
import { startLoad } from './load.ts'
import { NodeProcess } from './node-process.ts'
import type { Place } from './place.ts'
import { seed } from './seed.ts'

const LONGEST_LIFE_MILLISECONDS = 10_000

export interface KillOptions {
  readonly kills: number
  /** At most so many requests does a process answer before it is killed. */
  readonly requestsPerLife: number
}

/** The same with SIGTERM: who was being answered gets the answer, and each process ends with 0. */
export function stopUnderLoad(place: Place, options: KillOptions): Promise<Audit> {
  return endUnderLoad(place, options, (node) => node.end())
}

export function killUnderLoad(place: Place, options: KillOptions): Promise<Audit> {
  return endUnderLoad(place, options, (node) => node.kill())
}

/** What the ledger says after all kills and the last start; rows that only the database knows are counted as D. */
async function endUnderLoad(
  place: Place,
  { kills, requestsPerLife }: KillOptions,
  end: (node: NodeProcess) => Promise<void>,
): Promise<Audit> {
  const seeds = await seed(place, (kills + 1) * Math.ceil(requestsPerLife / 4))
  const ledger = new Ledger()
  const node = await NodeProcess.start(place)
  const caller = new Caller(ledger, seeds, node.url)
  const load = startLoad(caller)
  for (let kill = 0; kill < kills; kill += 1) {
    await answers(ledger, randomInt(requestsPerLife / 5, requestsPerLife))
    await setTimeout(randomInt(10))
    await end(node)
    await node.start()
  }
  await answers(ledger, requestsPerLife / 5)
  await load.stop()
  const audit = await ledger.audit()
  await node.end()
  const forked = await place.audit(forkedFamilies)
  const findings = forked.map((grant) => `the grant ${grant} has two branches of refresh tokens`)
  return { ...audit, D: audit.D + forked.length, findings: [...audit.findings, ...findings] }
}

/** Resolves when so many more requests were answered: the same work on a fast and on a slow machine. */
async function answers(ledger: Ledger, count: number): Promise<void> {
  const wanted = ledger.answered + count
  const until = performance.now() + LONGEST_LIFE_MILLISECONDS
  while (ledger.answered < wanted && performance.now() < until) await setTimeout(5)
}

/** Grants from whose code more than one refresh token came, whoever got the answers. */
export async function forkedFamilies(db: Database): Promise<string[]> {
  const { rows } = await sql<{ grant_id: string }>`select grant_id from refresh_tokens
    where token_hash not in (select successor_hash from refresh_tokens where successor_hash is not null)
    group by grant_id having count(*) > 1`.execute(db.sql)
  return rows.map((row) => row.grant_id)
}

export interface FirstStarts {
  /** How many starts were cut off before they served. */
  readonly cutOff: number
  /** Of the request that the installation offers for a first token. */
  readonly firstToken: number
}

/** Kills the first start of an empty place again and again, then lets one through. */
export async function killFirstStart(place: Place, kills: number, lifeMilliseconds: number): Promise<FirstStarts> {
  const node = await NodeProcess.at(place)
  let cutOff = 0
  for (let kill = 0; kill < kills; kill += 1) {
    const served = node.begin()
    await setTimeout(randomInt(lifeMilliseconds))
    await node.kill()
    if (!(await served)) cutOff += 1
  }
  await node.start()
  const client_secret = readFileSync(join(place.directory, 'quick-start.secret'), 'utf8').trim()
  const response = await fetch(`${node.url}/realms/default/token`, {
    method: 'POST',
    headers: basic({ client_id: 'quick-start', client_secret }),
    body: form({ grant_type: 'client_credentials' }),
  })
  await node.end()
  return { cutOff, firstToken: response.status }
}
