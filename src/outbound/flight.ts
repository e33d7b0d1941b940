/**
 * One flight: the way of a connection from "its token is not good" to tokens saved or a state that says why not. Takes
 * the lease, reads again under it, finishes what a crash left, and sends at most what the rules allow. Those who meet
 * another's lease watch the row, never the provider. No database connection is held while the provider is asked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { randomId } from '#crypto/random.ts'
import { SealBroken } from '#crypto/seal.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Leased, releaseConnection, takeConnection } from '#store/connection-leases.ts'
import { findConnectionById } from '#store/connections.ts'
import type { HeldToken } from '#store/held-tokens.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { attempt, type Ended, type Task } from './attempt.ts'
import { allowCarefully, noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { type Effective, effectiveServer } from './effective-server.ts'
import { type Plan, planOf, type UsableServer } from './grant.ts'
import { freshnessOf } from './margins.ts'
import { layersOf } from './places.ts'
import { readPending } from './replay.ts'
import { settle } from './settle.ts'
import { outcomeUnknown, type Problem, recoveryOf, tokenUnreadable } from './states.ts'

/** The lease outlives the budget of its flight. */
const LEASE_MARGIN_SECONDS = 15
/** A grant that took another's place, once more, and no further. */
const MOST_ROUNDS = 3

export interface Wanted {
  readonly realm: Realm
  readonly server: OAuthServer
  /** An administrator asks: what waits for its time is tried now. */
  readonly isForced?: boolean
  /** Nobody waits for it: what another process does is left to it. */
  readonly isBackground?: boolean
  /** Only what was received already is saved; nothing is sent. */
  readonly isDrain?: boolean
}

export interface Flown {
  /** As it is now; undefined: it was removed. */
  readonly row: HeldToken | undefined
  readonly problem?: Problem
  /** Another process has it in hand, and this flight did not wait for it. */
  readonly isLeft?: boolean
}

type Round = Flown & { readonly isReplaced?: boolean }

export async function fly(context: OutboundContext, wanted: Wanted, seen: HeldToken): Promise<Flown> {
  const deadline = performance.now() + wanted.server.max_wait_seconds * 1000
  let known = seen
  for (let rounds = 1; ; rounds += 1) {
    const { isReplaced, ...flown } = await round(context, wanted, known, deadline)
    if (flown.row === undefined || !isReplaced || rounds === MOST_ROUNDS) return flown
    known = flown.row
  }
}

async function round(context: OutboundContext, wanted: Wanted, seen: HeldToken, deadline: number): Promise<Round> {
  const owner = randomId()
  for (;;) {
    const leased = await takeConnection(
      context.db,
      seen.id,
      owner,
      wanted.server.max_wait_seconds + LEASE_MARGIN_SECONDS,
    )
    if (leased !== undefined)
      return await holding(context, leased, () => underLease(context, wanted, seen, leased, deadline))
    if (wanted.isBackground) return { row: seen, isLeft: true }
    const row = await findConnectionById(context.db.sql, seen.id)
    if (row === undefined || row.version !== seen.version) return { row }
    if (performance.now() > deadline) return { row, problem: busy }
    await sleep(40 + Math.random() * 80)
  }
}

const busy: Problem = {
  class: 'busy',
  code: 'refresh_in_progress',
  description: 'the token is being refreshed, and that takes longer than a caller may wait',
  retryAfter: 2,
}

/** Whatever happens, the lease is given back; a save has done it already, and then nothing happens. */
async function holding(context: OutboundContext, leased: Leased, work: () => Promise<Round>): Promise<Round> {
  try {
    return await work()
  } finally {
    await releaseConnection(context.db, leased).catch((err: unknown) => {
      context.engine.log.warn({ err, connection: leased.row.id }, 'a lease could not be given back; it will end')
    })
  }
}

/** Step 5 and on. */
async function underLease(
  context: OutboundContext,
  wanted: Wanted,
  seen: HeldToken,
  leased: Leased,
  deadline: number,
): Promise<Round> {
  const { realm, server, isForced = false, isDrain = false } = wanted
  const { row } = leased
  if (isDrain) return await drained(context, wanted, leased)
  if (row.version !== seen.version && freshnessOf(row, nowSeconds()) === 'fresh') return { row }
  const blocked = blockedBy(row, nowSeconds(), isForced)
  if (blocked) return { row, problem: blocked }
  const isPlain = row.attempt_id === null
  const paused = isPlain ? await allowCarefully(context, server, isForced) : undefined
  if (paused) return { row, problem: paused }
  const effective = await effectiveServer(context, realm.name, server, layersOf(row), { fresh: isForced })
  if (effective.kind === 'refused') return await refuseSettings(context, leased, server, effective)
  if (!isPlain) {
    const pending = await readPending(context, leased, server, effective)
    if (pending) return pending
    const halted = await allowCarefully(context, server, isForced)
    if (halted) return { row, problem: halted }
  }
  const plan = planOrBroken(context, leased, server, effective)
  if (plan instanceof SealBroken) return await refuseTokens(context, leased, server)
  if (plan === undefined) return await nobodyConnected(context, leased, server)
  const held = plan.isSpent ? await mayNotSpend(context, leased, server, plan) : undefined
  if (held) return held
  const task = { realm, server, plan, deadline, maxRetries: server.max_retry_attempts }
  const ended = await withSecretsOfNow(context, leased, task, await attempt(context, leased, task))
  if (ended.kind === 'overtaken') return await overtaken(context, leased)
  context.metrics.outboundRefreshed(realm.name, ended.kind === 'saved' ? 'ok' : ended.refused.class)
  if (ended.kind === 'refused') return await settle(context, leased, { server, plan, ...ended })
  await noteSuccess(context, server)
  return { row: ended.saved.row }
}

/** Whatever its state: what was received has been paid for. Without its server's settings it waits for them. */
async function drained(context: OutboundContext, { realm, server }: Wanted, leased: Leased): Promise<Round> {
  const { row } = leased
  const effective = await effectiveServer(context, realm.name, server, layersOf(row))
  if (effective.kind === 'refused') return { row }
  return (await readPending(context, leased, server, effective)) ?? { row }
}

/** A secret that an external store holds may have been replaced there: it is asked again before it is called wrong. */
async function withSecretsOfNow(context: OutboundContext, leased: Leased, task: Task, ended: Ended): Promise<Ended> {
  const { realm, server, plan } = task
  const isExternal = server.secrets.some(({ reference }) => reference !== null)
  if (!isExternal || ended.kind !== 'refused' || ended.refused.code !== 'invalid_client') return ended
  const effective = await effectiveServer(context, realm.name, server, layersOf(leased.row), { fresh: true })
  const anew = effective.kind === 'effective' ? planOf(context.seal, server, leased.row, effective) : undefined
  const isOther = anew && JSON.stringify(anew.settings.authentication) !== JSON.stringify(plan.settings.authentication)
  return isOther ? await attempt(context, leased, { ...task, plan: anew }) : ended
}

/** Nothing was sent: another took over, or the connection was frozen a moment ago. */
async function overtaken({ db }: OutboundContext, leased: Leased): Promise<Round> {
  const row = await findConnectionById(db.sql, leased.row.id)
  return { row, ...((row?.frozen_at ?? null) === null ? {} : { problem: frozen(undefined) }) }
}

/** What its row says that nobody has to ask the provider for. */
export function blockedBy(row: HeldToken, now: number, isForced: boolean): Problem | undefined {
  const said = {
    code: row.reason ?? row.state,
    description: row.detail ?? 'this connection has to be authorized again',
  }
  if (row.state === 'needs_authorization') return { ...said, class: 'grant_dead', retryAfter: null }
  if (row.next_try_at === null || row.next_try_at <= now || isForced) return undefined
  const kind = row.state === 'uncertain' ? 'unknown_outcome' : 'transient'
  return { ...said, class: kind, retryAfter: row.next_try_at - now }
}

async function refuseSettings(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  { code, description, advice }: Extract<Effective, { kind: 'refused' }>,
): Promise<Round> {
  const refused = { kind: 'refused', class: 'server_settings', code, description, retry_after: null } as const
  return await settle(context, leased, { server, plan: undefined, refused, advice })
}

function planOrBroken({ seal }: OutboundContext, { row }: Leased, server: OAuthServer, effective: UsableServer) {
  try {
    return planOf(seal, server, row, effective)
  } catch (error) {
    if (error instanceof SealBroken) return error
    throw error
  }
}

/** N170. What is wrong with it is not the provider's, who is not asked. */
async function refuseTokens(context: OutboundContext, leased: Leased, server: OAuthServer): Promise<Round> {
  const refused = { kind: 'refused', ...tokenUnreadable, retry_after: null } as const
  const advice = 'Connect the account again, and find out who changed the database.'
  return await settle(context, leased, { server, plan: undefined, refused, advice })
}

async function nobodyConnected(context: OutboundContext, leased: Leased, server: OAuthServer): Promise<Round> {
  const wasConnected = leased.row.received_at_ms !== null
  const refused = {
    kind: 'refused',
    class: 'grant_dead',
    code: wasConnected ? 'no_refresh_token' : 'not_connected',
    description: wasConnected ? 'the token has expired and no refresh token came with it' : 'nobody has connected yet',
    retry_after: null,
  } as const
  return await settle(context, leased, { server, plan: undefined, refused })
}

/** A refresh token is spent only by the real instance, and a second time only where the rules allow it. */
async function mayNotSpend(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  plan: Plan,
): Promise<Round | undefined> {
  const { row } = leased
  const copied = await context.engine.guard.refusal()
  if (copied !== undefined || row.frozen_at !== null) return { row, problem: frozen(copied) }
  if (row.attempt_id === null || row.attempt_fingerprint !== plan.fingerprint) return undefined
  const now = nowSeconds()
  const open = { at: row.attempt_at ?? now, sends: row.attempt_sends }
  const recovery = recoveryOf(open, plan.settings.profile.refresh_token, row.expires_at, now)
  if (recovery === 'send') return undefined
  const { reason: code, detail: description } = outcomeUnknown
  const refused = { kind: 'refused', class: 'unknown_outcome', code, description, retry_after: null } as const
  return await settle(context, leased, { server, plan, refused, isNotSent: true })
}

function frozen(copied: string | undefined): Problem {
  const why = copied ?? 'the database was restored from a backup, and newer tokens may have been given since'
  return { class: 'frozen', code: 'refresh_frozen', description: `no refresh token is spent: ${why}`, retryAfter: null }
}
