/** The server as an operator runs it: a process of its own, in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, resolve } from 'node:path'

export interface ServerProcess {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  readonly written: { out: string; err: string }
  /** Resolves with true once it is ready, with false when it ended before. */
  readonly ready: Promise<boolean>
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

const main = resolve(import.meta.dirname, '../src/main.ts')

/** Nothing of the environment of the tests but the path reaches it. */
export function startProcess(
  env: Readonly<Record<string, string>>,
  args: readonly string[] = ['start'],
  cwd = '.',
): ServerProcess {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { out: '', err: '' }
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }))
  const { promise: ready, resolve: settle } = Promise.withResolvers<boolean>()
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.out += text
  })
  // The sentence for people is the last thing that a start writes.
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.err += text
    if (/is running: [\s\S]*\n$/.test(written.err)) settle(true)
  })
  ended.then(
    () => settle(false),
    () => settle(false),
  )
  return { child, ended, written, ready }
}

export function inDirectory(directory: string, port: number, operationsPort: number): Record<string, string> {
  return {
    SALLYPORT_DATA_DIR: join(directory, 'data'),
    SALLYPORT_PORT: String(port),
    SALLYPORT_OPERATIONS_PORT: String(operationsPort),
  }
}
