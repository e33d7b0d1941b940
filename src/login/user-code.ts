/** What a person reads on one device and types on another (RFC 8628 §6.1). */
import { randomText } from '#crypto/random.ts'

/** No vowels, so that no words come of it, and no character that looks like another: 20^8, 34 bits. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
const SHAPE = new RegExp(`^[${LETTERS}]{${LENGTH}}$`)

/** As it is stored and compared: eight letters. */
export function newUserCode(): string {
  return randomText(LETTERS, LENGTH)
}

/** `XXXX-XXXX` */
export function shownUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`
}

/** What was typed, as it is compared: case, dashes and spaces mean nothing. Undefined: no code looks like that. */
export function readUserCode(typed: string): string | undefined {
  // Longer than any honest spelling; nothing is done with the rest.
  const code = typed
    .slice(0, 64)
    .replace(/[\s\p{Pd}]/gu, '')
    .toUpperCase()
  return SHAPE.test(code) ? code : undefined
}
