/**
 * When a token is renewed. Pure: times in epoch seconds, fixed when a token is saved. `soft`: from here on it is renewed
 * behind the answer; `hard`: from here on whoever asks waits. Short tokens get short margins, so that they are used too.
 */

export const DEFAULT_MARGIN_SECONDS = 300
/** No token is asked to be valid for longer than this share of its life: else every call would renew it. */
const MOST_VALIDITY = 0.5
const HARD_SHARE = 0.25
const SOFT_SHARE = 0.5
/** A token without an end is renewed when this share of its refresh token's idle time is over. */
const IDLE_SHARE = 0.6

export interface Margins {
  /** null: the token names no end. */
  readonly softAt: number | null
  readonly hardAt: number | null
}

export interface Life {
  readonly receivedAt: number
  readonly expiresAt: number | null
  /** Seconds; the provider's or the server's own. */
  readonly margin?: number | undefined
  /** 0 ≤ n < 1: spreads what was received together. */
  readonly jitter: number
}

/** hard = min(margin, 25 % of the life); soft = min(2 × hard + jitter, 50 %), both before the end. */
export function marginsOf({ receivedAt, expiresAt, margin = DEFAULT_MARGIN_SECONDS, jitter }: Life): Margins {
  if (expiresAt === null) return { softAt: null, hardAt: null }
  const life = Math.max(expiresAt - receivedAt, 0)
  const hard = Math.floor(Math.min(margin, life * HARD_SHARE))
  const soft = Math.floor(Math.min(hard * (2 + jitter), life * SOFT_SHARE))
  return { softAt: expiresAt - soft, hardAt: expiresAt - hard }
}

/** When the house renews of itself: in time for the token and before the refresh token dies of idleness. */
export function dueAt(softAt: number | null, receivedAt: number, idleSeconds: number | undefined): number | null {
  const idleAt = idleSeconds === undefined ? null : receivedAt + Math.floor(idleSeconds * IDLE_SHARE)
  if (softAt === null || idleAt === null) return softAt ?? idleAt
  return Math.min(softAt, idleAt)
}

export interface Dated {
  readonly received_at_ms: number | null
  readonly soft_at: number | null
  readonly hard_at: number | null
  readonly expires_at: number | null
}

/** `fresh`: answer. `soft`: answer, and renew behind it. `hard`: renew first. `over`: it has expired, or there is none. */
export type Freshness = 'fresh' | 'soft' | 'hard' | 'over'

/** `minValidity`: seconds that the caller wants it to live still. */
export function freshnessOf(token: Dated, now: number, minValidity = 0): Freshness {
  if (token.received_at_ms === null) return 'over'
  if (token.expires_at === null) return 'fresh'
  if (token.expires_at <= now) return 'over'
  const life = token.expires_at - token.received_at_ms / 1000
  const wanted = Math.min(minValidity, life * MOST_VALIDITY)
  if (now >= (token.hard_at ?? token.expires_at) || token.expires_at - now < wanted) return 'hard'
  return now >= (token.soft_at ?? token.expires_at) ? 'soft' : 'fresh'
}
