/** A fresh, empty database of either engine, for tests of the store below the front door. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '#store/database.ts'
import { createPostgresDatabase } from './postgres.ts'

export type Engine = 'sqlite' | 'postgres'
export const ENGINES: readonly Engine[] = ['sqlite', 'postgres']

export interface TestDatabase {
  readonly db: Database
  /** Empty but for the database file of SQLite. */
  readonly directory: string
  /** Another process's view of the same rows. */
  reopen(): Promise<Database>
  drop(): Promise<void>
}

export async function openTestDatabase(engine: Engine): Promise<TestDatabase> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  const postgres = engine === 'postgres' ? await createPostgresDatabase() : undefined
  const url = postgres?.url ?? `sqlite:${join(directory, 'sallyport.db')}`
  const opened: Database[] = []
  const reopen = async (): Promise<Database> => {
    const onFatal = (error: Error) => {
      throw error
    }
    const db = await openDatabase({ url, onFatal })
    opened.push(db)
    return db
  }
  return {
    db: await reopen(),
    directory,
    reopen,
    async drop() {
      for (const db of opened) await db.close()
      await postgres?.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
