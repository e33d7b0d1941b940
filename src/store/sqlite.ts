/**
 * SQLite in this process: one connection, statements kept per SQL text, transactions one after the other, and nothing
 * handed out before what it rests on is on the disk. Does not own: the file's making and checking (`sqlite-file.ts`).
 * Statements are synchronous, hence atomic: outside a transaction they only wait for one that is open. The lock of a
 * transaction ends at its COMMIT, before the wait for the sync, so that one sync can stand for many.
 */
import { closeSync, openSync } from 'node:fs'
import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import { Checkpoints, logBytes } from './checkpoints.ts'
import type { Observe } from './database.ts'
import { Durable } from './durable.ts'
import { Reader } from './reader.ts'
import { listSql, servingSql } from './sqlite-dialect.ts'
import { openFile, pathOf, syncDirectory } from './sqlite-file.ts'
import type { Tables } from './tables.ts'

/** Statements that stay prepared. */
const keptStatements = 500

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
  readonly writes: boolean
}

export class SqliteEngine {
  readonly durable: Durable
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()
  /** Those who wait for the open transaction, first come first served; true: it keeps the lock. */
  readonly #waiting: (() => boolean)[] = []
  #locked = false

  constructor(db: DatabaseSync, durable: Durable) {
    this.#db = db
    this.durable = durable
  }

  /** Of the database as it is now, in the file and in the log. */
  get pages(): number {
    return Number(this.#prepare('pragma page_count').statement.get()?.['page_count'])
  }

  /** One statement outside a transaction. */
  execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#inTurn(query, true)
  }

  /** A statement that writes nothing, whatever word it begins with. */
  read<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#inTurn(query, false)
  }

  #inTurn<R>(query: CompiledQuery, commits: boolean): Promise<QueryResult<R>> {
    if (!this.#locked) return this.#attempt(query, commits)
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        resolve(this.#attempt(query, commits))
        return false
      })
    })
  }

  /** An error tells about rows too ("there already"), so it waits like a result. */
  async #attempt<R>(query: CompiledQuery, commits: boolean): Promise<QueryResult<R>> {
    try {
      return this.run(query, commits)
    } finally {
      await this.durable.settled()
    }
  }

  /** Runs at once, on whatever is open. `commits`: it is a transaction of its own. */
  run<R>(query: CompiledQuery, commits: boolean): QueryResult<R> {
    const parameters = query.parameters as readonly SQLInputValue[]
    for (const value of parameters) {
      if (typeof value === 'string' && value.includes('\0')) throw new Error('A text with NUL in it cannot be stored.')
    }
    const { statement, returnsRows, writes } = this.#prepare(query.sql)
    try {
      if (returnsRows) return { rows: statement.all(...parameters) as R[] }
      const { changes, lastInsertRowid } = statement.run(...parameters)
      return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] }
    } finally {
      if (commits && writes) this.durable.committed()
    }
  }

  #prepare(sql: string): Prepared {
    let prepared = this.#prepared.get(sql)
    if (prepared === undefined) {
      const statement = this.#db.prepare(sql)
      prepared = { statement, returnsRows: statement.columns().length > 0, writes: !/^\s*select\b/i.test(sql) }
      if (this.#prepared.size >= keptStatements) {
        for (const oldest of this.#prepared.keys()) {
          this.#prepared.delete(oldest)
          break
        }
      }
    } else {
      this.#prepared.delete(sql)
    }
    this.#prepared.set(sql, prepared)
    return prepared
  }

  /** Resolves when no transaction is open and nobody came earlier; `unlock` must follow. */
  lock(): Promise<void> {
    if (!this.#locked) {
      this.#locked = true
      return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#waiting.push(() => {
        resolve()
        return true
      })
    })
  }

  unlock(): void {
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      if (next()) return
    }
    this.#locked = false
  }

  begin(): void {
    this.#prepare('begin immediate').statement.run()
  }

  /** A COMMIT that fails (disk full) leaves nothing of the transaction. */
  commit(): void {
    try {
      this.#prepare('commit').statement.run()
    } catch (error) {
      this.rollback()
      throw error
    } finally {
      this.durable.committed()
    }
  }

  /** Some errors have rolled back already. */
  rollback(): void {
    if (this.#db.isTransaction) this.#prepare('rollback').statement.run()
  }
}

export interface OpenedEngine {
  readonly sql: Kysely<Tables>
  /** Where lists are read: what was committed before is in them. */
  readonly lists: Kysely<Tables>
  close(): Promise<void>
}

/** Opens, makes or migrates the file of `url`; throws a sentence for the operator. `onFatal` must end the process. */
export function openSqlite(url: string, onFatal: (error: Error) => void, observe?: Observe): OpenedEngine {
  const path = pathOf(url)
  const db = openFile(path)
  db.exec(`pragma journal_size_limit = ${logBytes}`)
  db.function('now_ms', () => Date.now())
  const descriptor = openSync(`${path}-wal`, 'r+')
  syncDirectory(path)
  const engine = new SqliteEngine(db, new Durable(descriptor, onFatal, observe))
  const checkpoints = new Checkpoints(path, descriptor, engine, observe)
  const reader = new Reader(path)
  const sql = servingSql(engine)
  const close = async (): Promise<void> => {
    await checkpoints.stop()
    await reader.close()
    await engine.lock()
    await engine.durable.settled()
    await sql.destroy()
    closeFile(db, observe)
    closeSync(descriptor)
  }
  return { sql, lists: listSql(engine, reader), close }
}

/** A last checkpoint that fails (disk full) is no loss: the next start reads the log. */
function closeFile(db: DatabaseSync, observe: Observe | undefined): void {
  try {
    db.exec('pragma wal_checkpoint(truncate)')
  } catch (error) {
    observe?.({ what: 'checkpoint', seconds: 0, error: String(error) })
  }
  db.close()
}
