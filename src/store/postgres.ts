/**
 * PostgreSQL behind a small pool. Owns: connections, their time limits, what a broken one means, and the migration of
 * the database. PostgreSQL groups and syncs commits itself before it answers them; `synchronous_commit` is its
 * operator's and is never turned off here. Nothing is retried: a database that is away is an answer of its own.
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely'
import pg from 'pg'
import { StartRefused } from '#crypto/secret-file.ts'
import type { Observe } from './database.ts'
import { type AppliedMigration, createMigrationsTable, nextMigration, readMigrations } from './migrate.ts'
import { DatabaseUnavailable } from './outage.ts'
import type { OpenedEngine } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Numbers, as SQLite gives them: no stored integer reaches 2^53. */
pg.types.setTypeParser(pg.types.builtins.INT8, Number)

/** Who meets a dead database hears so within two seconds in all; the server gives up a little earlier than we do. */
const connectMs = 1500
const statementMs = 1300
const queryMs = 1500

/** Any number, the same in all versions: nodes that start at once migrate one after the other. */
const migrationLock = 7_265_104

/** Once, before the first migration: what SQLite brings along, and "binary" as the order by bytes on both engines. */
const prepareDatabase = `
  create collation if not exists "binary" (provider = libc, locale = 'C');
  create or replace function now_ms() returns bigint language sql volatile as
    'select floor(extract(epoch from clock_timestamp()) * 1000)::bigint'`

class PostgresConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient
  readonly #observe: Observe | undefined
  /** It answered too late or not at all: whatever it still answers belongs to nobody. */
  broken = false
  /** The error of a statement, which has ended the open transaction. */
  ended: unknown

  constructor(client: pg.PoolClient, observe: Observe | undefined) {
    this.#client = client
    this.#observe = observe
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { command, rowCount, rows } = await this.run(query.sql, query.parameters)
    if (command === 'SELECT') return { rows: rows as R[] }
    return { rows: rows as R[], numAffectedRows: BigInt(rowCount ?? 0) }
  }

  async run(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    if (this.broken) throw new DatabaseUnavailable('the connection to the database was lost')
    const began = this.#observe === undefined ? 0 : performance.now()
    try {
      return await this.#client.query(sql, parameters as unknown[])
    } catch (error) {
      this.ended = this.#judge(error)
      throw this.ended
    } finally {
      this.#observe?.({ what: 'statement', seconds: (performance.now() - began) / 1000 })
    }
  }

  #judge(error: unknown): unknown {
    if (error instanceof pg.DatabaseError) {
      if (error.severity === 'FATAL' || error.severity === 'PANIC') this.broken = true
      return error
    }
    if (error instanceof TypeError) return error
    this.broken = true
    return unavailable(error)
  }

  release(): void {
    this.#client.release(this.broken)
  }

  streamQuery(): never {
    throw new Error('Rows are read in pages, not in streams.')
  }
}

function unavailable(error: unknown): DatabaseUnavailable {
  const reason = error instanceof Error ? error.message : String(error)
  return new DatabaseUnavailable(`the database cannot be reached: ${reason}`, { cause: error })
}

class PostgresDriver implements Driver {
  readonly #pool: pg.Pool
  readonly #observe: Observe | undefined

  constructor(pool: pg.Pool, observe: Observe | undefined) {
    this.#pool = pool
    this.#observe = observe
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<PostgresConnection> {
    try {
      return new PostgresConnection(await this.#pool.connect(), this.#observe)
    } catch (error) {
      throw unavailable(error)
    }
  }

  async releaseConnection(connection: PostgresConnection): Promise<void> {
    connection.release()
  }

  async beginTransaction(connection: PostgresConnection, settings: TransactionSettings): Promise<void> {
    const level = settings.isolationLevel
    await connection.run(level === undefined ? 'begin' : `begin isolation level ${level}`, [])
    connection.ended = undefined
  }

  async commitTransaction(connection: PostgresConnection): Promise<void> {
    if (connection.ended !== undefined) throw connection.ended
    await connection.run('commit', [])
  }

  /** A rollback that does not get through happens by itself when the connection ends. */
  async rollbackTransaction(connection: PostgresConnection): Promise<void> {
    if (connection.broken) return
    try {
      await connection.run('rollback', [])
    } catch {
      connection.broken = true
    }
  }

  destroy(): Promise<void> {
    return this.#pool.end()
  }
}

/** Opens and migrates the database of `url`; throws a sentence for the operator, without the password in it. */
export async function openPostgres(url: string, observe?: Observe): Promise<OpenedEngine> {
  await migrate(url)
  const pool = new pg.Pool({
    connectionString: url,
    application_name: 'sallyport',
    max: 10,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    query_timeout: queryMs,
    idle_in_transaction_session_timeout: 10_000,
    keepAlive: true,
  })
  // A connection that ends while nobody uses it is replaced by the next one; unheard, its error would end the process.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {})
  })
  const dialect: Dialect = {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new PostgresDriver(pool, observe),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  }
  const sql = new Kysely<Tables>({ dialect })
  return { sql, lists: sql, close: () => sql.destroy() }
}

async function migrate(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'sallyport migration',
    connectionTimeoutMillis: connectMs,
  })
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const where = `${client.host}:${client.port}`
    throw new DatabaseUnavailable(`The database at ${where} cannot be reached: ${reason}`, { cause: error })
  }
  try {
    await migrateOver(client)
  } finally {
    await client.end()
  }
}

async function migrateOver(client: pg.Client): Promise<void> {
  const encoding = await client.query<{ server_encoding: string }>('show server_encoding')
  if (encoding.rows[0]?.server_encoding !== 'UTF8') {
    throw new StartRefused(
      'The database does not use the encoding UTF8: create one with "create database … encoding utf8".',
    )
  }
  const migrations = readMigrations('postgres')
  for (;;) {
    await client.query('begin')
    try {
      await client.query('select pg_advisory_xact_lock($1)', [migrationLock])
      await client.query(createMigrationsTable)
      const applied = await client.query<AppliedMigration>('select name, checksum from migrations')
      const migration = nextMigration(migrations, applied.rows)
      if (migration !== undefined) {
        if (applied.rows.length === 0) await client.query(prepareDatabase)
        await client.query(migration.sql)
        await client.query('insert into migrations (name, checksum, applied_at) values ($1, $2, now_ms() / 1000)', [
          migration.name,
          migration.checksum,
        ])
      }
      await client.query('commit')
      if (migration === undefined) return
    } catch (error) {
      await client.query('rollback').catch(() => {})
      throw error
    }
  }
}
