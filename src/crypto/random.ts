/**
 * Randomness of every code, token, identifier and secret. Nothing here carries a time, a counter or a node's name:
 * 256 bits from the operating system's generator, nothing else (RFC 6749 §10.10, RFC 4086).
 * Owns how random text is made; what it names and how long it lives is the caller's.
 */
import { randomBytes, randomFillSync, randomInt, randomUUID } from 'node:crypto'

/** One call to the generator serves many tokens; the pool is this process's own memory, never shared. */
const pool = Buffer.allocUnsafeSlow(4096)
let used = pool.length

/** Base64url text (no padding) of `bytes` random bytes; the default is 256 bits in 43 characters. */
export function randomToken(bytes = 32): string {
  if (!Number.isInteger(bytes) || bytes < 1) throw new RangeError('a random token has at least one byte')
  if (bytes > pool.length) return randomBytes(bytes).toString('base64url')
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const from = used
  used += bytes
  const token = pool.toString('base64url', from, used)
  // What was handed out is not kept a second time.
  pool.fill(0, from, used)
  return token
}

/** A random UUID (version 4: 122 random bits): names rows and people, proves nothing. */
export function randomId(): string {
  return randomUUID()
}

/** A generated client secret: 256 bits as 43 characters of A-Z a-z 0-9 `-` `_`: form-encoding does not change it. */
export function randomSecret(): string {
  return randomToken(32)
}

/** `length` characters, each of `alphabet` with the same chance: for codes that people type. */
export function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
}
