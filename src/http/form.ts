/**
 * `application/x-www-form-urlencoded`, in bodies and queries (RFC 6749 appendix B, WHATWG URL §5.1), read strictly: what
 * two parsers could read differently is refused. One pass, no objects but the names and values themselves.
 */
import { Refusal } from './refusal.ts'

/** The longest honest request has about thirty. */
const MAX_PARAMETERS = 100

export interface Form {
  /** The first value of that name; absent and empty are the same (RFC 6749 §3.1). */
  get(name: string): string | undefined
  /** Every value that is not empty. */
  all(name: string): readonly string[]
  /** Names that came more than once, each once. */
  readonly repeated: readonly string[]
  /** Each name once, in the order sent. */
  readonly names: readonly string[]
}

const PERCENT = 37
const PLUS = 43
const AMPERSAND = 38
const EQUALS = 61

/**
 * Refuses (400 `invalid_request`): percent-encoding that is not two hexadecimal digits or decodes to no UTF-8, NUL, a
 * lone surrogate, more than 100 parameters.
 */
export function parseForm(text: string): Form {
  return new ParsedForm(text)
}

class ParsedForm implements Form {
  readonly #names: string[] = []
  readonly #values: string[] = []
  #repeated: string[] | undefined

  constructor(text: string) {
    const end = text.length
    let start = 0
    let equals = -1
    let encoded = false
    for (let at = 0; at <= end; at += 1) {
      const code = at === end ? AMPERSAND : text.charCodeAt(at)
      if (code === EQUALS) {
        if (equals === -1) equals = at
      } else if (code === PERCENT || code === PLUS) {
        encoded = true
      } else if (code === 0) {
        throw malformed('a parameter holds a NUL')
      } else if (code === AMPERSAND) {
        if (at > start) this.#add(text, start, equals === -1 ? at : equals, at, encoded)
        start = at + 1
        equals = -1
        encoded = false
      }
    }
  }

  #add(text: string, start: number, equals: number, end: number, encoded: boolean): void {
    if (this.#names.length === MAX_PARAMETERS) throw malformed('there are too many parameters')
    const name = text.slice(start, equals)
    const value = equals < end ? text.slice(equals + 1, end) : ''
    this.#names.push(encoded ? decode(name) : name)
    this.#values.push(encoded ? decode(value) : value)
  }

  get(name: string): string | undefined {
    const value = this.#values[this.#names.indexOf(name)]
    return value === '' ? undefined : value
  }

  all(name: string): readonly string[] {
    return this.#values.filter((value, at) => value !== '' && this.#names[at] === name)
  }

  get names(): readonly string[] {
    return [...new Set(this.#names)]
  }

  get repeated(): readonly string[] {
    this.#repeated ??= this.#findRepeated()
    return this.#repeated
  }

  #findRepeated(): string[] {
    const names = this.#names
    const repeated: string[] = []
    for (let at = 1; at < names.length; at += 1) {
      const name = names[at] as string
      if (names.indexOf(name) < at && !repeated.includes(name)) repeated.push(name)
    }
    return repeated
  }
}

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  if (!spaced.includes('%')) return spaced
  let decoded: string
  try {
    decoded = decodeURIComponent(spaced)
  } catch {
    throw malformed('a parameter is not validly percent-encoded UTF-8')
  }
  if (decoded.includes('\0')) throw malformed('a parameter holds a NUL')
  return decoded
}

function malformed(description: string): Refusal {
  return new Refusal(400, 'invalid_request', description)
}
