/**
 * What became of an attempt, written by compare-and-swap on version and epoch. Two answers for one refresh token (a
 * lease lost in flight) are told apart by when they were received: the newest wins, the refresh token of the other is
 * kept beside it. Each save gives the lease back and ends the attempt in the same transaction.
 */
import { type AuditEntry, writeAudit } from './audit.ts'
import type { Leased } from './connection-leases.ts'
import type { ConnectionsTable } from './connection-tables.ts'
import type { ConnectionRow } from './connections.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { raiseHighWater } from './instance.ts'
import { dropOutdated, keepUnreadable, type RefreshAnswerRow } from './refresh-answers.ts'

const attemptEnded = {
  attempt_id: null,
  attempt_fingerprint: null,
  attempt_epoch: null,
  attempt_at: null,
  attempt_sends: 0,
} as const

const leaseEnded = { lease_until_ms: 0, lease_owner: null } as const

const replaced = { previous_refresh_sealed: null, refresh_expires_at: null } as const

type TokenColumns =
  | 'access_sealed'
  | 'token_type'
  | 'scope'
  | 'scope_is_narrower'
  | 'kept_sealed'
  | 'soft_at'
  | 'hard_at'
  | 'expires_at'
  | 'refresh_expires_at'
  | 'settings_version'
  | 'due_at'

/** What is not named stays as it lies in the row: it may have been sealed anew since the row was read. */
type KeptColumns = 'refresh_sealed' | 'id_token_sealed'

export type SavedTokens = Readonly<
  Pick<ConnectionsTable, TokenColumns> & Partial<Pick<ConnectionsTable, KeptColumns>>
> & {
  readonly received_at_ms: number
  /** A refresh token came with the answer: the one before is spent. */
  readonly hasNewRefreshToken: boolean
  /** It rests on nothing that the row held: what was frozen is replaced. */
  readonly isNewGrant: boolean
}

export interface Saved {
  /** As it stands now; undefined: it was removed meanwhile. */
  readonly row: ConnectionRow | undefined
  /** `older`: another answer, received later, had been saved already. */
  readonly outcome: 'saved' | 'older' | 'gone'
  /** The mark after this save, where it raised it. */
  readonly highWater: number | undefined
}

/** Step 9. `answerId`: the journal's entry, which goes with it. `event`: written where the connection had been broken. */
export function saveTokens(
  db: Database,
  leased: Pick<Leased, 'row' | 'epoch'>,
  tokens: SavedTokens,
  told: { readonly answerId: string; readonly now: number; readonly event: AuditEntry },
): Promise<Saved> {
  return transaction(db, async (sql) => {
    await sql
      .deleteFrom('refresh_answers')
      .where('connection_id', '=', leased.row.id)
      .where('id', '=', told.answerId)
      .execute()
    const row = await swap(sql, leased, tokens, told.now)
    if (row === undefined) return await settleConflict(sql, leased, tokens, told.now)
    await forgetUnreadable(sql, row.id)
    if (leased.row.state !== 'ok') await writeAudit(sql, told.event)
    return { row, outcome: 'saved', highWater: tokens.hasNewRefreshToken ? await raiseHighWater(sql) : undefined }
  })
}

function columnsOf(tokens: SavedTokens, now: number) {
  const { hasNewRefreshToken: _hasNew, isNewGrant, ...columns } = tokens
  return {
    ...columns,
    ...(isNewGrant ? { frozen_at: null } : {}),
    ...attemptEnded,
    ...leaseEnded,
    state: 'ok',
    reason: null,
    detail: null,
    failures: 0,
    next_try_at: null,
    updated_at: now,
  } as const
}

async function swap(
  sql: Sql,
  { row, epoch }: Pick<Leased, 'row' | 'epoch'>,
  tokens: SavedTokens,
  now: number,
): Promise<ConnectionRow | undefined> {
  return await sql
    .updateTable('connections')
    .set((old) => ({
      ...columnsOf(tokens, now),
      previous_refresh_sealed: null,
      state_at: row.state === 'ok' ? row.state_at : now,
      version: old('version', '+', 1),
    }))
    .where('id', '=', row.id)
    .where('version', '=', row.version)
    .where('lease_epoch', '=', epoch)
    .returningAll()
    .executeTakeFirst()
}

/** Somebody else saved first. His lease, if he has one, is left to him. */
async function settleConflict(
  sql: Sql,
  { row }: Pick<Leased, 'row'>,
  tokens: SavedTokens,
  now: number,
): Promise<Saved> {
  const rival = await sql
    .updateTable('connections')
    .set({ updated_at: now })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirst()
  if (rival === undefined) return { row: undefined, outcome: 'gone', highWater: undefined }
  // Emptied meanwhile: what was asked for with the old settings is nobody's any more.
  const isEmptied = rival.received_at_ms === null && rival.version !== row.version
  if (isEmptied) return { row: rival, outcome: 'older', highWater: undefined }
  const isNewer = tokens.received_at_ms >= (rival.received_at_ms ?? 0)
  const { lease_owner: _owner, lease_until_ms: _until, ...ours } = columnsOf(tokens, now)
  const beside = isNewer ? rival.refresh_sealed : tokens.refresh_sealed
  const change = {
    ...(isNewer ? ours : {}),
    ...(tokens.hasNewRefreshToken && beside !== undefined ? { previous_refresh_sealed: beside } : {}),
  }
  const kept = await sql
    .updateTable('connections')
    .set((old) => ({ ...change, version: old('version', '+', 1) }))
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const highWater = tokens.hasNewRefreshToken ? await raiseHighWater(sql) : undefined
  return { row: kept, outcome: isNewer ? 'saved' : 'older', highWater }
}

async function forgetUnreadable(sql: Sql, connectionId: string): Promise<void> {
  await sql
    .deleteFrom('refresh_answers')
    .where('connection_id', '=', connectionId)
    .where('state', '=', 'unreadable')
    .execute()
}

/** How a connection stands after an attempt that brought no token. */
export interface Standing {
  readonly state: ConnectionRow['state']
  readonly reason: string | null
  readonly detail: string | null
  readonly failures: number
  readonly next_try_at: number | null
  readonly due_at: number | null
  /**
   * `open`: nobody knows whether it was processed, and whoever comes next has to know that. `as_before`: this one was
   * not, and of an earlier one it still holds.
   */
  readonly attempt: 'ended' | 'open' | 'as_before'
  /** The refresh token is dead, and something else takes its place: the previous one, or a grant without any. */
  readonly refreshToken?: 'previous' | 'none'
}

/** undefined: somebody else saved meanwhile, and nothing was written. */
export function saveStanding(
  db: Database,
  { row, epoch }: Pick<Leased, 'row' | 'epoch'>,
  standing: Standing,
  told: {
    readonly now: number
    readonly unreadable?: RefreshAnswerRow
    readonly answerId?: string
    readonly event: AuditEntry
  },
): Promise<ConnectionRow | undefined> {
  const { attempt, refreshToken, ...columns } = standing
  return transaction(db, async (sql) => {
    if (told.answerId !== undefined) await sql.deleteFrom('refresh_answers').where('id', '=', told.answerId).execute()
    const isOther = row.state !== standing.state
    const saved = await sql
      .updateTable('connections')
      .set((old) => ({
        ...columns,
        ...leaseEnded,
        ...attemptAfter(row, attempt),
        ...(refreshToken === undefined
          ? {}
          : { ...replaced, refresh_sealed: refreshToken === 'none' ? null : old.ref('previous_refresh_sealed') }),
        state_at: isOther ? told.now : row.state_at,
        updated_at: told.now,
      }))
      .where('id', '=', row.id)
      .where('version', '=', row.version)
      .where('lease_epoch', '=', epoch)
      .returningAll()
      .executeTakeFirst()
    if (told.unreadable) await (saved ? keepUnreadable(sql, told.unreadable) : dropOutdated(sql, told.unreadable))
    if (saved === undefined) return undefined
    if (isOther) await writeAudit(sql, told.event)
    return saved
  })
}

function attemptAfter(row: ConnectionRow, attempt: Standing['attempt']) {
  if (attempt === 'open') return {}
  if (attempt === 'ended') return attemptEnded
  const { attempt_id, attempt_fingerprint, attempt_epoch, attempt_at, attempt_sends } = row
  return { attempt_id, attempt_fingerprint, attempt_epoch, attempt_at, attempt_sends }
}
