/** A server on a data directory of its own and the command line beside it, as its operator would have them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomToken } from '#crypto/random.ts'
import { createLog } from '#observe/log.ts'
import { type App, startApp } from '../src/app.ts'
import { readConfig } from '../src/config.ts'
import { commandLine, type Run } from './command.ts'
import { freePort } from './free-port.ts'
import { inDirectory } from './server-process.ts'

export interface CliHouse {
  /** Where a test may put files; the data directory lies in it. */
  readonly directory: string
  readonly dataDir: string
  readonly publicUrl: string
  readonly run: Run
  /** A 0600 file with this secret. */
  secretFile(secret: string): string
  start(): Promise<void>
  stop(): Promise<void>
  /** Stops it and removes everything. */
  close(): Promise<void>
}

export async function openCliHouse(): Promise<CliHouse> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-cli-'))
  const env = inDirectory(directory, ...(await Promise.all([freePort(), freePort()])))
  const config = readConfig(env)
  let app: App | undefined
  const house: CliHouse = {
    directory,
    dataDir: config.dataDir,
    publicUrl: config.publicUrl,
    run: commandLine(env),
    secretFile(secret) {
      const path = join(directory, `${randomToken(6)}.secret`)
      writeFileSync(path, `${secret}\n`, { mode: 0o600 })
      return path
    },
    async start() {
      app = await startApp({ config, log: createLog('silent'), onFatal: fail })
    },
    async stop() {
      await app?.close()
      app = undefined
    },
    async close() {
      await house.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
  await house.start()
  return house
}

export function jsonOf(text: string): Record<string, unknown> {
  return JSON.parse(text) as Record<string, unknown>
}

export function fail(error: Error): never {
  throw error
}
