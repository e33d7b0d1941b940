/** Looks at a database and changes nothing: no migration, no lock that somebody would wait for. */
import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { type AppliedMigration, nextMigration, readMigrations } from './migrate.ts'
import { DatabaseUnavailable } from './outage.ts'
import { checkFile, pathOf } from './sqlite-file.ts'

const CONNECT_MILLISECONDS = 2000

export interface Inspection {
  /** Migrations that the next start will run. */
  readonly pending: readonly string[]
  /** The wrapped data keys as they are stored; undefined: nothing was ever started on this database. */
  readonly dataKeys: string | undefined
  /** The database's clock, in seconds. */
  readonly now: number
  /** When the newest audit entry was written, in seconds. */
  readonly newestEntryAt: number | undefined
  /** Since when each realm's newest signing key of each algorithm signs, in seconds. */
  readonly signingKeys: readonly { readonly realm: string; readonly alg: string; readonly active_at: number }[]
}

type Row = Readonly<Record<string, unknown>>
type Ask = (text: string) => Promise<readonly Row[]>

/** undefined: there is no database yet. Throws a sentence where it is damaged, newer, foreign or cannot be reached. */
export async function inspectDatabase(url: string): Promise<Inspection | undefined> {
  return url.startsWith('sqlite:') ? await inspectFile(pathOf(url)) : await inspectServer(url)
}

async function inspectFile(path: string): Promise<Inspection | undefined> {
  if (!existsSync(path)) return undefined
  checkFile(path)
  const db = new DatabaseSync(path, { readOnly: true, timeout: 5000 })
  try {
    return await inspect(async (text) => db.prepare(text).all(), 'sqlite')
  } finally {
    db.close()
  }
}

async function inspectServer(url: string): Promise<Inspection | undefined> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sallyport doctor',
    connectionTimeoutMillis: CONNECT_MILLISECONDS,
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DatabaseUnavailable(`the database at ${client.host}:${client.port} refuses or is away: ${reason}`, {
      cause: error,
    })
  }
  try {
    const ask: Ask = async (text) => (await client.query<Row>(text)).rows
    const [found] = await ask("select to_regclass('migrations') is not null as migrated")
    return found?.['migrated'] === true ? await inspect(ask, 'postgres') : undefined
  } finally {
    await client.end()
  }
}

const clocks = { sqlite: 'select unixepoch() as now', postgres: 'select extract(epoch from clock_timestamp()) as now' }

async function inspect(ask: Ask, engine: keyof typeof clocks): Promise<Inspection> {
  const applied = (await ask('select name, checksum from migrations')) as unknown as AppliedMigration[]
  const migrations = readMigrations(engine)
  nextMigration(migrations, applied)
  const done = new Set(applied.map(({ name }) => name))
  const [time] = await ask(clocks[engine])
  const [fact] = await ask("select value from facts where name = 'data_keys'")
  const [entry] = await ask('select max(at_ms) as at_ms from audit')
  const newest = entry?.['at_ms']
  const keys = await ask(
    'select realms.name as realm, alg, max(active_at) as active_at from signing_keys ' +
      'join realms on realms.id = signing_keys.realm_id where removed_at is null and deleted_at is null group by realms.name, alg',
  )
  return {
    pending: migrations.map(({ name }) => name).filter((name) => !done.has(name)),
    dataKeys: fact === undefined ? undefined : String(fact['value']),
    now: Number(time?.['now']),
    newestEntryAt: newest === null || newest === undefined ? undefined : Number(newest) / 1000,
    signingKeys: keys.map((key) => ({
      realm: String(key['realm']),
      alg: String(key['alg']),
      active_at: Number(key['active_at']),
    })),
  }
}
