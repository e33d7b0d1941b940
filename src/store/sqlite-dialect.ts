/**
 * How Kysely reaches SQLite. Owns: connections as Kysely sees them, which of them has a transaction open, and the handle
 * for lists, which goes to the reader where a list may be long. Does not own: the lock and the wait for the disk
 * (`SqliteEngine`), and the reader's thread (`reader.ts`).
 */
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import type { Reader } from './reader.ts'
import type { SqliteEngine } from './sqlite.ts'
import type { Tables } from './tables.ts'

/** Of 4 KiB each. Below, no list takes longer than the start of a thread. */
const largeFilePages = 4096

class SqliteConnection implements DatabaseConnection {
  readonly #engine: SqliteEngine
  #open = false
  /** The error of a statement, which ends the open transaction as it does on PostgreSQL. */
  #ended: unknown

  constructor(engine: SqliteEngine) {
    this.#engine = engine
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#open) return this.#engine.execute(query)
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    try {
      return Promise.resolve(this.#engine.run<R>(query, false))
    } catch (error) {
      this.#ended = error
      return Promise.reject(error)
    }
  }

  async begin(): Promise<void> {
    await this.#engine.lock()
    try {
      this.#engine.begin()
    } catch (error) {
      this.#engine.unlock()
      throw error
    }
    this.#open = true
    this.#ended = undefined
  }

  async commit(): Promise<void> {
    const ended = this.#ended
    try {
      if (ended === undefined) this.#engine.commit()
      else this.#engine.rollback()
    } finally {
      this.#open = false
      this.#engine.unlock()
      await this.#engine.durable.settled()
    }
    if (ended !== undefined) throw ended
  }

  /** Waits as well: whoever rolled back did so because of what it saw. Nothing to do after a COMMIT that failed. */
  async rollback(): Promise<void> {
    if (!this.#open) return
    this.#open = false
    try {
      this.#engine.rollback()
    } finally {
      this.#engine.unlock()
      await this.#engine.durable.settled()
    }
  }

  streamQuery(): never {
    throw new Error('Rows are read in pages, not in streams: an open cursor would hold the log from being moved.')
  }
}

class SqliteDriver implements Driver {
  readonly #engine: SqliteEngine
  readonly #free: SqliteConnection[] = []

  constructor(engine: SqliteEngine) {
    this.#engine = engine
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<SqliteConnection> {
    return this.#free.pop() ?? new SqliteConnection(this.#engine)
  }

  async releaseConnection(connection: SqliteConnection): Promise<void> {
    this.#free.push(connection)
  }

  beginTransaction(connection: SqliteConnection): Promise<void> {
    return connection.begin()
  }

  commitTransaction(connection: SqliteConnection): Promise<void> {
    return connection.commit()
  }

  rollbackTransaction(connection: SqliteConnection): Promise<void> {
    return connection.rollback()
  }

  async destroy(): Promise<void> {}
}

/** Many connections as Kysely sees it: the engine itself decides who waits for whom. */
class SharingSqliteAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

/** Lists only read. A file that is small has no long list: its statements are over before a thread would hear of them. */
class ListConnection implements DatabaseConnection {
  readonly #engine: SqliteEngine
  readonly #reader: Reader

  constructor(engine: SqliteEngine, reader: Reader) {
    this.#engine = engine
    this.#reader = reader
  }

  /** The reader sees commits that may not be on the disk yet: what it found waits for them as well. */
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#engine.pages < largeFilePages) return await this.#engine.read(query)
    try {
      return await this.#reader.read<R>(query)
    } finally {
      await this.#engine.durable.settled()
    }
  }

  streamQuery(): never {
    throw new Error('Rows are read in pages, not in streams: an open cursor would hold the log from being moved.')
  }
}

class ListDriver implements Driver {
  readonly #connection: ListConnection

  constructor(connection: ListConnection) {
    this.#connection = connection
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ListConnection> {
    return this.#connection
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<never> {
    throw new Error('Lists are read outside of transactions.')
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async destroy(): Promise<void> {}
}

export function servingSql(engine: SqliteEngine): Kysely<Tables> {
  return kyselyOver(new SqliteDriver(engine))
}

export function listSql(engine: SqliteEngine, reader: Reader): Kysely<Tables> {
  return kyselyOver(new ListDriver(new ListConnection(engine, reader)))
}

function kyselyOver(driver: Driver): Kysely<Tables> {
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SharingSqliteAdapter(),
      createDriver: () => driver,
      createIntrospector: (kysely) => new SqliteIntrospector(kysely),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}
