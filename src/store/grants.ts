import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Database, Sql } from './database.ts'
import type { GrantsTable } from './passing-tables.ts'
import { prepared } from './prepared.ts'
import { type User, userOf } from './users.ts'

/** One authorization and all that descends from it. */
export interface Grant extends Readonly<Omit<GrantsTable, 'offline' | 'amr' | 'revoked_at' | 'revoked_because'>> {
  /** It outlives the session that it began in. */
  readonly offline: boolean
  readonly amr: readonly string[]
}

/** A grant that nothing has ended, and the person who gave it, as they are now. */
export interface LiveGrant {
  readonly grant: Grant
  readonly user: User
}

/** Stores a new grant and answers it. `expires_at` bounds everything that descends from it. */
export async function createGrant(sql: Sql, grant: Omit<Grant, 'id'>, id = randomId()): Promise<Grant> {
  await sql
    .insertInto('grants')
    .values({
      ...grant,
      id,
      offline: grant.offline ? 1 : 0,
      amr: JSON.stringify(grant.amr),
      revoked_at: null,
      revoked_because: null,
    })
    .execute()
  return { ...grant, id }
}

const findLive = prepared((sql: Sql, { id, now }: { readonly id: string; readonly now: number }) =>
  liveGrants(sql, now)
    .where('grants.id', '=', id)
    .selectAll('users')
    .select([
      'grants.id as grant_id',
      'grants.client_id as grant_client_id',
      'grants.session_id as grant_session_id',
      'grants.kind as grant_kind',
      'grants.scope as grant_scope',
      'grants.offline as grant_offline',
      'grants.auth_time as grant_auth_time',
      'grants.amr as grant_amr',
      'grants.created_at as grant_created_at',
      'grants.expires_at as grant_expires_at',
      'roles.name as role_name',
    ])
    .orderBy('roles.name'),
)

/**
 * The grant with that id if it, its user, its client, its realm and, unless it is offline, its session are all live: one
 * read, so that the answer is true of one moment. A session that was swept away has ended.
 */
export async function findLiveGrant(db: Pick<Database, 'sql'>, id: string): Promise<LiveGrant | undefined> {
  const rows = await findLive(db.sql, { id, now: nowSeconds() })
  const [row] = rows
  if (!row) return undefined
  const { grant_id, grant_client_id, grant_session_id, grant_kind, grant_scope, grant_offline, ...rest } = row
  const { grant_auth_time, grant_amr, grant_created_at, grant_expires_at, role_name: _role, ...user } = rest
  const grant: Grant = {
    id: grant_id,
    realm_id: user.realm_id,
    client_id: grant_client_id,
    user_id: user.id,
    session_id: grant_session_id,
    kind: grant_kind,
    scope: grant_scope,
    offline: grant_offline === 1,
    auth_time: grant_auth_time,
    amr: JSON.parse(grant_amr) as string[],
    created_at: grant_created_at,
    expires_at: grant_expires_at,
  }
  const roles = rows.flatMap((each) => (each.role_name === null ? [] : [each.role_name]))
  return { grant, user: userOf(user, roles) }
}

/** Those of the grants with these ids that are live, as `findLiveGrant` says it. */
export async function findLiveGrantIds(sql: Sql, ids: readonly string[], now: number): Promise<readonly string[]> {
  const rows = await liveGrants(sql, now).where('grants.id', 'in', ids).select('grants.id').distinct().execute()
  return rows.map((row) => row.id)
}

/** Grants and all they rest on, where each part is live; one row for each role of the user, at least one. */
function liveGrants(sql: Sql, now: number) {
  return sql
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .innerJoin('clients', 'clients.id', 'grants.client_id')
    .innerJoin('realms', 'realms.id', 'grants.realm_id')
    .leftJoin('sessions', 'sessions.id', 'grants.session_id')
    .leftJoin('user_roles', 'user_roles.user_id', 'users.id')
    .leftJoin('roles', 'roles.id', 'user_roles.role_id')
    .where('grants.revoked_at', 'is', null)
    .where('grants.expires_at', '>', now)
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null)
    .where('clients.enabled', '=', 1)
    .where('clients.deleted_at', 'is', null)
    .where('realms.enabled', '=', 1)
    .where('realms.deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('grants.offline', '=', 1),
        where('grants.session_id', 'is', null),
        where.and([
          where('sessions.ended_at', 'is', null),
          where('sessions.idle_expires_at', '>', now),
          where('sessions.expires_at', '>', now),
        ]),
      ]),
    )
}

/**
 * Inside a transaction: keeps the session from ending before what is built on it is written, so that whoever ends it sees
 * that too. False: it has ended.
 */
export async function holdSession(sql: Sql, id: string): Promise<boolean> {
  const held = await sql
    .updateTable('sessions')
    .set((session) => ({ ended_at: session.ref('ended_at') }))
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return held.numUpdatedRows > 0n
}

/** Ends a grant and with it everything that descends from it; false: it had ended before. */
export async function revokeGrant(sql: Sql, id: string, because: string): Promise<boolean> {
  const result = await sql
    .updateTable('grants')
    .set({ revoked_at: nowSeconds(), revoked_because: because })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Whose grants: a client's, a person's, a person's at one client, or those that end with a session. */
export type GrantsOf =
  | { readonly clientId: string; readonly userId?: string }
  | { readonly userId: string }
  | { readonly sessionId: string; readonly onlyNotOffline: boolean }

/** Ends all of them; answers how many were live. */
export async function revokeGrantsOf(sql: Sql, whose: GrantsOf, because: string): Promise<number> {
  let update = sql
    .updateTable('grants')
    .set({ revoked_at: nowSeconds(), revoked_because: because })
    .where('revoked_at', 'is', null)
  if ('clientId' in whose) update = update.where('client_id', '=', whose.clientId)
  if ('userId' in whose && whose.userId !== undefined) update = update.where('user_id', '=', whose.userId)
  if ('sessionId' in whose) {
    update = update.where('session_id', '=', whose.sessionId)
    if (whose.onlyNotOffline) update = update.where('offline', '=', 0)
  }
  const result = await update.executeTakeFirst()
  return Number(result.numUpdatedRows)
}
