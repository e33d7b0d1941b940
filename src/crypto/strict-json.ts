/**
 * JSON of strangers, read in one way only: duplicate member names (RFC 7515 §4, RFC 8725 §2.4), names that only differ
 * in their escapes, half surrogates and deep nesting are refused, because two readers of such a text may disagree.
 */

const maximumDepth = 32

/** The value, or undefined where the text is not JSON or not unambiguous (I-JSON, RFC 7493). Linear in the text. */
export function parseStrictJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return isUnambiguous(text) ? value : undefined
}

/** Walks a text that is known to be JSON: only strings, brackets and commas matter. */
function isUnambiguous(text: string): boolean {
  const open: (Set<string> | null)[] = []
  let names: Set<string> | null = null
  let atName = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (character === '"') {
      const end = endOfString(text, i)
      const string = readString(text, i, end)
      if (string === undefined) return false
      if (atName && names) {
        if (names.has(string)) return false
        names.add(string)
        atName = false
      }
      i = end
    } else if (character === '{' || character === '[') {
      names = character === '{' ? new Set() : null
      atName = names !== null
      if (open.push(names) > maximumDepth) return false
    } else if (character === '}' || character === ']') {
      open.pop()
      names = open.at(-1) ?? null
      atName = false
    } else if (character === ',') {
      atName = names !== null
    }
  }
  return true
}

/** The index of the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  let i = start + 1
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i
}

function readString(text: string, start: number, end: number): string | undefined {
  const raw = text.slice(start + 1, end)
  const string: unknown = raw.includes('\\') ? JSON.parse(text.slice(start, end + 1)) : raw
  return typeof string === 'string' && string.isWellFormed() ? string : undefined
}
