/**
 * A server whose settings are wrong is tried carefully: one try of one connection at a time, however many connections
 * wait; the first success lets all of them go on. With new settings the first try is free.
 */

import { randomId } from '#crypto/random.ts'
import { takeLease } from '#store/leases.ts'
import { findServerStates, noteServerState, type OAuthServer } from '#store/oauth-servers.ts'
import type { OutboundContext } from './context.ts'
import type { Problem } from './states.ts'

const CAREFUL_SECONDS = 30

/** undefined: go on. */
export async function allowCarefully(
  { db }: OutboundContext,
  server: OAuthServer,
  isForced: boolean,
): Promise<Problem | undefined> {
  const state = (await findServerStates(db.sql, [server.id])).get(server.id)
  if (state?.status !== 'error' || isForced) return undefined
  const name = `outbound-careful:${server.id}:${server.settings_version}`
  if ((await takeLease(db, name, randomId(), CAREFUL_SECONDS)) !== undefined) return undefined
  const { code, description } = state.last_error ?? { code: 'server_error', description: 'the last use failed' }
  return { class: 'paused', code, description, retryAfter: CAREFUL_SECONDS }
}

export async function noteSuccess({ db }: OutboundContext, server: OAuthServer): Promise<void> {
  const state = (await findServerStates(db.sql, [server.id])).get(server.id)
  if (state === undefined || (state.status === 'ok' && state.last_error === null)) return
  await noteServerState(db, server, { status: 'ok', last_error: null })
}
