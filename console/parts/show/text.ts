/** Words for people. Descriptions from the server are clauses; a person gets a sentence. */

export function sentence(clause: string): string {
  const said = ended(clause)
  return beginsWithName.test(said) ? said : capital(said)
}

/** `invalid_grant: …`: a name of the specifications is written as it is. */
const beginsWithName = /^[a-z]+_/

/** With a full stop, where it has no end yet. */
export function ended(clause: string): string {
  const trimmed = clause.trim()
  return /[.!?…]$/.test(trimmed) ? trimmed : `${trimmed}.`
}

/** `1 client`, `2 clients`. */
export function count(number: number, { one, many }: Noun): string {
  return `${number.toLocaleString('en')} ${number === 1 ? one : many}`
}

export interface Noun {
  readonly one: string
  readonly many: string
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

const units = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
  ['second', 1],
] as const

/** Seconds as people say them: at most two units, `1 hour`, `1 day 12 hours`. */
export function duration(seconds: number): string {
  if (seconds === 0) return '0 seconds'
  const said: string[] = []
  let left = Math.abs(seconds)
  for (const [unit, size] of units) {
    const whole = Math.floor(left / size)
    left -= whole * size
    if (whole > 0) said.push(count(whole, { one: unit, many: `${unit}s` }))
    if (said.length === 2) break
  }
  return said.join(' ')
}

/** `12h`, `30m`, `1d`, `90` → seconds; undefined where it is none. */
export function secondsOf(typed: string): number | undefined {
  const match = /^\s*(\d{1,12})\s*(s|m|min|h|d)?\s*$/i.exec(typed)
  if (match === null) return undefined
  const factors: Readonly<Record<string, number>> = { s: 1, m: 60, min: 60, h: 3_600, d: 86_400 }
  return Number(match[1]) * (factors[(match[2] ?? 's').toLowerCase()] ?? 1)
}
