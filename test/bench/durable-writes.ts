/**
 * P4: code redemption and refresh rotation, 32 at once, durable on SQLite. Against the same on a file system in memory,
 * where a sync costs nothing; and the store's commits against `synchronous = full`, which syncs at each.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sha256Base64url } from '#crypto/hash.ts'
import { randomId, randomToken } from '#crypto/random.ts'
import { addAuthorizationCode } from '#store/authorization-codes.ts'
import { findClient } from '#store/clients.ts'
import { openDatabase, transaction } from '#store/database.ts'
import { createGrant } from '#store/grants.ts'
import { addRefreshToken } from '#store/refresh-tokens.ts'
import { addClient, addUser, realmOf } from '../clients.ts'
import type { House } from '../house.ts'
import type { Load } from './load.ts'
import type { Row } from './main.ts'
import { type Comparison, compare, median, medianOf, ratio } from './rounds.ts'
import { type Prepared, prepare } from './sallyport.ts'

const AT_ONCE = 32
const ROUND_REQUESTS = 2000
/** Two sides, the warm-up and five rounds, with some to spare. */
const CODES = ROUND_REQUESTS * 7
const REDIRECT_URI = 'https://bench.example/callback'
const IN_MEMORY = '/dev/shm'
const HOUR = 3600

interface Seeded {
  readonly prepared: Prepared
  readonly basic: Readonly<Record<string, string>>
  readonly refreshTokens: readonly string[]
  readonly codes: readonly string[]
}

async function seed(parent: string): Promise<Seeded> {
  const refreshTokens = Array.from({ length: AT_ONCE }, () => randomToken())
  const codes = Array.from({ length: CODES }, () => randomToken())
  let authorization = ''
  const prepared = await prepare(async (house) => {
    const client = await addClient(house, {
      client_id: 'bench',
      grant_types: ['authorization_code', 'refresh_token'],
      redirect_uris: [REDIRECT_URI],
      scope: 'profile offline_access',
      require_pkce: false,
    })
    authorization = `Basic ${Buffer.from(`${client.client_id}:${client.client_secret}`).toString('base64')}`
    await addRows(house, refreshTokens, codes)
  }, parent)
  return { prepared, basic: { authorization }, refreshTokens, codes }
}

/** What the authorization endpoint would have stored: no `openid`, so that no RSA signature hides the cost of writing. */
async function addRows(house: House, refreshTokens: readonly string[], codes: readonly string[]): Promise<void> {
  const { db } = house.app.context
  const realm = await realmOf(house, 'default')
  const user = await addUser(house, { username: 'bench' })
  const client = await findClient(db, realm.id, 'bench')
  if (client === undefined) throw new Error('the client is not there')
  const now = Math.floor(Date.now() / 1000)
  const common = { realm_id: realm.id, client_id: client.id, created_at: now }
  await transaction(db, async (sql) => {
    const newGrant = () =>
      createGrant(sql, {
        ...common,
        user_id: user,
        session_id: null,
        kind: 'authorization_code',
        scope: 'profile offline_access',
        offline: true,
        auth_time: now,
        amr: ['pwd'],
        expires_at: now + HOUR,
      })
    for (const token of refreshTokens) {
      const { id: grant_id } = await newGrant()
      const ends = { idle_expires_at: now + HOUR, expires_at: now + HOUR }
      await addRefreshToken(sql, { ...common, ...ends, token_hash: sha256Base64url(token), grant_id })
    }
    for (const code of codes) {
      const { id: grant_id } = await newGrant()
      await addAuthorizationCode(sql, {
        ...common,
        code_hash: sha256Base64url(code),
        grant_id,
        redirect_uri: REDIRECT_URI,
        redirect_uri_was_sent: true,
        code_challenge: null,
        nonce: null,
        id_token_claims: [],
        expires_at: now + HOUR,
      })
    }
  })
}

type LoadOf = (seeded: Seeded) => () => Omit<Load, 'origin'>

async function diskAgainstMemory(what: string, loadOf: LoadOf): Promise<Row> {
  const [disk, memory] = [await seed(tmpdir()), await seed(IN_MEMORY)]
  const [onDisk, inMemory] = await Promise.all([disk.prepared.start(), memory.prepared.start()])
  try {
    const rounds = await compare({ server: onDisk, load: loadOf(disk) }, { server: inMemory, load: loadOf(memory) })
    return { name: 'P4', what: `${what}, durable against in memory`, reached: describe(rounds), wanted: '≤ 1.4 × CPU' }
  } finally {
    await Promise.all([onDisk.stop(), inMemory.stop()])
    disk.prepared.remove()
    memory.prepared.remove()
  }
}

function describe(rounds: Comparison): string {
  const rate = medianOf(rounds.a, 'answered') / medianOf(rounds.a, 'seconds')
  const errors = rounds.a.reduce((sum, round) => sum + round.errors, 0)
  const cpu = `${medianOf(rounds.a, 'cpuMicroseconds').toFixed(0)} µs to ${medianOf(rounds.b, 'cpuMicroseconds').toFixed(0)} µs`
  return `**${ratio(rounds, 'cpuMicroseconds').toFixed(2)} × CPU**, ${cpu}, ${rate.toFixed(0)}/s, ${errors} errors`
}

const isAnswer = (body: string) => body.startsWith('{"access_token":"')

/** Each worker has a family of its own and shows what the last answer brought. */
const refreshLoad: LoadOf = ({ basic, refreshTokens }) => {
  const current = [...refreshTokens]
  return () => ({
    concurrency: AT_ONCE,
    requests: ROUND_REQUESTS,
    next: (worker, last) => {
      const brought = last === undefined ? undefined : (JSON.parse(last) as { refresh_token?: string }).refresh_token
      if (brought !== undefined) current[worker] = brought
      const body = `grant_type=refresh_token&refresh_token=${current[worker]}`
      return { path: '/realms/default/token', headers: basic, body }
    },
    isGood: (body) => isAnswer(body),
  })
}

const codeLoad: LoadOf = ({ basic, codes }) => {
  let next = 0
  return () => ({
    concurrency: AT_ONCE,
    requests: ROUND_REQUESTS,
    next: () => {
      const redirect = encodeURIComponent(REDIRECT_URI)
      const body = `grant_type=authorization_code&code=${codes[next++]}&redirect_uri=${redirect}`
      return { path: '/realms/default/token', headers: basic, body }
    },
    isGood: isAnswer,
  })
}

export async function codeRedemption(): Promise<readonly Row[]> {
  return [await diskAgainstMemory('code redemption', codeLoad)]
}

export async function refreshRotation(): Promise<readonly Row[]> {
  return [await diskAgainstMemory('refresh rotation', refreshLoad), await sharedSync()]
}

const COMMITS = 6000

/** Commits of one row each: 32 writers that share syncs, against one after the other with a sync for each. */
async function sharedSync(): Promise<Row> {
  const shared: number[] = []
  const full: number[] = []
  for (let round = 0; round < 5; round++) {
    shared.push(await sharedCommitsPerSecond())
    full.push(fullCommitsPerSecond())
  }
  const times = median(shared.map((each, at) => each / (full[at] ?? Number.NaN)))
  const reached = `**${times.toFixed(1)} × the rate**, ${median(shared).toFixed(0)}/s to ${median(full).toFixed(0)}/s`
  return { name: 'P4', what: 'commits with 32 writers against synchronous = full', reached, wanted: '≥ 8 × the rate' }
}

async function sharedCommitsPerSecond(): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const onFatal = (error: Error) => {
    throw error
  }
  const db = await openDatabase({ url: `sqlite:${join(directory, 'commits.db')}`, onFatal })
  const write = async (count: number) => {
    for (let done = 0; done < count; done++) {
      await db.sql
        .insertInto('facts')
        .values({ name: randomId(), value: 'x'.repeat(200) })
        .execute()
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: AT_ONCE }, () => write(COMMITS / AT_ONCE)))
  const seconds = (performance.now() - began) / 1000
  await db.close()
  rmSync(directory, { recursive: true })
  return COMMITS / seconds
}

function fullCommitsPerSecond(): number {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
  const db = new DatabaseSync(join(directory, 'commits.db'))
  db.exec(
    'pragma journal_mode = wal; pragma synchronous = full; create table facts (name text primary key, value text)',
  )
  const insert = db.prepare('insert into facts values (?, ?)')
  const began = performance.now()
  for (let done = 0; done < COMMITS / 4; done++) insert.run(randomId(), 'x'.repeat(200))
  const seconds = (performance.now() - began) / 1000
  db.close()
  rmSync(directory, { recursive: true })
  return COMMITS / 4 / seconds
}
