/** Where a server's data lies: made before any process starts, and still there after each of them was killed. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomToken } from '#crypto/random.ts'
import { type Database, openDatabase } from '#store/database.ts'
import { BOOTSTRAP_SECRET, type Engine } from '../house.ts'
import { createPostgresDatabase } from '../postgres.ts'

/** Every node calls itself so, whatever its port: nodes that share a database share their issuers. */
export const PUBLIC_URL = 'http://sallyport.localhost'

export interface Place {
  readonly engine: Engine
  readonly directory: string
  /** The configuration of every node but for its ports. */
  readonly env: Readonly<Record<string, string>>
  /** The rows, as an auditor reads them while no server runs. */
  audit<T>(read: (db: Database) => Promise<T>): Promise<T>
  /** To be called when the place goes: ends a process that still works on it. */
  onRemove(end: () => Promise<void>): void
  remove(): Promise<void>
}

/** `postgresUrl`: a server in which the place gets a database of its own. */
export async function makePlace(engine: Engine, postgresUrl: string): Promise<Place> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-faults-'))
  const postgres = engine === 'postgres' ? await createPostgresDatabase(postgresUrl) : undefined
  const url = postgres?.url ?? `sqlite:${join(directory, 'sallyport.db')}`
  const running: (() => Promise<void>)[] = []
  return {
    engine,
    directory,
    env: {
      SALLYPORT_DATA_DIR: directory,
      SALLYPORT_DATABASE_URL: url,
      SALLYPORT_PUBLIC_URL: PUBLIC_URL,
      SALLYPORT_ADMIN_PASSWORD: randomToken(),
      SALLYPORT_BOOTSTRAP_CLIENT_SECRET: BOOTSTRAP_SECRET,
      ...(postgres && { SALLYPORT_MASTER_KEY: randomToken() }),
    },
    async audit(read) {
      const onFatal = (error: Error) => {
        throw error
      }
      const db = await openDatabase({ url, onFatal })
      try {
        return await read(db)
      } finally {
        await db.close()
      }
    },
    onRemove: (end) => void running.push(end),
    async remove() {
      for (const end of running) await end()
      await postgres?.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
