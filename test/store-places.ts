import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
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

interface Engine {
  readonly name: string
  readonly engine: 'sqlite' | 'postgres'
  readonly create: () => Promise<Place>
}

/** SQLite, and PostgreSQL in every version that this machine has. */
export const engines: readonly Engine[] = [
  { name: 'sqlite', engine: 'sqlite', create: createSqliteDatabase },
  ...inject('postgresUrls').map(({ version, url }) => ({
    name: `postgres ${version}`,
    engine: 'postgres' as const,
    create: () => createPostgresDatabase(url),
  })),
]

/** Whoever opens closes. */
export function open(place: Place): Promise<Database> {
  return openDatabase({
    url: place.url,
    onFatal: (error) => {
      throw error
    },
  })
}
