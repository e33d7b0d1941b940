/**
 * One flight: the way of a connection from "its token is not good" to tokens saved or a state that says why not. Takes
 * the lease, reads again under it, finishes what a crash left, and sends at most what the rules allow. Those who meet
 * another's lease watch the row, never the provider. No database connection is held while the provider is asked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Leased, releaseConnection, takeConnection } from '#store/connection-leases.ts'
import { type ConnectionRow, findConnectionById } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { attempt, type Ended, type Task } from './attempt.ts'
import { allowCarefully, noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { type Effective, effectiveServer } from './effective-server.ts'
import { type Plan, planOf } from './grant.ts'
import { freshnessOf } from './margins.ts'
import { layersOf } from './places.ts'
import { readPending } from './replay.ts'
import { settle } from './settle.ts'
import { type Problem, recoveryOf } from './states.ts'

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
  readonly row: ConnectionRow | undefined
  readonly problem?: Problem
}

type Round = Flown & { readonly isReplaced?: boolean }

export async function fly(context: OutboundContext, wanted: Wanted, seen: ConnectionRow): Promise<Flown> {
  const deadline = performance.now() + wanted.server.max_wait_seconds * 1000
  let known = seen
  for (let rounds = 1; ; rounds += 1) {
    const { row, problem, isReplaced } = await round(context, wanted, known, deadline)
    if (row === undefined || !isReplaced || rounds === MOST_ROUNDS) return problem ? { row, problem } : { row }
    known = row
  }
}

async function round(context: OutboundContext, wanted: Wanted, seen: ConnectionRow, deadline: number): Promise<Round> {
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
    if (wanted.isBackground) return { row: seen }
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
  seen: ConnectionRow,
  leased: Leased,
  deadline: number,
): Promise<Round> {
  const { realm, server, isForced = false, isDrain = false } = wanted
  const { row } = leased
  if (row.version !== seen.version && freshnessOf(row, nowSeconds()) === 'fresh') return { row }
  const isPlain = !isDrain && row.attempt_id === null
  const blocked = blockedBy(row, nowSeconds(), isForced || isDrain)
  if (blocked) return { row, problem: blocked }
  const paused = isPlain ? await allowCarefully(context, server, isForced) : undefined
  if (paused) return { row, problem: paused }
  const effective = await effectiveServer(context, realm.name, server, layersOf(row), { fresh: isForced })
  if (effective.kind === 'refused') return await refuseSettings(context, leased, server, effective)
  const pending = await readPending(context, leased, server, effective)
  if (pending || isDrain) return pending ?? { row }
  const plan = planOf(context.seal, server, row, effective)
  if (plan === undefined) return await nobodyConnected(context, leased, server)
  const held = plan.isSpent ? await mayNotSpend(context, leased, server, plan) : undefined
  if (held) return held
  const task = { realm, server, plan, deadline, maxRetries: server.max_retry_attempts }
  const ended = await withSecretsOfNow(context, leased, task, await attempt(context, leased, task))
  if (ended.kind === 'overtaken') return { row: await findConnectionById(context.db.sql, row.id) }
  context.metrics.outboundRefreshed(realm.name, ended.kind === 'saved' ? 'ok' : ended.refused.class)
  if (ended.kind === 'refused') return await settle(context, leased, { server, plan, ...ended })
  await noteSuccess(context, server)
  return { row: ended.saved.row }
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

/** What its row says that nobody has to ask the provider for. */
export function blockedBy(row: ConnectionRow, now: number, isForced: boolean): Problem | undefined {
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
  const code = 'outcome_unknown'
  const description = 'a refresh was sent and its answer was lost'
  const refused = { kind: 'refused', class: 'unknown_outcome', code, description, retry_after: null } as const
  return await settle(context, leased, { server, plan, refused, isNotSent: true })
}

function frozen(copied: string | undefined): Problem {
  const why = copied ?? 'the database was restored from a backup, and newer tokens may have been given since'
  return { class: 'frozen', code: 'refresh_frozen', description: `no refresh token is spent: ${why}`, retryAfter: null }
}
