/** Secrets in files, as Docker and Kubernetes mount them; read at each use, so that a change counts at once. */
import { open, realpath } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'
import type { Found, SecretStore } from './stores.ts'
import { pick } from './stores.ts'

const largestFile = 64 * 1024
const segment = /^[A-Za-z0-9._-]{1,128}$/

/** `root` and `dataDir` are absolute. Links are followed, and what they lead to has to lie below the root as well. */
export function fileStore(root: string, dataDir: string): SecretStore {
  return {
    isHeld: false,
    problemOf({ path, version }) {
      const segments = path.split('/')
      const isPlain = segments.length <= 16 && segments.every((part) => segment.test(part) && !/^\.+$/.test(part))
      if (!isPlain) return { field: 'path', problem: 'must be a plain path below the root of the store' }
      if (version !== null) return { field: 'version', problem: 'files have no versions' }
      return isBelow(dataDir, join(root, path))
        ? { field: 'path', problem: 'must not lie in the data directory' }
        : undefined
    },
    async read({ path, key }) {
      try {
        const [file, base, own] = await Promise.all([realpath(join(root, path)), realpath(root), realpath(dataDir)])
        if (!isBelow(base, file) || isBelow(own, file)) return outside
        return await readFrom(file, key)
      } catch (error) {
        return unreadable(error)
      }
    },
  }
}

const outside: Found = { kind: 'missing', description: 'the file leads out of the root of the store' }

async function readFrom(file: string, key: string | null): Promise<Found> {
  const handle = await open(file, 'r')
  try {
    if (!(await handle.stat()).isFile()) return { kind: 'missing', description: 'there is no file, but something else' }
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(largestFile + 1), 0, largestFile + 1, 0)
    if (bytesRead > largestFile) return { kind: 'missing', description: `the file is longer than ${largestFile} bytes` }
    return pick(buffer.toString('utf8', 0, bytesRead), key)
  } finally {
    await handle.close()
  }
}

function unreadable(error: unknown): Found {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
  if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'missing', description: 'there is no such file' }
  return { kind: 'away', description: `the file cannot be read (${code})` }
}

function isBelow(directory: string, path: string): boolean {
  const way = relative(directory, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}
