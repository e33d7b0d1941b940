/**
 * A connection begins, or begins again: a code or another grant that a person gave is exchanged under the connection's
 * lease, with the same care as a refresh. The connection keeps its id; what it held before is replaced by what comes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { fingerprint } from '#crypto/hash.ts'
import { randomId } from '#crypto/random.ts'
import { isSpent } from '#oauth-client/refusals.ts'
import type { GrantRequest, ServerSettings } from '#oauth-client/settings.ts'
import { releaseConnection, takeConnection } from '#store/connection-leases.ts'
import { type ConnectionRow, ensureConnection } from '#store/connections.ts'
import { attempt, type Ended } from './attempt.ts'
import { noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { keyOf, type TokenFor } from './fresh-token.ts'
import type { Problem } from './states.ts'

const BUDGET_SECONDS = 30
const LEASE_SECONDS = 45

export type Exchanged =
  | { readonly kind: 'connected'; readonly row: ConnectionRow }
  /** What was held before is untouched. */
  | { readonly kind: 'refused'; readonly problem: Problem }

/** `settings`: as the person was sent to the provider with. `grant`: usually a code (RFC 6749 §4.1.3). */
export async function exchange(
  context: OutboundContext,
  wanted: TokenFor,
  settings: ServerSettings,
  grant: GrantRequest,
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
    })
    const exchanged = exchangedOf(ended)
    if (exchanged.kind === 'connected') await noteSuccess(context, server)
    return exchanged
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

function exchangedOf(ended: Ended): Exchanged {
  if (ended.kind === 'refused') {
    const { class: kind, code, description, retry_after } = ended.refused
    return { kind: 'refused', problem: { class: kind, code, description, retryAfter: retry_after } }
  }
  const row = ended.kind === 'saved' ? ended.saved.row : undefined
  return row === undefined ? { kind: 'refused', problem: busy } : { kind: 'connected', row }
}
