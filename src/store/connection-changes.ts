/**
 * What is done to connections from outside the engine: ended, frozen and released, and what a change of a server's
 * settings means for its connections. Every such change raises the version, so that a flight that is under way does not
 * save over it unseen.
 */
import type { SelectQueryBuilder } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import { APPLICATION, type ConnectionRow } from './connections.ts'
import { type Database, type Sql, transaction } from './database.ts'
import type { Tables } from './tables.ts'

const noTokens = {
  access_sealed: null,
  token_type: null,
  refresh_sealed: null,
  previous_refresh_sealed: null,
  id_token_sealed: null,
  kept_sealed: null,
  received_at_ms: null,
  soft_at: null,
  hard_at: null,
  expires_at: null,
  refresh_expires_at: null,
  due_at: null,
  next_try_at: null,
  attempt_id: null,
  attempt_fingerprint: null,
  attempt_epoch: null,
  attempt_at: null,
  attempt_sends: 0,
} as const

/** So many rows are changed by one statement: a server may have a hundred thousand, and no statement may take long. */
const BATCH = 1000

type Selected = (
  connections: SelectQueryBuilder<Tables, 'connections', object>,
) => SelectQueryBuilder<Tables, 'connections', object>

/** `work` sees the ids of all connections that `select` finds, some at a time. Answers how many there were. */
async function inBatches(
  sql: Sql,
  select: Selected,
  work: (ids: readonly string[]) => Promise<unknown>,
): Promise<number> {
  const found = await select(sql.selectFrom('connections')).select('connections.id').orderBy('connections.id').execute()
  for (let from = 0; from < found.length; from += BATCH) {
    await work(found.slice(from, from + BATCH).map(({ id }) => id))
  }
  return found.length
}

/**
 * Their tokens are given out and sent no more, and people have to connect again (a secret's address changed, the
 * account of ours is another). The rows keep their ids. The realm's own connection begins anew when it is asked for.
 */
export async function markConnections(
  sql: Sql,
  serverId: string,
  state: 'needs_authorization',
  reason: string,
): Promise<void> {
  const now = nowSeconds()
  const emptied = { ...noTokens, detail: null, failures: 0, state_at: now, updated_at: now }
  await inBatches(
    sql,
    (all) => all.where('server_id', '=', serverId),
    async (ids) => {
      const some = sql
        .updateTable('connections')
        .where('id', 'in', ids)
        .set((old) => ({ ...emptied, version: old('version', '+', 1) }))
      await some.where('subject', '<>', APPLICATION).set({ state, reason }).execute()
      await some.where('subject', '=', APPLICATION).set({ state: 'ok', reason: null }).execute()
      await sql.deleteFrom('refresh_answers').where('connection_id', 'in', ids).execute()
    },
  )
}

/** What waited for its next try goes on with the new settings: at once where somebody asks, else when it is due. */
export async function resumeConnections(sql: Sql, serverId: string): Promise<void> {
  await inBatches(
    sql,
    (all) => all.where('server_id', '=', serverId).where('state', 'in', ['ok', 'degraded']).where('failures', '>', 0),
    (ids) => sql.updateTable('connections').set({ next_try_at: null, failures: 0 }).where('id', 'in', ids).execute(),
  )
  // The realm's own grant may be one of the settings: a dead one makes room for it.
  await sql
    .updateTable('connections')
    .set((old) => ({
      state: 'ok',
      reason: null,
      detail: null,
      failures: 0,
      refresh_sealed: null,
      refresh_expires_at: null,
      attempt_id: null,
      attempt_fingerprint: null,
      version: old('version', '+', 1),
    }))
    .where('server_id', '=', serverId)
    .where('subject', '=', APPLICATION)
    .where('state', '=', 'needs_authorization')
    .execute()
}

/** All connections of a server are gone, with their tokens. */
export async function removeConnectionsOf(sql: Sql, serverId: string): Promise<void> {
  await remove(sql, (all) => all.where('server_id', '=', serverId))
}

async function remove(sql: Sql, select: Selected): Promise<void> {
  await inBatches(sql, select, (ids) => sql.deleteFrom('connections').where('id', 'in', ids).execute())
}

/** What a realm held at other servers ends with it, as what it issued itself does: it does not lie in the bin. */
export async function removeConnectionsOfRealm(sql: Sql, realmId: string): Promise<void> {
  await remove(sql, (all) => all.where('realm_id', '=', realmId))
}

/** What a person held at other servers is forgotten with the person. */
export async function removeConnectionsOfUser(sql: Sql, userId: string): Promise<void> {
  await sql.deleteFrom('connections').where('subject', '=', userId).execute()
}

/** Nothing that spends a refresh token is sent any more until it is released. Answers how many there are. */
export async function freezeConnections(sql: Sql, now: number): Promise<number> {
  return await inBatches(
    sql,
    (all) => all.where('refresh_sealed', 'is not', null).where('frozen_at', 'is', null),
    (ids) => sql.updateTable('connections').set({ frozen_at: now }).where('id', 'in', ids).execute(),
  )
}

/** How many of the realm's are frozen, by server. */
export async function countFrozen(db: Database, realmId: string): Promise<ReadonlyMap<string, number>> {
  const rows = await db.sql
    .selectFrom('connections')
    .select(['server_id', (row) => row.fn.countAll<number>().as('count')])
    .where('realm_id', '=', realmId)
    .where('frozen_at', 'is not', null)
    .groupBy('server_id')
    .execute()
  return new Map(rows.map((row) => [row.server_id, row.count]))
}

/** The rows are the real ones: they go on. `ids` undefined: all of the realm. Answers how many there were. */
export function releaseConnections(
  db: Database,
  actor: Actor,
  realmId: string,
  ids?: readonly string[],
): Promise<number> {
  return transaction(db, async (sql) => {
    const now = nowSeconds()
    const released: string[] = []
    await inBatches(
      sql,
      (all) => {
        const frozen = all.where('realm_id', '=', realmId).where('frozen_at', 'is not', null)
        return ids === undefined ? frozen : frozen.where('id', 'in', [...ids])
      },
      async (some) => {
        const change = { frozen_at: null, updated_at: now }
        const frozen = sql
          .updateTable('connections')
          .set(change)
          .where('id', 'in', some)
          .where('frozen_at', 'is not', null)
        released.push(...(await frozen.returning('id').execute()).map(({ id }) => id))
      },
    )
    if (released.length === 0) return 0
    await writeAudit(sql, {
      realm_id: realmId,
      actor,
      action: 'connection.release',
      object_kind: 'connection',
      object_id: released.length === 1 ? (released[0] ?? '') : '*',
      object_name: `${released.length} connections`,
      after: { released: released.length },
    })
    return released.length
  })
}

/** The row and its tokens are gone. undefined: there was none. */
export function removeConnection(
  db: Database,
  actor: Actor,
  connection: Pick<ConnectionRow, 'id' | 'realm_id'>,
  serverName: string,
): Promise<ConnectionRow | undefined> {
  return transaction(db, async (sql) => {
    const row = await sql.deleteFrom('connections').where('id', '=', connection.id).returningAll().executeTakeFirst()
    if (row === undefined) return undefined
    const what = row.subject === APPLICATION ? APPLICATION : 'user'
    await writeAudit(sql, {
      realm_id: row.realm_id,
      actor,
      action: 'connection.disconnect',
      object_kind: 'connection',
      object_id: row.id,
      object_name: serverName,
      before: { subject: row.subject, kind: what, state: row.state, scope: row.scope },
    })
    return row
  })
}
