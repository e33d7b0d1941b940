/** How long a token lives, from the many ways in which answers say it. Unix seconds throughout. */
import { decodeJws } from '#crypto/jws.ts'
import type { ExpirySource } from './profile.ts'

/** A life beyond this is a mistake of unit (N161). */
const LONGEST_SECONDS = 10 * 366 * 86_400

export type Expiry =
  | { readonly kind: 'at'; readonly seconds: number }
  /** Nothing was said. */
  | { readonly kind: 'unsaid' }
  | { readonly kind: 'never' }
  | { readonly kind: 'unreadable' }

const UNSAID: Expiry = { kind: 'unsaid' }
const UNREADABLE: Expiry = { kind: 'unreadable' }

/** `value`: the field as it came; `token`: for the source `jwt`. Numbers may be decimal text. */
export function readExpiry(
  value: unknown,
  source: ExpirySource,
  receivedAt: number,
  { token = '', zeroIsNever = false }: { token?: string; zeroIsNever?: boolean } = {},
): Expiry {
  if (source === 'introspection') return UNSAID
  const said = source === 'jwt' ? decodeJws(token)?.payload['exp'] : value
  if (said === undefined || said === null || said === '') return UNSAID
  if (Number(said) === 0 && isNumeric(said)) return zeroIsNever ? { kind: 'never' } : UNSAID
  const seconds = momentOf(said, source, receivedAt)
  if (seconds === undefined) return UNREADABLE
  const life = seconds - receivedAt
  return life >= 0 && life <= LONGEST_SECONDS ? { kind: 'at', seconds: Math.floor(seconds) } : UNREADABLE
}

function momentOf(said: unknown, source: ExpirySource, receivedAt: number): number | undefined {
  if (source === 'date') return dateOf(said)
  const number = source === 'clock' ? clockSeconds(said) : numberOf(said)
  if (number === undefined) return undefined
  if (source === 'milliseconds') return receivedAt + number / 1000
  if (source === 'unix_milliseconds') return number / 1000
  return source === 'unix_seconds' || source === 'jwt' ? number : receivedAt + number
}

const DECIMAL = /^\s*-?\d{1,18}(\.\d{1,9})?\s*$/

function isNumeric(said: unknown): boolean {
  return numberOf(said) !== undefined
}

function numberOf(said: unknown): number | undefined {
  if (typeof said === 'string') return DECIMAL.test(said) ? Number(said) : undefined
  return typeof said === 'number' && Number.isFinite(said) ? said : undefined
}

/** `177:05:38`: hours, minutes, seconds. */
function clockSeconds(said: unknown): number | undefined {
  const [, hours, minutes, seconds] = /^\s*(\d{1,6}):(\d{1,2}):(\d{1,2})\s*$/.exec(String(said)) ?? []
  return hours === undefined ? undefined : Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
}

function dateOf(said: unknown): number | undefined {
  if (typeof said !== 'string' || said.length > 64) return undefined
  const milliseconds = Date.parse(said)
  return Number.isNaN(milliseconds) ? undefined : milliseconds / 1000
}
