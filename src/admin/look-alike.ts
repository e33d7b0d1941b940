/**
 * Hosts that a person could mistake for one another. Meant to warn, not to prove: letters of other scripts, digits for
 * letters, an added or swapped letter, a known host as a part of a foreign one. After Unicode TS 39 in spirit.
 */
import { domainToUnicode } from 'node:url'

/** Letters that look like a Latin one; what NFKD takes apart needs no entry. */
const LOOKS: Readonly<Record<string, string>> = {
  ...lettersOf('аҽеһіјӏорԛѕԝхуԁոυνаτκ', 'aeehijlopqswxydnuvatk'),
  ...lettersOf('αειορχγω', 'aeiopxyw'),
  '0': 'o',
  '1': 'l',
  i: 'l',
  ı: 'l',
  '|': 'l',
  '3': 'e',
  '5': 's',
  '8': 'b',
}

/** Once from another script, once from a look-alike of the Latin one. */
function latin(letter: string): string {
  return LOOKS[letter] ?? letter
}

function lettersOf(from: string, to: string): Readonly<Record<string, string>> {
  return Object.fromEntries([...from].map((letter, at) => [letter, to[at] ?? letter]))
}

/** Fewer letters are too easily alike. */
const SHORTEST = 5
const MOST_EDITS = 2

export function isPunycode(host: string): boolean {
  return /(?:^|\.)xn--/i.test(host)
}

/** The first of `known` that `host` could be mistaken for; null: none. The same host is no look-alike. */
export function lookAlikeOf(host: string, known: readonly string[]): string | null {
  if (known.includes(host)) return null
  return known.find((other) => isAlike(host, other)) ?? null
}

function isAlike(host: string, other: string): boolean {
  const [a, b] = [skeleton(host), skeleton(other)]
  if (a === b) return true
  if (b.length < SHORTEST) return false
  return a.includes(b) || edits(a, b) <= MOST_EDITS
}

function skeleton(host: string): string {
  const name = host.replace(/:\d+$/, '')
  const shown = domainToUnicode(name) || name
  const plain = shown.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
  return [...plain]
    .map((letter) => latin(latin(letter)))
    .join('')
    .replaceAll('rn', 'm')
    .replaceAll('vv', 'w')
    .replaceAll(/[.-]/g, '')
}

/** Insertions, deletions, replacements (Levenshtein); more than `MOST_EDITS` apart is not looked into. */
function edits(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return MOST_EDITS + 1
  let row = Array.from({ length: b.length + 1 }, (_, at) => at)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, replaced))
    }
    row = next
  }
  return row[b.length] ?? 0
}
