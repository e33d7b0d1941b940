/** Secrets that the first start leaves for people and tools: files in the data directory that only their owner reads. */
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { randomToken } from './random.ts'

/** The start cannot go on; the message is a sentence for the operator. */
export class StartRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'StartRefused'
  }
}

/** What the file holds, without the line's end; undefined: there is none. Refuses a file that others can read. */
export function readSecretFile(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return undefined
  const mode = stat.mode & 0o777
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new StartRefused(
      `${path} can be read by others (mode ${mode.toString(8)}): it may be known already. ` +
        `Run chmod 600 ${path}, and replace what is in it if others use this machine`,
    )
  }
  return readFileSync(path, 'utf8').trim()
}

/**
 * What the file holds, after it was written with `make()` where there was none. Of several processes at once all get the
 * first one's; the text is on the disk before it is answered, and never in a half-written file.
 */
export function readOrCreateSecretFile(path: string, make: () => string): { text: string; isNew: boolean } {
  const present = readSecretFile(path)
  if (present !== undefined) return { text: present, isNew: false }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const text = make()
  const draft = `${path}.${randomToken(6)}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
    linkSync(draft, path)
    syncDirectory(dirname(path))
    return { text, isNew: true }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    return { text: readSecretFile(path) ?? text, isNew: false }
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
}

/** Puts `text` where there may be another: whoever reads finds the old or the new one whole, and so does a crash. */
export function replaceSecretFile(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = `${path}.${randomToken(6)}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${text}\n`)
    fsyncSync(file)
    renameSync(draft, path)
    syncDirectory(dirname(path))
  } finally {
    closeSync(file)
    rmSync(draft, { force: true })
  }
}

export function removeSecretFile(path: string): void {
  rmSync(path, { force: true })
}

/** A new name is durable once its directory is; Windows has no such thing. */
function syncDirectory(path: string): void {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  try {
    fsyncSync(directory)
  } finally {
    closeSync(directory)
  }
}
