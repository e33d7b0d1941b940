/**
 * One refresher for a connection among all processes: a lease by the database's clock, with an epoch that grows with
 * each holder and goes into every write of his. The open attempt stands in the same row: it is committed before
 * anything is sent, so that whoever comes after a crash knows that something may have been.
 */
import { sql as raw } from 'kysely'
import type { ConnectionRow } from './connections.ts'
import type { Database } from './database.ts'

/** A connection under a lease: nobody else sends for it until `seconds` are over. */
export interface Leased {
  readonly row: ConnectionRow
  readonly owner: string
  readonly epoch: number
}

const inSeconds = (seconds: number) => raw<number>`now_ms() + ${Math.round(seconds * 1000)}`

/**
 * Takes the lease and answers the row as it is under it; undefined while another holds it, or where the row is gone.
 * `owner` is random for each flight.
 */
export async function takeConnection(
  db: Database,
  id: string,
  owner: string,
  seconds: number,
): Promise<Leased | undefined> {
  const row = await db.sql
    .updateTable('connections')
    .set((old) => ({
      lease_owner: owner,
      lease_until_ms: inSeconds(seconds),
      lease_epoch: old('lease_epoch', '+', 1),
    }))
    .where('id', '=', id)
    .where('lease_until_ms', '<', raw<number>`now_ms()`)
    .returningAll()
    .executeTakeFirst()
  return row && { row, owner, epoch: row.lease_epoch }
}

/** False where somebody else took over meanwhile. */
export async function prolongLease(db: Database, { row, owner, epoch }: Leased, seconds: number): Promise<boolean> {
  const { numUpdatedRows } = await db.sql
    .updateTable('connections')
    .set({ lease_until_ms: inSeconds(seconds) })
    .where('id', '=', row.id)
    .where('lease_owner', '=', owner)
    .where('lease_epoch', '=', epoch)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Only its owner at its epoch gives it back; nothing happens when it is another's by now. */
export async function releaseConnection(db: Database, { row, owner, epoch }: Leased): Promise<void> {
  await db.sql
    .updateTable('connections')
    .set({ lease_until_ms: 0, lease_owner: null })
    .where('id', '=', row.id)
    .where('lease_owner', '=', owner)
    .where('lease_epoch', '=', epoch)
    .execute()
}

export interface Attempt {
  readonly id: string
  /** Of the refresh token, or of nothing where none is spent. */
  readonly fingerprint: string
  /** Epoch seconds. */
  readonly at: number
  /** How often this refresh token may have been sent, this time included. */
  readonly sends: number
  /** It rests on nothing that the row holds: a frozen connection begins anew with it. */
  readonly isNewGrant: boolean
}

/** Step 6: committed before anything is sent. False where the lease is another's or the tokens are other ones by now. */
export async function beginAttempt(db: Database, { row, epoch }: Leased, attempt: Attempt): Promise<boolean> {
  const begun = db.sql
    .updateTable('connections')
    .set({
      attempt_id: attempt.id,
      attempt_fingerprint: attempt.fingerprint,
      attempt_epoch: epoch,
      attempt_at: attempt.at,
      attempt_sends: attempt.sends,
    })
    .where('id', '=', row.id)
    .where('lease_epoch', '=', epoch)
    .where('version', '=', row.version)
  const allowed = attempt.isNewGrant ? begun : begun.where('frozen_at', 'is', null)
  const { numUpdatedRows } = await allowed.executeTakeFirst()
  return numUpdatedRows === 1n
}
