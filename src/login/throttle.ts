/**
 * Guessing takes time: attempts are counted before anything is hashed, by account and by address, and after too many
 * failures the next one waits, longer each time, at most fifteen minutes. Nobody is ever locked out. Beside it, a pace
 * for each realm and for the process: under a flood of failures every login is a little slower.
 * Owns what is counted and how much is too much; clients' secrets are guarded by the same functions with other limits.
 */
import { isIPv6 } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { sha256Base64url } from '#crypto/hash.ts'
import type { Database } from '#store/database.ts'
import {
  type AttemptKey,
  type AttemptLimit,
  countAttempt,
  forgetAttempts,
  giveBackAttempt,
} from '#store/login-failures.ts'

export interface ThrottleKey extends AttemptKey {
  /** A success makes all failures forgotten, not only its own attempt. */
  readonly isForgottenBySuccess: boolean
}

const quarter = 900
const accountLimit: AttemptLimit = {
  failures: 10,
  windowSeconds: quarter,
  firstDelaySeconds: 5,
  longestDelaySeconds: quarter,
}
/** Many people may share an address. */
const addressLimit: AttemptLimit = { ...accountLimit, failures: 30 }

/** What one person may be tried by, however the name is spelled: `account` is the user's id, else the folded text. */
export function accountKey(realmId: string, account: string): ThrottleKey {
  return { id: keyId(realmId, 'account', account), limit: accountLimit, isForgottenBySuccess: true }
}

/** The account of somebody who exists. */
export function userKey(realmId: string, userId: string): ThrottleKey {
  return accountKey(realmId, `user ${userId}`)
}

/** Where attempts come from; a success there proves nothing about the next attempt. */
export function addressKey(realmId: string, address: string): ThrottleKey {
  return { id: keyId(realmId, 'address', networkOf(address)), limit: addressLimit, isForgottenBySuccess: false }
}

const codeLimit: AttemptLimit = { ...accountLimit, failures: 5 }

/**
 * Where codes of devices are typed (RFC 8628 §5.1): by one browser at one address, and by all of that address, whoever
 * forgets his cookies. Whoever begins a device flow knows a right code, so that one proves nothing about the next.
 */
export function userCodeKeys(realmId: string, browserHash: string, address: string): readonly ThrottleKey[] {
  const network = networkOf(address)
  return [
    { id: keyId(realmId, 'code browser', `${browserHash} ${network}`), limit: codeLimit, isForgottenBySuccess: false },
    { id: keyId(realmId, 'code address', network), limit: addressLimit, isForgottenBySuccess: false },
  ]
}

/** Any other thing to guess at, such as a client's secret (`kind` keeps the counts apart). */
export function throttleKey(realmId: string, kind: string, value: string, limit: AttemptLimit): ThrottleKey {
  return { id: keyId(realmId, kind, value), limit, isForgottenBySuccess: true }
}

/**
 * Counts one attempt at all keys, before it is checked: 0, go on. Else the seconds to wait, and nothing was counted.
 * What was counted stays as a failure unless `forgive` or `giveBack` follows.
 */
export function checkAttempt(db: Database, keys: readonly ThrottleKey[]): Promise<number> {
  return countAttempt(db, keys)
}

/** The attempt was right. */
export async function forgive(db: Database, keys: readonly ThrottleKey[]): Promise<void> {
  const { forgotten = [], kept = [] } = Object.groupBy(keys, (key) => (key.isForgottenBySuccess ? 'forgotten' : 'kept'))
  if (forgotten.length > 0) await forgetAttempts(db, forgotten)
  if (kept.length > 0) await giveBackAttempt(db, kept)
}

/** Nobody came to check the attempt (the queue was full, the database away). */
export function giveBack(db: Database, keys: readonly ThrottleKey[]): Promise<void> {
  return giveBackAttempt(db, keys)
}

function keyId(realmId: string, kind: string, value: string): string {
  return sha256Base64url(JSON.stringify([realmId, kind, value]))
}

/** An IPv4 address, or the /64 of an IPv6 address: a customer gets that many and may change it at will. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address
  const [before = '', after] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const left = before === '' ? [] : before.split(':')
  const right = after ? after.split(':') : []
  // A dotted end stands for two groups.
  const width = (groups: readonly string[]) => groups.length + (groups.at(-1)?.includes('.') ? 1 : 0)
  const zeros = Array.from({ length: Math.max(0, 8 - width(left) - width(right)) }, () => '0')
  const groups = [...left, ...zeros, ...right].slice(0, 4).map((group) => group.replace(/^0+(?=.)/, ''))
  return `${groups.join(':')}::/64`
}

export interface Pace {
  failed(realmId: string): void
  /** Milliseconds that the next login of that realm takes longer. */
  delay(realmId: string): number
  /** Waits that long, where not too many wait already: the queue for hashing is the bound of a greater flood. */
  slowDown(realmId: string): Promise<void>
}

/** Failures that leave the count each second, and how many there may be at once before logins slow down. */
const realmPace = { leak: 1, free: 60 }
const processPace = { leak: 4, free: 240 }
const longestPaceDelay = 2000
const delayPerFailure = 20
/** Requests that may be held at once: a slow answer must not cost the house its room for others. */
const mostHeld = 100

/** Failures of the last moments, by realm and for all of them; this process's own and lost with it. */
export function createPace(nowMs: () => number = Date.now): Pace {
  const levels = new Map<string, { level: number; at: number }>()
  const everything = ''
  const levelOf = (name: string, leak: number): number => {
    const known = levels.get(name)
    return known ? Math.max(0, known.level - ((nowMs() - known.at) / 1000) * leak) : 0
  }
  const raise = (name: string, leak: number): void => {
    levels.set(name, { level: levelOf(name, leak) + 1, at: nowMs() })
  }
  const delay = (realmId: string): number => {
    const beyond = Math.max(
      levelOf(realmId, realmPace.leak) - realmPace.free,
      levelOf(everything, processPace.leak) - processPace.free,
    )
    return Math.min(longestPaceDelay, Math.max(0, beyond) * delayPerFailure)
  }
  let held = 0
  return {
    delay,
    failed(realmId) {
      raise(realmId, realmPace.leak)
      raise(everything, processPace.leak)
    },
    async slowDown(realmId) {
      const milliseconds = delay(realmId)
      if (milliseconds === 0 || held >= mostHeld) return
      held++
      await sleep(milliseconds)
      held--
    },
  }
}
