/** Which connections the house renews of itself, and when it comes back to those that could not be renewed. */
import { sql as raw } from 'kysely'
import { APPLICATION, type ConnectionRow } from './connections.ts'
import type { Database } from './database.ts'

/**
 * Those that are due at `now` (epoch seconds), longest waiting first, without those of `busy` servers, of people who
 * may not log in any more, and of what waits for a person.
 */
export async function listDueConnections(
  db: Database,
  now: number,
  busy: readonly string[],
  limit: number,
): Promise<readonly ConnectionRow[]> {
  const due = db.sql
    .selectFrom('connections')
    .leftJoin('users', 'users.id', 'connections.subject')
    .selectAll('connections')
    .where('connections.due_at', '<=', now)
    .where('connections.frozen_at', 'is', null)
    .where('connections.state', '<>', 'needs_authorization')
    .where((row) =>
      row.or([
        row('connections.subject', '=', APPLICATION),
        row.and([row('users.enabled', '=', 1), row('users.deleted_at', 'is', null)]),
      ]),
    )
  const others = busy.length === 0 ? due : due.where('connections.server_id', 'not in', [...busy])
  return await others.orderBy('connections.due_at').limit(limit).execute()
}

/** Something was sent, or was about to be, by a process that is no more: its lease is over, and nobody has looked since. */
export async function listAbandonedAttempts(db: Database, limit: number): Promise<readonly ConnectionRow[]> {
  return await db.sql
    .selectFrom('connections')
    .selectAll()
    .where('attempt_id', 'is not', null)
    .where('state', 'in', ['ok', 'degraded'])
    .where('lease_until_ms', '<', raw<number>`now_ms()`)
    .where('frozen_at', 'is', null)
    .orderBy('attempt_at')
    .limit(limit)
    .execute()
}

/** So many rows are changed by one statement. */
const BATCH = 1000

/** Nothing of that server is due before `at`: it is switched off, or gone. */
export async function deferServer(db: Database, serverId: string, now: number, at: number): Promise<void> {
  const due = db.sql.selectFrom('connections').select('id').where('server_id', '=', serverId).where('due_at', '<=', now)
  for (let deferred = BATCH; deferred === BATCH; ) {
    const some = db.sql.updateTable('connections').set({ due_at: at }).where('id', 'in', due.limit(BATCH))
    deferred = Number((await some.executeTakeFirst()).numUpdatedRows)
  }
}

/** They were due and nothing could be done: not again before `at`. What was done meanwhile stands. */
export async function deferConnection(
  db: Database,
  row: Pick<ConnectionRow, 'id' | 'due_at'>,
  at: number,
): Promise<void> {
  await db.sql
    .updateTable('connections')
    .set({ due_at: at })
    .where('id', '=', row.id)
    .where('due_at', '=', row.due_at)
    .execute()
}
