/**
 * Which migrations a database still needs. Both engines run the same texts, each in a transaction of its own together
 * with the row that records it, under a lock that other starting nodes wait for. What engines have no common words for
 * (indexes for a part of a word) is in files for one of them: `NNNN-name.sqlite.sql`, `NNNN-name.postgres.sql`.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { StartRefused } from '#crypto/secret-file.ts'

export interface Migration {
  /** The file's name without its ending: `0001-core`. */
  readonly name: string
  readonly checksum: string
  readonly sql: string
}

export interface AppliedMigration {
  readonly name: string
  readonly checksum: string
}

export const createMigrationsTable =
  'create table if not exists migrations (name text primary key, checksum text not null, applied_at bigint not null)'

const directory = new URL('./migrations/', import.meta.url)

/** All migrations of this program for that engine, in order. Line endings do not count for the checksum. */
export function readMigrations(engine: 'sqlite' | 'postgres'): Migration[] {
  const other = engine === 'sqlite' ? '.postgres.sql' : '.sqlite.sql'
  return readdirSync(directory)
    .filter((file) => file.endsWith('.sql') && !file.endsWith(other))
    .toSorted()
    .map((file) => {
      const sql = readFileSync(new URL(file, directory), 'utf8').replaceAll('\r\n', '\n')
      return { name: file.slice(0, -'.sql'.length), checksum: createHash('sha256').update(sql).digest('hex'), sql }
    })
}

/** The first migration that is not applied yet. Throws a sentence for the operator when program and database disagree. */
export function nextMigration(migrations: Migration[], applied: AppliedMigration[]): Migration | undefined {
  const known = new Map(migrations.map((migration) => [migration.name, migration.checksum]))
  for (const { name, checksum } of applied) {
    const expected = known.get(name)
    if (expected === undefined) {
      throw new StartRefused(
        `The database is newer than this program: it has the migration "${name}", which this program does not know. ` +
          'Start a program at least as new as the one that wrote it, or restore a backup made before the upgrade.',
      )
    }
    if (expected !== checksum) {
      throw new StartRefused(
        `The database was made by a different build: its migration "${name}" is not the one of this program ` +
          '(the checksums differ). Start the build that made it, or point this one at another database.',
      )
    }
  }
  const done = new Set(applied.map((migration) => migration.name))
  return migrations.find((migration) => !done.has(migration.name))
}
