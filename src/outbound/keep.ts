/**
 * Nothing that was received is lost: steps 8 and 9 of a refresh. The raw answer is journalled before it is read, tokens
 * are saved by compare-and-swap, and while the database is away both wait in memory and are tried again for minutes.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { RawAnswer, Tokens } from '#oauth-client/answer.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { AuditEntry } from '#store/audit.ts'
import { systemActor } from '#store/audit.ts'
import { type Leased, prolongLease } from '#store/connection-leases.ts'
import { type Saved, type SavedTokens, saveTokens } from '#store/connection-saves.ts'
import type { ConnectionRow } from '#store/connections.ts'
import { isUnavailable } from '#store/database.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import { journalAnswer, type RefreshAnswerRow } from '#store/refresh-answers.ts'
import type { OutboundContext } from './context.ts'
import type { Plan } from './grant.ts'
import { dueAt, marginsOf } from './margins.ts'
import { answerPlace, connectionPlace } from './places.ts'

/** How long an answer waits in memory for the database. */
const PATIENCE_MS = 600_000
const LONGEST_PAUSE_MS = 2000
/** A lease that would end while the database is away is prolonged as soon as it is back. */
const LEASE_SECONDS = 60

/** Done once the database is there; the lease is held meanwhile. Throws what is no outage, and the outage at the end. */
export async function untilStored<T>(context: OutboundContext, leased: Leased, work: () => Promise<T>): Promise<T> {
  const until = performance.now() + PATIENCE_MS
  for (let pause = 100; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    try {
      return await work()
    } catch (error) {
      if (!isUnavailable(error) || performance.now() > until) throw error
      context.engine.log.warn({ err: error, connection: leased.row.id }, 'an answer waits for the database')
      await sleep(pause)
      await prolongLease(context.db, leased, LEASE_SECONDS).catch((err: unknown) => {
        if (!isUnavailable(err)) throw err
      })
    }
  }
}

/** An answer as it lies in the journal. It holds what was asked for, so that it can be read again as it was meant. */
export interface Journalled {
  readonly raw: RawAnswer
  readonly received_at_ms: number
}

export function answerRow(
  context: OutboundContext,
  row: ConnectionRow,
  plan: Pick<Plan, 'grant'>,
  attemptId: string,
  { raw, received_at_ms }: Journalled,
): RefreshAnswerRow {
  const sealed = context.seal.seal(JSON.stringify(raw), answerPlace(row.realm_id, row.id, attemptId))
  return {
    id: attemptId,
    realm_id: row.realm_id,
    connection_id: row.id,
    grant_type: plan.grant.type,
    base_version: row.version,
    state: 'pending',
    received_at_ms,
    answer_sealed: sealed,
    expires_at: null,
  }
}

/** Step 8. The connection may have been removed while it was asked for: then there is nobody to keep it for. */
export function journal(context: OutboundContext, leased: Leased, answer: RefreshAnswerRow): Promise<void> {
  return untilStored(context, leased, () => journalAnswer(context.db, answer))
}

export interface Received {
  readonly server: OAuthServer
  readonly plan: Pick<Plan, 'settings' | 'grant'>
  readonly tokens: Tokens
  readonly receivedAtMs: number
  readonly answerId: string
}

/** Step 9. */
export async function save(context: OutboundContext, leased: Leased, received: Received): Promise<Saved> {
  const columns = columnsOf(context, leased.row, received)
  const now = nowSeconds()
  const event = recovered(leased.row, received.server)
  const saved = await untilStored(context, leased, () =>
    saveTokens(context.db, leased, columns, { answerId: received.answerId, now, event }),
  )
  if (saved.highWater !== undefined) context.engine.guard.raised(saved.highWater)
  return saved
}

function columnsOf(context: OutboundContext, row: ConnectionRow, received: Received): SavedTokens {
  const { seal } = context
  const { server, plan, tokens, receivedAtMs } = received
  const { profile } = plan.settings
  const rules = profile.refresh_token ?? {}
  const receivedAt = Math.floor(receivedAtMs / 1000)
  const margin = server.refresh_margin_seconds ?? profile.margin_seconds
  const { softAt, hardAt } = marginsOf({ receivedAt, expiresAt: tokens.expires_at, margin, jitter: Math.random() })
  const keepsFirst = rules.keep === 'first' && row.refresh_sealed !== null && plan.grant.type === 'refresh_token'
  const refresh = keepsFirst ? null : tokens.refresh_token
  const hasNew = refresh !== null && refresh !== sentRefreshToken(plan)
  const refresh_sealed = refreshColumn(context, row, refresh, plan)
  const isRenewable = refresh_sealed !== null || profile.renew_with === 'access_token'
  const kept = { ...plan.grant.kept, ...tokens.kept }
  return {
    received_at_ms: receivedAtMs,
    access_sealed: seal.seal(tokens.access_token, connectionPlace(row, 'access_token')),
    token_type: tokens.token_type,
    scope: tokens.scope ?? row.scope ?? plan.settings.scope,
    scope_is_narrower: isScopeNarrower(row, tokens, plan) ? 1 : 0,
    ...(refresh_sealed === undefined ? {} : { refresh_sealed }),
    ...(tokens.id_token === null
      ? {}
      : { id_token_sealed: seal.seal(tokens.id_token, connectionPlace(row, 'id_token')) }),
    kept_sealed: Object.keys(kept).length === 0 ? null : seal.seal(JSON.stringify(kept), connectionPlace(row, 'kept')),
    soft_at: softAt,
    hard_at: hardAt,
    expires_at: tokens.expires_at,
    refresh_expires_at: refreshExpiry(row, received, hasNew),
    settings_version: server.settings_version,
    due_at: isRenewable ? dueAt(softAt, receivedAt, rules.idle_seconds) : null,
    hasNewRefreshToken: hasNew,
    isNewGrant: plan.grant.type !== 'refresh_token',
  }
}

function sentRefreshToken({ grant }: Pick<Plan, 'grant'>): string | undefined {
  return grant.type === 'refresh_token' ? grant.refresh_token : undefined
}

/**
 * Step 10: none in the answer keeps the old one (undefined: as it lies there), which for a first refresh token is the one
 * from the settings.
 */
function refreshColumn(
  { seal }: OutboundContext,
  row: ConnectionRow,
  refresh: string | null,
  plan: Pick<Plan, 'grant'>,
): string | null | undefined {
  const place = connectionPlace(row, 'refresh_token')
  if (refresh !== null) return seal.seal(refresh, place)
  if (row.refresh_sealed !== null && plan.grant.type === 'refresh_token') return undefined
  const sent = sentRefreshToken(plan)
  return sent ? seal.seal(sent, place) : null
}

function refreshExpiry(row: ConnectionRow, { tokens, plan, receivedAtMs }: Received, hasNew: boolean): number | null {
  if (tokens.refresh_expires_at !== null) return tokens.refresh_expires_at
  if (plan.grant.type === 'refresh_token' && row.refresh_expires_at !== null) return row.refresh_expires_at
  const absolute = plan.settings.profile.refresh_token?.absolute_seconds
  return absolute === undefined || !hasNew ? null : Math.floor(receivedAtMs / 1000) + absolute
}

/** A scope that shrank stays so until all of what was asked for is there again. */
function isScopeNarrower(row: ConnectionRow, { scope }: Tokens, { settings, grant }: Pick<Plan, 'settings' | 'grant'>) {
  const isRefresh = grant.type === 'refresh_token'
  if (isRefresh && row.scope_is_narrower === 1) return scope === null || isNarrower(scope, settings.scope)
  return isNarrower(scope, (isRefresh ? row.scope : null) ?? settings.scope)
}

/** RFC 6749 §3.3: an answer that names no scope granted what was asked for. */
function isNarrower(granted: string | null, before: string): boolean {
  if (granted === null || before === '') return false
  const now = new Set(granted.split(' '))
  return before.split(' ').some((scope) => !now.has(scope))
}

function recovered(row: ConnectionRow, server: OAuthServer): AuditEntry {
  return connectionEvent(row, server, 'connection.recovered', { state: 'ok' })
}

/** An event of the engine itself, as the audit tells it. */
export function connectionEvent(
  row: ConnectionRow,
  server: Pick<OAuthServer, 'slug'>,
  action: 'connection.recovered' | 'connection.broken',
  after: object,
): AuditEntry {
  return {
    realm_id: row.realm_id,
    actor: systemActor,
    action,
    object_kind: 'connection',
    object_id: row.id,
    object_name: server.slug,
    before: { state: row.state, subject: row.subject },
    after,
  }
}
