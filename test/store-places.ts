import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Database, openDatabase } from '../src/store/database.ts'
import { createPostgresDatabase } from './postgres.ts'

/** An empty database somewhere: a new file or a new database of the PostgreSQL server. */
export interface Place {
  url: string
  drop: () => Promise<void>
}

async function createSqliteDatabase(): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-store-'))
  return { url: `sqlite:${join(directory, 'sally.db')}`, drop: async () => rmSync(directory, { recursive: true }) }
}

export const engines = [
  { engine: 'sqlite', create: createSqliteDatabase },
  { engine: 'postgres', create: () => createPostgresDatabase() },
] as const

/** Whoever opens closes. */
export function open(place: Place): Promise<Database> {
  return openDatabase({
    url: place.url,
    onFatal: (error) => {
      throw error
    },
  })
}
