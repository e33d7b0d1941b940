/**
 * An attempt ended without tokens: what is written of it, for the connection and for its server. A failure of settings
 * is the server's alone: its connections keep their state and wait. Does not own: the classes (`#oauth-client`) and
 * what they mean in numbers (`states.ts`).
 */

import type { Refused } from '#oauth-client/answer.ts'
import { nowSeconds } from '#observe/clock.ts'
import { systemActor } from '#store/audit.ts'
import type { Leased } from '#store/connection-leases.ts'
import { type Standing, saveStanding } from '#store/connection-saves.ts'
import { APPLICATION, type ConnectionRow, findConnectionById } from '#store/connections.ts'
import { setServerDisabled } from '#store/oauth-server-changes.ts'
import { noteServerState, type OAuthServer } from '#store/oauth-servers.ts'
import type { End } from './attempt.ts'
import type { OutboundContext } from './context.ts'
import { STORE_AWAY } from './effective-server.ts'
import { canBeginAnew, type Plan } from './grant.ts'
import { answerRow, connectionEvent, untilStored } from './keep.ts'
import { lastErrorOf, nextTryAt, outcomeUnknown, type Problem, resendAt, serverStatusAfter } from './states.ts'

/** Connections that wait for a server's settings come back within this time, each at its own moment. */
const RESUME_SPREAD_SECONDS = 120

export interface Settled {
  readonly row: ConnectionRow | undefined
  /** Absent: somebody else saved tokens meanwhile. */
  readonly problem?: Problem
  /** Something else took the place of a dead refresh token: try at once. */
  readonly isReplaced: boolean
}

export interface Failure {
  readonly server: OAuthServer
  /** undefined: it ended before there was one. */
  readonly plan: Plan | undefined
  readonly refused: Refused
  readonly end?: End
  /** It is about an attempt of before: nothing was sent now. */
  readonly isNotSent?: boolean
  /** What to do about it, where the class alone does not say. */
  readonly advice?: string
}

export async function settle(context: OutboundContext, leased: Leased, failure: Failure): Promise<Settled> {
  const { server, refused, end, plan } = failure
  const now = nowSeconds()
  const problem: Problem = {
    class: refused.class,
    code: refused.code,
    description: refused.description,
    retryAfter: refused.retry_after,
  }
  const replacement = refused.class === 'grant_dead' ? replacementOf(leased.row, server) : undefined
  const standing = replacement ?? standingAfter(leased.row, failure, now)
  const isUnreadable = refused.class === 'malformed' && plan !== undefined && end?.sent.kind === 'answer'
  const unreadable = isUnreadable
    ? answerRow(context, leased.row, plan, end.attemptId, { raw: end.sent.raw, received_at_ms: end.receivedAtMs })
    : undefined
  const event = eventOf(leased.row, server, standing)
  const saved = await untilStored(context, leased, () =>
    saveStanding(context.db, leased, standing, {
      now,
      event,
      ...(unreadable ? { unreadable } : {}),
      ...(end && !unreadable ? { answerId: end.attemptId } : {}),
    }),
  )
  if (replacement === undefined) await noteFailure(context, leased.row, failure, problem)
  if (saved !== undefined) return { row: saved, problem, isReplaced: replacement !== undefined }
  const row = await findConnectionById(context.db.sql, leased.row.id)
  const isOvertaken = row !== undefined && row.version !== leased.row.version
  return { row, isReplaced: false, ...(isOvertaken ? {} : { problem }) }
}

function eventOf(row: ConnectionRow, server: OAuthServer, { state, reason, detail }: Standing) {
  const action = state === 'ok' ? 'connection.recovered' : 'connection.broken'
  return connectionEvent(row, server, action, { state, reason, detail })
}

/** A rival's refresh token, or the grant that needs nobody but us. */
function replacementOf(row: ConnectionRow, server: OAuthServer): Standing | undefined {
  const { state, reason, detail, failures, next_try_at, due_at } = row
  const unchanged = { state, reason, detail, failures, next_try_at, due_at, attempt: 'ended' } as const
  if (row.previous_refresh_sealed !== null) return { ...unchanged, refreshToken: 'previous' }
  return canBeginAnew(server, row) ? { ...unchanged, refreshToken: 'none' } : undefined
}

function standingAfter(row: ConnectionRow, { refused, plan, isNotSent }: Failure, now: number): Standing {
  const failures = row.failures + 1
  const base = { reason: refused.code, detail: refused.description, failures, attempt: 'ended' } as const
  const next = nextTryAt(now, failures, refused.retry_after, Math.random())
  const due = row.due_at === null ? null : next
  switch (refused.class) {
    case 'transient': {
      const transient = { ...base, state: 'degraded', next_try_at: next, due_at: due } as const
      return isOpenBefore(row, plan) ? { ...transient, ...stillUncertain, due_at: next } : transient
    }
    case 'server_settings':
      return waiting(row, plan, now)
    case 'grant_dead':
    case 'consent':
      return { ...base, state: 'needs_authorization', next_try_at: null, due_at: null }
    default:
      if (plan?.isSpent !== true) return { ...base, state: 'degraded', next_try_at: next, due_at: due }
      return { ...base, ...uncertain(row, plan, isNotSent === true, now, next) }
  }
}

const stillUncertain = { state: 'uncertain', attempt: 'as_before' } as const

/** What was not processed now says nothing of an earlier sending of the same refresh token. */
function isOpenBefore(row: ConnectionRow, plan: Plan | undefined): boolean {
  return row.attempt_id !== null && (plan === undefined || row.attempt_fingerprint === plan.fingerprint)
}

/** Its state is what it was: what is wrong is not its own. */
function waiting(row: ConnectionRow, plan: Plan | undefined, now: number): Standing {
  const { state, reason, detail, failures, next_try_at } = row
  const at = now + Math.ceil(RESUME_SPREAD_SECONDS * (0.5 + Math.random() / 2))
  const held = { state, reason, detail, failures, next_try_at, due_at: row.due_at === null ? null : at }
  if (!isOpenBefore(row, plan)) return { ...held, attempt: 'ended' }
  if (state !== 'ok' && state !== 'degraded') return { ...held, attempt: 'as_before' }
  return { ...held, ...stillUncertain, ...outcomeUnknown, due_at: at }
}

/** Sent, and nobody knows what became of it: the attempt stays open, and says when it may be sent again. */
function uncertain(
  row: ConnectionRow,
  plan: Plan,
  isNotSent: boolean,
  now: number,
  next: number,
): Pick<Standing, 'state' | 'next_try_at' | 'due_at' | 'attempt'> {
  const before = row.attempt_fingerprint === plan.fingerprint ? row.attempt_sends : 0
  const open = isNotSent ? { at: row.attempt_at ?? now, sends: before } : { at: now, sends: before + 1 }
  const at = resendAt(open, plan.settings.profile.refresh_token, row.expires_at, now, next)
  if (at === undefined) return { state: 'needs_authorization', next_try_at: null, due_at: null, attempt: 'open' }
  return { state: 'uncertain', next_try_at: at, due_at: at, attempt: 'open' }
}

async function noteFailure(
  context: OutboundContext,
  row: ConnectionRow,
  failure: Failure,
  problem: Problem,
): Promise<void> {
  const { server, advice } = failure
  const now = nowSeconds()
  const status = serverStatusAfter(problem, row.subject === APPLICATION)
  if (status === undefined) return
  const error = lastErrorOf(problem, now)
  await noteServerState(context.db, server, { status, last_error: advice ? { ...error, advice } : error })
  if (server.on_failure !== 'disable' || !isLimitReached(row, failure)) return
  const reason = `switched off after repeated failure: ${problem.code}`
  const { realm_id, slug, settings_version } = server
  await setServerDisabled(context.db, systemActor, realm_id, slug, reason, settings_version)
}

/** Wrong settings do not get better by being tried again; everything else may, as often as the server says. */
function isLimitReached(row: ConnectionRow, { server, refused, end }: Failure): boolean {
  switch (refused.class) {
    case 'grant_dead':
    case 'consent':
      return false
    case 'server_settings':
      return refused.code !== STORE_AWAY
    default:
      return row.failures + (end?.tries ?? 1) > server.max_retry_attempts
  }
}
