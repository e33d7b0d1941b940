/**
 * The process: `start` opens the house and ends it well, every other command is the command line's.
 * Exit codes: 0 ended as asked, 70 something broke that must not be survived, 78 it cannot start like this.
 */
import { StartRefused } from '#crypto/secret-file.ts'
import { createLog, type Log } from '#observe/log.ts'
import { type App, startApp } from './app.ts'
import { type Config, ConfigError, readConfig } from './config.ts'
import type { FirstStartReport } from './first-start.ts'

const EXIT_BROKEN = 70
const EXIT_CONFIG = 78

const complain = (text: string): void => void process.stderr.write(`${text}\n`)

async function start(): Promise<void> {
  const config = readConfig(process.env)
  const log = createLog(config.logLevel)
  endOnFaults(log)
  const app = await startApp({ config, log, onFatal: (error) => endAtOnce(log, error) })
  greet(config, app.report)
  log.info({ url: config.publicUrl, address: app.address }, 'ready')
  endOnSignals(app, log)
}

/** For people, on standard error: standard output carries the log, one JSON object per line. */
function greet(config: Config, { isFirst, admin, firstTokenCommand }: FirstStartReport): void {
  const lines = [`Sallyport is ready at ${config.publicUrl}`]
  if (admin !== undefined) {
    const secret = 'password' in admin ? `password ${admin.password}` : `password in ${admin.passwordFile}`
    lines.push(`Administrator: ${admin.username}, ${secret} (to be changed at the first login)`)
  }
  if (isFirst && firstTokenCommand !== undefined) lines.push('A first token:', `  ${firstTokenCommand}`)
  complain(lines.join('\n'))
}

/** The first signal drains, and so do those that come with it: a terminal sends to the launcher and to us. */
function endOnSignals(app: App, log: Log): void {
  let ending: Promise<void> | undefined
  const end = (signal: NodeJS.Signals) => {
    ending ??= app.close().then(
      () => process.exit(0),
      (error: unknown) => endAtOnce(log, error),
    )
    log.info({ signal }, 'ending: no new requests, running ones finish')
  }
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
}

/** What nobody expected leaves a state that nobody knows: the process ends, and whoever watches it starts another. */
function endOnFaults(log: Log): void {
  process.on('uncaughtException', (error) => endAtOnce(log, error))
  process.on('unhandledRejection', (reason) => endAtOnce(log, reason))
}

function endAtOnce(log: Log, error: unknown): never {
  log.error({ err: error }, 'the process ends at once')
  process.exit(EXIT_BROKEN)
}

/** Trouble that the operator can mend is a sentence; anything else is a bug and keeps its stack. */
function refuse(error: unknown): never {
  if (error instanceof ConfigError || error instanceof StartRefused) complain(error.message)
  else if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
    complain(`${error.message}: another process listens there; stop it, or set SALLYPORT_PORT`)
  } else complain(error instanceof Error ? (error.stack ?? error.message) : String(error))
  process.exit(EXIT_CONFIG)
}

await start().catch(refuse)
