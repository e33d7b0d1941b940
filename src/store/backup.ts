/** SQLite's file as a whole: copied while a server uses it, and put in the place of another. */
import { randomUUID } from 'node:crypto'
import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { StartRefused } from '#crypto/secret-file.ts'
import { checkFile, syncDirectory } from './sqlite-file.ts'

/**
 * Writes what is committed in `source` into the new file `target`, which its owner alone can read: one file, without
 * what was deleted, and on the disk when this returns. Refuses a damaged source and a target that is there.
 */
export function copyDatabase(source: string, target: string): void {
  if (!existsSync(source)) throw new StartRefused(`there is no database at ${source}`)
  checkFile(source)
  const draft = `${target}.${randomUUID()}.new`
  closeSync(openSync(draft, 'wx', 0o600))
  try {
    const db = new DatabaseSync(source, { readOnly: true, timeout: 5000 })
    try {
      db.prepare('vacuum into ?').run(draft)
    } finally {
      db.close()
    }
    syncFile(draft)
    appear(draft, target)
    syncDirectory(target)
  } finally {
    rmSync(draft, { force: true })
  }
}

/**
 * Whether a process has the database open; answers `unknown` for a file that is no database. Where nobody has it open,
 * its log is moved into the file, which is whole without it then.
 */
export function whoHolds(path: string): 'nobody' | 'somebody' | 'unknown' {
  try {
    const db = new DatabaseSync(path, { timeout: 0 })
    try {
      const mode = db.prepare('pragma journal_mode = delete').get()?.['journal_mode']
      return mode === 'delete' ? 'nobody' : 'somebody'
    } finally {
      db.close()
    }
  } catch (error) {
    // SQLITE_BUSY: leaving the log needs the file for oneself.
    const isBusy = error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === 5
    return isBusy ? 'somebody' : 'unknown'
  }
}

/** Puts `draft` in the place of `target`, which is there at every moment; what was there is answered by its new name. */
export function replaceDatabase(draft: string, target: string): string | undefined {
  const aside = existsSync(target) ? `${target}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}` : undefined
  if (aside !== undefined) {
    linkSync(target, aside)
    // The log of a file that is too damaged to take it in stays with that file.
    for (const ending of ['-wal', '-shm']) {
      if (existsSync(target + ending)) renameSync(target + ending, aside + ending)
    }
  }
  renameSync(draft, target)
  syncDirectory(target)
  return aside
}

/** A link never replaces; where there are no links, a look before has to do. */
function appear(draft: string, target: string): void {
  const isThere = new StartRefused(`${target} is there already: name a new file, nothing is overwritten`)
  if (existsSync(target)) throw isThere
  try {
    linkSync(draft, target)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') throw isThere
    renameSync(draft, target)
  }
}

function syncFile(path: string): void {
  const descriptor = openSync(path, 'r+')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}
