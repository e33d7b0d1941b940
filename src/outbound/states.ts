/**
 * What an end of an attempt means for its connection and its server. Pure: times in epoch seconds. The classes are the
 * answer's; here stands what follows from them: how it is shown, when it is tried again, and whether a refresh token
 * whose sending ended in the dark may be sent a second time.
 */
import type { Profile, RefusalClass } from '#oauth-client/profile.ts'
import type { LastError, ServerStatus } from '#store/oauth-servers.ts'

const FIRST_DELAY_SECONDS = 5
const LONGEST_DELAY_SECONDS = 900
/** A server that asks for more is asked again after a day. */
const LONGEST_RETRY_AFTER_SECONDS = 86_400
/** ±30 %, so that what failed together does not come back together. */
const SPREAD = 0.3
const MOST_SENDS = 2
/** Within its grace a spent token is answered like the first time; still not for ever. */
const MOST_SENDS_IN_GRACE = 4

export interface Problem {
  /** `paused`: other connections of the server try first. `busy`: another flight is still under way. */
  readonly class: RefusalClass | 'paused' | 'busy' | 'frozen' | 'gone'
  readonly code: string
  /** For people; redacted. */
  readonly description: string
  /** Seconds. */
  readonly retryAfter: number | null
}

/** When a failure is tried again: exponential with jitter, and never before the server said. `random`: 0 ≤ n < 1. */
export function nextTryAt(now: number, failures: number, retryAfter: number | null, random: number): number {
  const doubled = FIRST_DELAY_SECONDS * 2 ** Math.min(failures - 1, 20)
  const delay = Math.min(doubled, LONGEST_DELAY_SECONDS) * (1 - SPREAD + 2 * SPREAD * random)
  const asked = Math.min(retryAfter ?? 0, LONGEST_RETRY_AFTER_SECONDS)
  return now + Math.ceil(Math.max(delay, asked))
}

/** How a connection stands whose refresh token was sent, and nobody knows what became of it. */
export const outcomeUnknown = {
  reason: 'outcome_unknown',
  detail: 'a refresh was sent and its answer was lost',
} as const

/** Somebody changed the row, or its key is not here. */
export const tokenUnreadable = {
  class: 'malformed',
  code: 'token_unreadable',
  description: 'the stored token does not open: it is damaged, or was moved from another place',
} as const

export interface OpenAttempt {
  /** When the refresh token was sent, or was about to be. */
  readonly at: number
  readonly sends: number
}

/**
 * A refresh token may have been sent and no answer was kept. `send`: once more. `wait`: not while the access token
 * lives, since a second sending could end it. `give_up`: it was sent again already.
 */
export function recoveryOf(
  attempt: OpenAttempt,
  rules: Profile['refresh_token'],
  accessExpiresAt: number | null,
  now: number,
): 'send' | 'wait' | 'give_up' {
  const rotation = rules?.rotation ?? 'unknown'
  if (rotation === 'none') return 'send'
  const isInGrace = now < attempt.at + (rules?.reuse_grace_seconds ?? 0)
  if (isInGrace) return attempt.sends < MOST_SENDS_IN_GRACE ? 'send' : 'give_up'
  if (attempt.sends >= MOST_SENDS) return 'give_up'
  const endsGrant = rotation === 'rotates' || rules?.reuse_ends_grant === true
  return endsGrant && accessExpiresAt !== null && accessExpiresAt > now ? 'wait' : 'send'
}

/**
 * When it is sent again by itself; undefined: never. `next`: the earliest. While the access token lives nobody needs the
 * answer, and a provider that had trouble a moment ago gets half of that time, since the sending is the last one.
 */
export function resendAt(
  attempt: OpenAttempt,
  rules: Profile['refresh_token'],
  accessExpiresAt: number | null,
  now: number,
  next: number,
): number | undefined {
  const recovery = recoveryOf(attempt, rules, accessExpiresAt, now)
  if (recovery === 'give_up') return undefined
  const left = Math.max((accessExpiresAt ?? now) - now, 0)
  if (recovery === 'wait') return Math.max(next, now + left)
  const isInGrace = next < attempt.at + (rules?.reuse_grace_seconds ?? 0)
  return isInGrace ? next : Math.max(next, now + Math.floor(left / 2))
}

const ADVICE: Readonly<Record<RefusalClass, string>> = {
  transient: 'Nothing needs to be done: it is tried again. If it lasts, look at the status page of the provider.',
  server_settings: 'Check client ID, secret, authentication method and URLs, and save: all connections go on then.',
  grant_dead: 'Connect the account again: what was allowed was withdrawn, or has expired.',
  malformed: 'Look at the answer that was kept, correct the profile, and read it again: no new consent is needed.',
  consent: 'Ask for the scope again by connecting the account anew, or ask for less.',
  unknown_outcome: 'The token that is held is used until it expires; it is tried once more by itself.',
}

/** The code of what a probe found, while tokens may be had all the same. */
export const PROBE_FAILED = 'probe_failed'

/** Where the provider's code says more than its class. */
const BY_CODE: Readonly<Record<string, string>> = {
  invalid_scope: 'Ask for a scope that this client may have there, or ask the provider to allow it, and save.',
  [PROBE_FAILED]: 'Check the URL that the probe asks, and whether the application’s own token is allowed there.',
  unauthorized_client: 'Have the grant type allowed for this client at the provider, or choose another one, and save.',
  unsupported_grant_type: 'Choose a grant type that the provider takes, or correct the access token URL, and save.',
}

/** How the server is shown after it. undefined: this end says nothing about the server itself. */
export function serverStatusAfter(
  problem: Pick<Problem, 'class'>,
  isApplication: boolean,
): Exclude<ServerStatus, 'disabled' | 'ok'> | undefined {
  switch (problem.class) {
    case 'server_settings':
      return 'error'
    case 'transient':
    case 'unknown_outcome':
      return 'degraded'
    case 'grant_dead':
      return isApplication ? 'needs_authorization' : undefined
    case 'malformed':
    case 'consent':
      return isApplication ? 'error' : undefined
    default:
      return undefined
  }
}

/** What the server's page and a problem say of it. */
export function lastErrorOf(problem: Problem, now: number): LastError {
  const general = problem.class in ADVICE ? ADVICE[problem.class as RefusalClass] : ''
  const advice = problem.class === 'server_settings' ? (BY_CODE[problem.code] ?? general) : general
  return { at: now, code: problem.code, description: problem.description, advice }
}
