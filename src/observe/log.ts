/**
 * The log: one JSON object per line on standard output, for machines that collect it and for the developer of a client
 * that was refused. Owns: what may stand in a line. Whatever a value came from, its control characters are gone, it is
 * short, and fields whose names speak of secrets are blanked, so that no call site can leak by carelessness.
 * Does not own: what is worth a line.
 */
import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino'

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

type Detail = Readonly<Record<string, unknown>>

export interface Log {
  debug(detail: Detail, message: string): void
  info(detail: Detail, message: string): void
  warn(detail: Detail, message: string): void
  error(detail: Detail, message: string): void
  /** A log whose every line carries `bindings`. */
  child(bindings: Detail): Log
}

/** Longer values are cut: a refused request may send 64 KB in one field. */
const MAX_VALUE_CHARACTERS = 1_000
/** Deeper values are cut: a detail is flat by habit, a cause may be nested. */
const MAX_DEPTH = 4
/** More items of a list or fields of an object are cut. */
const MAX_ITEMS = 50

const BLANK = '[blanked]'
const SECRET_NAME =
  /^(authorization|cookie|set-cookie|code|token|secret|.*(password|_secret|_token|_verifier|assertion|master_key|secret_hash))$/i
/** Anything shaped like a signed token or a PEM key, wherever it stands. */
const SECRET_SHAPE = /eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*/g
/** A URL that carries credentials, as a database driver may print it. */
const URL_CREDENTIALS = /(\/\/[^\s/:@]*):[^\s/@]+@/g
// biome-ignore format: one class of characters
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

/**
 * Writes lines of `level` and above to standard output, or to `destination`. Lines are written at once and in order:
 * the last words of a process that is killed are there.
 */
export function createLog(level: LogLevel, destination?: DestinationStream): Log {
  const options = {
    level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    messageKey: 'message',
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: (value: unknown) => value },
  }
  return new CleanLog(destination === undefined ? pino(options) : pino(options, destination))
}

class CleanLog implements Log {
  readonly #lines: Logger

  constructor(lines: Logger) {
    this.#lines = lines
  }

  debug(detail: Detail, message: string): void {
    if (this.#lines.isLevelEnabled('debug')) this.#lines.debug(cleanObject(detail, 0), cleanText(message))
  }

  info(detail: Detail, message: string): void {
    if (this.#lines.isLevelEnabled('info')) this.#lines.info(cleanObject(detail, 0), cleanText(message))
  }

  warn(detail: Detail, message: string): void {
    if (this.#lines.isLevelEnabled('warn')) this.#lines.warn(cleanObject(detail, 0), cleanText(message))
  }

  error(detail: Detail, message: string): void {
    if (this.#lines.isLevelEnabled('error')) this.#lines.error(cleanObject(detail, 0), cleanText(message))
  }

  child(bindings: Detail): Log {
    return new CleanLog(this.#lines.child(cleanObject(bindings, 0)))
  }
}

function cleanObject(value: object, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = {}
  for (const [name, item] of Object.entries(value).slice(0, MAX_ITEMS)) {
    clean[cleanText(name)] = SECRET_NAME.test(name) && isText(item) ? BLANK : cleanValue(item, depth + 1)
  }
  return clean
}

function isText(value: unknown): boolean {
  return typeof value === 'string' || value instanceof Uint8Array
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return cleanText(value)
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > MAX_DEPTH) return '[deep]'
  if (value instanceof Error) return cleanError(value, depth)
  if (value instanceof Uint8Array) return `[${value.length} bytes]`
  if (Array.isArray(value)) return value.slice(0, MAX_ITEMS).map((item) => cleanValue(item, depth + 1))
  if (value instanceof Date) return value
  return cleanObject(value, depth)
}

/** Only the fields that every error has: drivers hang parameters and rows on theirs. */
function cleanError(error: Error, depth: number): Record<string, unknown> {
  const clean: Record<string, unknown> = { type: error.name, message: cleanText(error.message) }
  if ('code' in error) clean.code = cleanValue(error.code, depth + 1)
  if (error.stack !== undefined) clean.stack = error.stack.split('\n').slice(1).map(cleanText)
  if (error.cause !== undefined) clean.cause = cleanValue(error.cause, depth + 1)
  return clean
}

/** Without control characters, line separators, bidirectional overrides (N152) and anything shaped like a secret. */
function cleanText(text: string): string {
  const short = text.length > MAX_VALUE_CHARACTERS ? `${text.slice(0, MAX_VALUE_CHARACTERS)}…` : text
  return short.replace(SECRET_SHAPE, BLANK).replace(URL_CREDENTIALS, `$1:${BLANK}@`).replace(CONTROL, '\ufffd')
}
