/**
 * A worker thread with a connection of its own that can only read: runs the statements of long lists one after the
 * other, beside the event loop. Asked a `Question`, answers with an `Answer`; each statement sees what is committed.
 */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite'
import { parentPort, workerData } from 'node:worker_threads'

/** Pages that stay in memory until somebody commits: the indexes that lists look through. */
const cacheKibibytes = 32 * 1024

export interface Question {
  readonly sql: string
  readonly parameters: readonly SQLInputValue[]
}

/** Values row by row, as many of each row as there are columns; or the error of SQLite, which would lose its codes. */
export type Answer =
  | { readonly columns: readonly string[]; readonly values: readonly SQLOutputValue[] }
  | { readonly message: string; readonly code: unknown; readonly errcode: unknown }

function answer(db: DatabaseSync, { sql, parameters }: Question): Answer {
  try {
    const statement = db.prepare(sql)
    statement.setReturnArrays(true)
    const rows = statement.all(...parameters) as unknown as SQLOutputValue[][]
    return { columns: statement.columns().map(({ name }) => name), values: rows.flat() }
  } catch (error) {
    const { message, code, errcode } = error as Error & { code?: unknown; errcode?: unknown }
    return { message, code, errcode }
  }
}

function serve(path: string): void {
  const db = new DatabaseSync(path, { timeout: 5000, readOnly: true })
  db.exec(`pragma cache_size = -${cacheKibibytes}`)
  parentPort?.on('message', (message: Question | 'close') => {
    if (message !== 'close') {
      parentPort?.postMessage(answer(db, message))
      return
    }
    db.close()
    parentPort?.close()
  })
}

serve(String(workerData))
