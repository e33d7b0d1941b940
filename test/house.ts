/** A whole house for a test: its own data directory or database, a free port, the real server behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { randomToken } from '#crypto/random.ts'
import { createLog } from '#observe/log.ts'
import { type App, startApp } from '../src/app.ts'
import { type Config, readConfig } from '../src/config.ts'
import { freePort } from './free-port.ts'

export type Engine = 'sqlite' | 'postgres'
export const ENGINES: readonly Engine[] = ['sqlite', 'postgres']

/** The administrator of every test house; the password is final. */
export const ADMIN_PASSWORD = 'correct horse battery staple'
export const BOOTSTRAP_SECRET = randomToken()

export interface House {
  readonly app: App
  readonly config: Config
  readonly url: string
  readonly operationsUrl: string
  /** The issuer of a realm. */
  issuer(realm?: string): string
  /** Everything that was logged so far, one line each. */
  readonly logged: string[]
  /** What a lost disk would report; empty in every test that ends well. */
  readonly fatal: Error[]
  /** Stops the server and starts it again on the same data and port. `meanwhile`: what happens while nothing runs. */
  restart(meanwhile?: () => void): Promise<void>
  close(): Promise<void>
}

export interface HouseOptions {
  readonly engine?: Engine
  readonly env?: Readonly<Record<string, string>>
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const directory = mkdtempSync(join(tmpdir(), 'sallyport-house-'))
  const database = options.engine === 'postgres' ? await postgresDatabase() : undefined
  const [port, operationsPort] = await Promise.all([freePort(), freePort()])
  const config = readConfig({
    SALLYPORT_DATA_DIR: directory,
    SALLYPORT_PORT: String(port),
    SALLYPORT_OPERATIONS_PORT: String(operationsPort),
    SALLYPORT_ADMIN_PASSWORD: ADMIN_PASSWORD,
    SALLYPORT_BOOTSTRAP_CLIENT_SECRET: BOOTSTRAP_SECRET,
    ...(database && { SALLYPORT_DATABASE_URL: database.url, SALLYPORT_MASTER_KEY: randomToken() }),
    ...options.env,
  })
  const logged: string[] = []
  const fatal: Error[] = []
  const log = createLog('info', { write: (line: string) => void logged.push(line) })
  const start = () => startApp({ config, log, onFatal: (error) => void fatal.push(error) })
  let app = await start()
  return {
    get app() {
      return app
    },
    config,
    url: config.publicUrl,
    operationsUrl: `http://127.0.0.1:${operationsPort}`,
    issuer: (realm = 'default') => `${config.publicUrl}/realms/${realm}`,
    logged,
    fatal,
    async restart(meanwhile) {
      await app.close()
      meanwhile?.()
      app = await start()
    },
    async close() {
      await app.close()
      await database?.drop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Loaded when it is wanted: it needs the test runner, and the benchmark opens houses without one. */
async function postgresDatabase() {
  const { createPostgresDatabase } = await import('./postgres.ts')
  return await createPostgresDatabase()
}
