/**
 * The SQLite file before it serves: found or made, checked, migrated. A new file appears under its name only when it is
 * whole, so that an existing file is never taken for a new one: what is empty, cut off or foreign is refused.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StartRefused } from '#crypto/secret-file.ts'
import { type AppliedMigration, createMigrationsTable, nextMigration, readMigrations } from './migrate.ts'

/** Up to this size the whole file is checked at start; it takes some tens of milliseconds. */
const checkedBytes = 16 * 1024 * 1024

/** Pages that stay in memory, when so many were read. Long lists have a connection of their own. */
const cacheKibibytes = 8 * 1024

/** `sqlite:/path/file.db` or `sqlite:file.db` to a path. */
export function pathOf(url: string): string {
  const path = url.slice('sqlite:'.length).replace(/^\/\/(?=\/)/, '')
  if (path === '' || path.startsWith(':')) {
    throw new StartRefused(
      `The database URL "${url}" names no file: write sqlite: and a path, for example sqlite:data/sally.db.`,
    )
  }
  return resolve(path)
}

/** A connection to the migrated database at `path`, which is made when there is none. Throws a sentence that helps. */
export function openFile(path: string): DatabaseSync {
  if (!existsSync(path)) createFile(path)
  try {
    check(path)
    const db = new DatabaseSync(path, { timeout: 5000, enableForeignKeyConstraints: true })
    try {
      db.exec('pragma journal_mode = wal')
      db.exec('pragma synchronous = normal; pragma wal_autocheckpoint = 0')
      db.exec(`pragma cache_size = -${cacheKibibytes}`)
      migrate(db)
      return db
    } catch (error) {
      db.close()
      throw error
    }
  } catch (error) {
    throw helpful(error, path)
  }
}

function damaged(path: string, why: string): string {
  return (
    `The database file ${path} is damaged or is not a database (${why}). Nothing was changed. ` +
    'Restore a backup in its place, or move the file away to begin with an empty database.'
  )
}

/** SQLITE_CORRUPT and SQLITE_NOTADB become a sentence; everything else stays as it is. */
function helpful(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error)) return error
  const primary = Number(error.errcode) & 0xff
  return primary === 11 || primary === 26 ? new StartRefused(damaged(path, error.message), { cause: error }) : error
}

/** Refuses, with a sentence, what is damaged or no database of ours; changes nothing. */
export function checkFile(path: string): void {
  try {
    check(path)
  } catch (error) {
    throw helpful(error, path)
  }
}

/** Over a connection that cannot write: a file that is refused stays as it is, for whoever repairs it. */
function check(path: string): void {
  const { size } = statSync(path)
  if (size === 0) throw new StartRefused(damaged(path, 'it is empty'))
  const db = new DatabaseSync(path, { timeout: 5000, readOnly: true })
  try {
    if (size <= checkedBytes) {
      const verdict = db.prepare('pragma quick_check(1)').get()?.['quick_check']
      if (verdict !== 'ok') throw new StartRefused(damaged(path, String(verdict)))
    }
    const found = db.prepare("select name from sqlite_schema where type = 'table' and name = 'migrations'").get()
    if (found === undefined) {
      throw new StartRefused(
        `The file ${path} is a database of another program. Point the database URL at another file.`,
      )
    }
  } finally {
    db.close()
  }
}

function createFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const seed = new DatabaseSync(':memory:')
  migrate(seed)
  const bytes = seed.serialize()
  seed.close()
  const temporary = `${path}.${randomUUID()}.new`
  const descriptor = openSync(temporary, 'wx', 0o600)
  try {
    let written = 0
    while (written < bytes.length) written += writeSync(descriptor, bytes, written)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(temporary)
    throw error
  } finally {
    closeSync(descriptor)
  }
  putInPlace(temporary, path)
}

/** A link never replaces: of two processes that start at once one makes the file and both use it. */
function putInPlace(temporary: string, path: string): void {
  try {
    linkSync(temporary, path)
    rmSync(temporary)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EEXIST' || existsSync(path)) rmSync(temporary)
    else renameSync(temporary, path)
  }
  syncDirectory(path)
}

/** Makes the names of new files durable. Windows has no such call and no such need. */
export function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const descriptor = openSync(dirname(path), 'r')
  fsyncSync(descriptor)
  closeSync(descriptor)
}

/** Without an await inside: two handles of one process that start at once never wait for each other. */
function migrate(db: DatabaseSync): void {
  const migrations = readMigrations('sqlite')
  for (;;) {
    db.exec('begin immediate')
    try {
      db.exec(createMigrationsTable)
      const applied = db.prepare('select name, checksum from migrations').all() as unknown as AppliedMigration[]
      const migration = nextMigration(migrations, applied)
      if (migration !== undefined) {
        db.exec(migration.sql)
        db.prepare('insert into migrations (name, checksum, applied_at) values (?, ?, unixepoch())').run(
          migration.name,
          migration.checksum,
        )
      }
      db.exec('commit')
      if (migration === undefined) return
    } catch (error) {
      if (db.isTransaction) db.exec('rollback')
      throw error
    }
  }
}
