/**
 * A connection begins, or begins again: a code or another grant that a person gave is exchanged under the connection's
 * lease, with the same care as a refresh. The connection keeps its id; what it held before is replaced by what comes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fingerprint } from '#crypto/hash.ts'
import { randomId } from '#crypto/random.ts'
import type { Refused, Tokens } from '#oauth-client/answer.ts'
import { isSpent } from '#oauth-client/refusals.ts'
import type { GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Leased, releaseConnection, takeConnection } from '#store/connection-leases.ts'
import { saveStanding } from '#store/connection-saves.ts'
import { type ConnectionRow, ensureConnection } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import { attempt, type End } from './attempt.ts'
import { noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { keyOf, type TokenFor } from './fresh-token.ts'
import type { Plan } from './grant.ts'
import { answerRow, connectionEvent, untilStored } from './keep.ts'
import type { Problem } from './states.ts'

const BUDGET_SECONDS = 30
const LEASE_SECONDS = 45

export type Exchanged =
  | { readonly kind: 'connected'; readonly row: ConnectionRow }
  /** What was held before is untouched. */
  | { readonly kind: 'refused'; readonly problem: Problem }

interface ExchangeFailure {
  readonly server: OAuthServer
  readonly plan: Plan
  readonly refused: Refused
  readonly end: End
}

/**
 * `settings`: as the person was sent to the provider with. `grant`: usually a code (RFC 6749 §4.1.3). `check`: what is
 * wrong with the tokens that came, beside their form; such are not kept.
 */
export async function exchange(
  context: OutboundContext,
  wanted: TokenFor,
  settings: ServerSettings,
  grant: GrantRequest,
  check?: (tokens: Tokens) => Refused | undefined,
): Promise<Exchanged> {
  const { realm, server } = wanted
  const row = await ensureConnection(context.db, realm.id, keyOf(wanted))
  const deadline = performance.now() + BUDGET_SECONDS * 1000
  const owner = randomId()
  let leased = await takeConnection(context.db, row.id, owner, LEASE_SECONDS)
  while (leased === undefined && performance.now() < deadline) {
    await sleep(100)
    leased = await takeConnection(context.db, row.id, owner, LEASE_SECONDS)
  }
  if (leased === undefined) return { kind: 'refused', problem: busy }
  try {
    const secret = grant.type === 'authorization_code' ? grant.code : ''
    const plan = {
      settings,
      grant,
      isSpent: isSpent(grant.type, settings.profile),
      isRefresh: false,
      fingerprint: secret === '' ? '' : fingerprint(secret),
    }
    const ended = await attempt(context, leased, {
      realm,
      server,
      plan,
      deadline,
      maxRetries: server.max_retry_attempts,
      check,
    })
    if (ended.kind === 'refused') return await refusedExchange(context, leased, { server, plan, ...ended })
    const connected = ended.kind === 'saved' ? ended.saved.row : undefined
    if (connected === undefined) return { kind: 'refused', problem: busy }
    await noteSuccess(context, server)
    return { kind: 'connected', row: connected }
  } finally {
    await releaseConnection(context.db, leased)
  }
}

const busy: Problem = {
  class: 'busy',
  code: 'refresh_in_progress',
  description: 'the connection is being refreshed at this moment, try again',
  retryAfter: 5,
}

/**
 * What was held before stands as it was. An answer in which no token was found is kept: the code is spent, and once the
 * mapping is mended nobody has to be asked again.
 */
async function refusedExchange(context: OutboundContext, leased: Leased, failure: ExchangeFailure): Promise<Exchanged> {
  const { server, plan, refused, end } = failure
  const { row } = leased
  const isUnreadable = refused.class === 'malformed' && end.sent.kind === 'answer'
  const answer = isUnreadable ? { raw: end.sent.raw, received_at_ms: end.receivedAtMs } : undefined
  const { reason, detail, failures, next_try_at, due_at } = row
  const held = { state: row.state, reason, detail, failures, next_try_at, due_at }
  const nothing = { ...held, state: 'needs_authorization', reason: refused.code, detail: refused.description } as const
  const standing = { ...(row.received_at_ms === null ? nothing : held), attempt: 'ended' as const }
  await untilStored(context, leased, () =>
    saveStanding(context.db, leased, standing, {
      now: nowSeconds(),
      event: connectionEvent(row, server, 'connection.broken', { state: standing.state, reason: standing.reason }),
      ...(answer ? { unreadable: answerRow(context, row, plan, end.attemptId, answer) } : { answerId: end.attemptId }),
    }),
  )
  const { class: kind, code, description, retry_after } = refused
  return { kind: 'refused', problem: { class: kind, code, description, retryAfter: retry_after } }
}
