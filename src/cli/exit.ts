/**
 * How a command ends. The numbers are those of sysexits.h where it has one, and docs/cli.md lists them: scripts rely on
 * them.
 */
import { WrongMasterKey } from '#crypto/seal.ts'
import { StartRefused } from '#crypto/secret-file.ts'
import { isUnavailable } from '#store/database.ts'

export const EXIT = {
  ok: 0,
  /** The server said no; or `doctor` found something broken. */
  refused: 1,
  /** The command line makes no sense. */
  usage: 2,
  /** `plan --exit-code`: there is something to change. */
  changes: 3,
  /** The server, the port or the database is away. */
  unavailable: 69,
  /** A bug, or a disk that lost what was written. */
  fault: 70,
  /** The operator has to mend something first: a setting, a key, a file. */
  configuration: 78,
  /** Ended by who sits at the terminal. */
  interrupted: 130,
} as const

/** A command that ends with a sentence for the person who typed it, and without a stack. */
export class CommandFailed extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = 'CommandFailed'
    this.exitCode = exitCode
  }
}

/** What keeps a server or a command from its work, as a sentence; undefined: a fault, which needs its stack. */
export function sentenceOf(error: unknown): CommandFailed | undefined {
  if (error instanceof CommandFailed) return error
  if (!(error instanceof Error)) return undefined
  if (error instanceof StartRefused || error instanceof WrongMasterKey || error.name === 'ConfigError') {
    return new CommandFailed(EXIT.configuration, error.message)
  }
  if (isUnavailable(error)) return new CommandFailed(EXIT.unavailable, withoutCredentials(error.message))
  const { code, syscall, address, port, path, severity } = error as Error & Readonly<Record<string, unknown>>
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new CommandFailed(
      EXIT.unavailable,
      'the disk is full: make room where the data directory lies, and start again',
    )
  }
  if (syscall === 'listen') return new CommandFailed(EXIT.unavailable, cannotListen(code, address, port))
  // PostgreSQL refuses the connection itself: a wrong password, a database that is not there.
  if (severity === 'FATAL') {
    return new CommandFailed(EXIT.configuration, `PostgreSQL refuses the connection: ${error.message}`)
  }
  if (typeof code === 'string' && typeof path === 'string') {
    return new CommandFailed(EXIT.configuration, `${path} cannot be used (${code}): check the path and who owns it`)
  }
  return undefined
}

function cannotListen(code: unknown, address: unknown, port: unknown): string {
  const where = `port ${String(port)} on ${String(address)}`
  if (code === 'EADDRINUSE') {
    return `${where} is taken: another program, or another Sallyport, listens there. Stop it, or set SALLYPORT_PORT (or SALLYPORT_OPERATIONS_PORT)`
  }
  return `${where} cannot be listened on (${String(code)}): check SALLYPORT_HOST and SALLYPORT_PORT`
}

/** A driver may print the URL that it was given. */
function withoutCredentials(message: string): string {
  return message.replace(/(\/\/[^\s/:@]*):[^\s/@]+@/g, '$1:…@')
}
