/**
 * What the other rooms hold when they hold "the database". Owns: the handle, opening it, transactions, and telling an
 * outage from a bug. Does not own: queries (one file per noun beside this one) and engines (`sqlite.ts`, `postgres.ts`).
 * Promise of the room: a statement's result is handed out only after every commit that it could have seen is durable.
 */
import type { Kysely } from 'kysely'
import { Held, type Holding, holdingNothing } from './held.ts'
import { openPostgres } from './postgres.ts'
import { openSqlite } from './sqlite.ts'
import type { Tables } from './tables.ts'

export { isUnavailable, isUniqueViolation } from './outage.ts'

export type Sql = Kysely<Tables>

export interface Database {
  readonly engine: 'sqlite' | 'postgres'
  readonly sql: Sql
  /** The same rows, for lists: on SQLite long ones are read beside the event loop. What was written before is in them. */
  readonly lists: Sql
  /** Rows that change rarely, kept in memory under `config_version`. */
  readonly held: Holding
  close(): Promise<void>
}

/** `sync` and `checkpoint` are SQLite's, `statement` PostgreSQL's. `error`: it failed and will be tried again. */
export interface Timing {
  readonly what: 'statement' | 'sync' | 'checkpoint'
  readonly seconds: number
  readonly error?: string
}

export type Observe = (timing: Timing) => void

export interface DatabaseOptions {
  /** `sqlite:/path/file.db` or `postgres://…` */
  readonly url: string
  /** Called when what was written may not be on the disk: the process must end, nothing may be answered any more. */
  readonly onFatal: (error: Error) => void
  readonly observe?: Observe
}

/** Opens and migrates. Throws a sentence for the operator when the database is damaged, newer or cannot be reached. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, onFatal, observe } = options
  const engine = engineOf(url)
  const opened = engine === 'sqlite' ? openSqlite(url, onFatal, observe) : await openPostgres(url, observe)
  const held = new Held(opened.sql)
  await held.poll()
  const close = async (): Promise<void> => {
    held.close()
    await opened.close()
  }
  return { engine, sql: opened.sql, lists: opened.lists, held, close }
}

function engineOf(url: string): Database['engine'] {
  if (url.startsWith('sqlite:')) return 'sqlite'
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres'
  throw new Error('The database URL must begin with sqlite: or postgres://')
}

/**
 * All that `work` writes becomes visible and durable together, or nothing does when it throws. Only SQL may be awaited
 * inside: on SQLite everybody else waits meanwhile. On the handle of `inOneTransaction` it is a part of that one.
 */
export function transaction<T>(db: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  if (db.sql.isTransaction) return work(db.sql)
  return db.sql.transaction().setIsolationLevel('read committed').execute(work)
}

/** A transaction that changes held rows: every process forgets what it holds, this one as soon as it is committed. */
export async function changeConfig<T>(db: Database, work: (sql: Sql) => Promise<T>): Promise<T> {
  try {
    return await transaction(db, async (sql) => {
      const result = await work(sql)
      await bumpConfigVersion(sql)
      return result
    })
  } finally {
    db.held.forget()
  }
}

/**
 * Several store functions as one: what they write through the handle that `work` gets becomes visible and durable
 * together, or nothing does when `work` throws. Nothing is held for that handle: it reads what it wrote. Only SQL may be
 * awaited inside. A refusal of one of them that is caught in `work` does not undo what that one wrote before. Changes of
 * configuration by others wait from here on, so that what is read at the beginning still holds at the end.
 */
export async function inOneTransaction<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  return await changeConfig(db, async (sql) => {
    await bumpConfigVersion(sql)
    return await work({ ...db, sql, lists: sql, held: holdingNothing })
  })
}

/** For a transaction that decides only inside whether held rows change; `changeConfig` is for all others. */
export async function bumpConfigVersion(sql: Sql): Promise<void> {
  await sql
    .updateTable('config_version')
    .set((row) => ({ version: row('version', '+', 1) }))
    .execute()
}
