/**
 * What the other rooms hold when they hold "the database". Owns: the handle, opening it, transactions, and telling an
 * outage from a bug. Does not own: queries (one file per noun beside this one) and engines (`sqlite.ts`, `postgres.ts`).
 * Promise of the room: a statement's result is handed out only after every commit that it could have seen is durable.
 */
import type { Kysely } from 'kysely'
import type { Held } from './held.ts'
import type { Tables } from './tables.ts'

export type Sql = Kysely<Tables>

export interface Database {
  readonly engine: 'sqlite' | 'postgres'
  readonly sql: Sql
  /** Rows that change rarely, kept in memory under `config_version`. */
  readonly held: Held
  close(): Promise<void>
}
