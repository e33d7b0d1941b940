/**
 * The process. `start`, the default, is its whole life: configuration, house, greeting, signals, last words; every other
 * command is the command line's. Standard output holds log lines and, on a terminal, the greeting; sentences for people
 * go to standard error. Exit codes: docs/cli.md.
 */
import { constants } from 'node:os'
import { text } from 'node:stream/consumers'
import { EXIT, sentenceOf } from '#cli/exit.ts'
import { greeting } from '#cli/greeting.ts'
import { createLog, type Log } from '#observe/log.ts'
import type { App } from './app.ts'
import { type Config, environmentValue, readConfig } from './config.ts'

/** One key press reaches the server from the terminal and from each parent that hands signals on. */
const SAME_SIGNAL_MILLISECONDS = 500

async function start(): Promise<void> {
  const config = readConfig()
  const log = createLog(config.logLevel)
  process.on('uncaughtException', (error) => endAtOnce(log, error, 'a fault that nobody caught'))
  process.on('unhandledRejection', (reason) => endAtOnce(log, reason, 'a fault that nobody caught'))
  const life: { app?: App } = {}
  endOnSignals(log, life)
  for (const warning of config.warnings) log.warn({}, warning)
  const { startApp } = await import('./app.ts')
  const onFatal = (error: Error) => endAtOnce(log, error, 'what was written may not be on the disk')
  life.app = await startApp({ config, log, onFatal })
  greet(config, log, life.app)
}

/** Nothing may be answered any more: no waiting for anything. */
function endAtOnce(log: Log, error: unknown, message: string): never {
  log.error({ err: error }, message)
  process.exit(EXIT.fault)
}

/** The first signal lets running requests finish; another one, or one while it still starts, ends at once. */
function endOnSignals(log: Log, life: { readonly app?: App }): void {
  let firstAt: number | undefined
  const end = (signal: 'SIGINT' | 'SIGTERM'): void => {
    const now = performance.now()
    if (firstAt !== undefined && now - firstAt < SAME_SIGNAL_MILLISECONDS) return
    if (firstAt !== undefined || life.app === undefined) process.exit(128 + constants.signals[signal])
    firstAt = now
    log.info({ signal }, 'stopping: no new requests, running ones finish')
    life.app.close().then(
      () => process.exit(EXIT.ok),
      (error: unknown) => endAtOnce(log, error, 'stopping failed'),
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

/** Collectors of standard output read a line of JSON each; the greeting for people goes where it cannot break them. */
function greet(config: Config, log: Log, app: App): void {
  const { isFirst, admin, firstTokenCommand } = app.report
  const url = config.publicUrl
  log.info({ url, address: app.address, operations: app.operationsAddress, first_start: isFirst }, 'ready')
  const people = process.stdout.isTTY ? process.stdout : process.stderr
  people.write(isFirst ? greeting({ url, admin, firstTokenCommand }) : `Sallyport is running: ${url}/\n`)
}

/** What somebody can mend is a sentence; a fault keeps its stack. */
function endWith(error: unknown): never {
  const failed = sentenceOf(error)
  const told = failed ? `sallyport: ${failed.message}` : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`${told}\n`)
  process.exit(failed?.exitCode ?? EXIT.fault)
}

async function runOther(args: readonly string[]): Promise<number> {
  const { runCommand } = await import('#cli/program.ts')
  const { terminalOf } = await import('#cli/terminal.ts')
  const terminal = terminalOf(process.stdin, process.stderr)
  // Whoever reads has read enough: `sallyport clients list | head`.
  process.stdout.on('error', () => process.exit(EXIT.ok))
  return runCommand(args, {
    settings: readConfig,
    environment: environmentValue,
    start,
    out: (words) => process.stdout.write(words),
    err: (words) => process.stderr.write(words),
    input: () => text(process.stdin),
    ...(terminal && { terminal }),
  })
}

const args = process.argv.slice(2)
try {
  // Nothing that only commands need is loaded for the server.
  if (args.length === 0 || (args.length === 1 && args[0] === 'start')) await start()
  else process.exitCode = await runOther(args)
} catch (error) {
  endWith(error)
}
