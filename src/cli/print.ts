/**
 * What came from a server, made fit for a terminal: no byte of it may move the cursor, colour what follows, or turn the
 * reading direction (N154). Times are said in a form that people read; programs take `--json`.
 */

// biome-ignore format: one class of characters
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g
/** Longer values are cut in tables, never in `--json`. */
const WIDEST = 60

type Row = Readonly<Record<string, unknown>>

/** Every control and direction character as `\u001b`. */
export function safe(text: string): string {
  return text.replace(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** JSON, with the characters escaped that JSON itself lets through. */
export function json(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2) ?? 'null'
  return `${text.split('\n').map(safe).join('\n')}\n`
}

/** One row each, columns as wide as they must be. */
export function table(columns: readonly string[], rows: readonly Row[]): string {
  const cells = [columns, ...rows.map((row) => columns.map((name) => shorten(shown(name, row[name]))))]
  const widths = columns.map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)))
  const lines = cells.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
  return `${lines.join('\n')}\n`
}

/** One field a line. */
export function fields(value: Row): string {
  const names = Object.keys(value).filter((name) => value[name] !== undefined)
  const width = Math.max(0, ...names.map((name) => safe(name).length))
  return names.map((name) => `${safe(name).padEnd(width)}  ${shown(name, value[name])}`.trimEnd()).join('\n') + '\n'
}

/** `created_at: 1700000000` is shown as `2023-11-14 22:13:20Z`. */
export function shown(name: string, value: unknown): string {
  if (value === null || value === undefined) return '-'
  if (typeof value === 'number') return timeOf(name, value) ?? String(value)
  if (typeof value === 'string') return safe(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return safe(value.join(', ')) || '-'
  return safe(JSON.stringify(value))
}

function timeOf(name: string, value: number): string | undefined {
  const seconds = /(?:_at|^auth_time|^exp|^iat|^nbf)$/.test(name) ? value : name === 'at_ms' ? value / 1000 : undefined
  if (seconds === undefined || seconds > 8.64e12) return undefined
  return new Date(seconds * 1000).toISOString().replace('T', ' ').replace(/\.\d+/, '')
}

function shorten(text: string): string {
  return text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text
}
