/** Sessions of people in one realm and one browser. Reading one reads its user: either both are live, or neither is. */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { revokeGrantsOf } from './grants.ts'
import type { SessionsTable } from './passing-tables.ts'
import { type User, userOf } from './users.ts'

export interface Session {
  /** The `sid`; not what the cookie holds. */
  readonly id: string
  readonly user: User
  readonly auth_time: number
  /** RFC 8176 */
  readonly amr: readonly string[]
  readonly created_at: number
  readonly last_seen_at: number
}

/** The live session behind that cookie in that realm, of a live and enabled user: one read. */
export async function findSession(db: Database, realmId: string, tokenHash: string): Promise<Session | undefined> {
  const now = nowSeconds()
  const rows = await db.sql
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .leftJoin('user_roles', 'user_roles.user_id', 'users.id')
    .leftJoin('roles', 'roles.id', 'user_roles.role_id')
    .selectAll('users')
    .select([
      'sessions.id as session_id',
      'sessions.auth_time as session_auth_time',
      'sessions.amr as session_amr',
      'sessions.created_at as session_created_at',
      'sessions.last_seen_at as session_last_seen_at',
      'roles.name as role_name',
    ])
    .where('sessions.token_hash', '=', tokenHash)
    .where('sessions.realm_id', '=', realmId)
    .where('sessions.ended_at', 'is', null)
    .where('sessions.idle_expires_at', '>', now)
    .where('sessions.expires_at', '>', now)
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null)
    .orderBy('roles.name')
    .execute()
  const [row] = rows
  if (!row) return undefined
  const { session_id, session_auth_time, session_amr, session_created_at, session_last_seen_at, ...rest } = row
  const { role_name: _role, ...user } = rest
  const roles = rows.flatMap((each) => (each.role_name === null ? [] : [each.role_name]))
  return {
    id: session_id,
    user: userOf(user, roles),
    auth_time: session_auth_time,
    amr: JSON.parse(session_amr) as string[],
    created_at: session_created_at,
    last_seen_at: session_last_seen_at,
  }
}

/** The person is still here: the idle time begins anew. */
export async function touchSession(db: Database, id: string, idleSeconds: number): Promise<void> {
  const now = nowSeconds()
  await db.sql
    .updateTable('sessions')
    .set({ last_seen_at: now, idle_expires_at: now + idleSeconds })
    .where('id', '=', id)
    .where('last_seen_at', '<', now)
    .execute()
}

export interface SessionStart extends Pick<SessionsTable, 'realm_id' | 'user_id' | 'address' | 'user_agent'> {
  readonly token_hash: string
  readonly amr: readonly string[]
  readonly idle_seconds: number
  readonly absolute_seconds: number
  /** What the browser came with. */
  readonly previous_token_hash?: string
  /** The password hash that the login was checked against: changed meanwhile, it proves nothing. */
  readonly checked_password?: string
}

/**
 * Begins a session and answers its `sid`. The browser's session of the same person goes on under the new token (what
 * rests on it stays), that of another person ends. Undefined: the user was disabled, deleted or got another password
 * since the login was checked.
 */
export function beginSession(db: Database, start: SessionStart): Promise<string | undefined> {
  return transaction(db, async (sql) => {
    if (!(await stillProved(sql, start))) return undefined
    const now = nowSeconds()
    const row = {
      token_hash: start.token_hash,
      auth_time: now,
      amr: JSON.stringify(start.amr),
      address: start.address,
      user_agent: start.user_agent,
      last_seen_at: now,
      idle_expires_at: now + start.idle_seconds,
      expires_at: now + start.absolute_seconds,
    }
    const previous = await findPrevious(sql, start)
    if (previous?.user_id === start.user_id && previous.idle_expires_at > now && previous.expires_at > now) {
      await sql.updateTable('sessions').set(row).where('id', '=', previous.id).execute()
      return previous.id
    }
    if (previous) await endSession(sql, previous.id, 'another login in the same browser')
    const id = randomId()
    const { realm_id, user_id } = start
    await sql
      .insertInto('sessions')
      .values({ ...row, id, realm_id, user_id, created_at: now, ended_at: null })
      .execute()
    return id
  })
}

/**
 * Inside a transaction: whether a login that was checked still proves somebody. Locks the user: whoever disables the user
 * or sets a password comes wholly before or wholly after.
 */
export async function stillProved(
  sql: Sql,
  start: Pick<SessionStart, 'realm_id' | 'user_id' | 'checked_password'>,
): Promise<boolean> {
  const user = await sql
    .updateTable('users')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('id', '=', start.user_id)
    .where('realm_id', '=', start.realm_id)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  if (!user || start.checked_password === undefined) return user !== undefined
  const password = await sql
    .selectFrom('credentials')
    .select('id')
    .where('user_id', '=', start.user_id)
    .where('kind', '=', 'password')
    .where('value', '=', start.checked_password)
    .executeTakeFirst()
  return password !== undefined
}

async function findPrevious(sql: Sql, start: SessionStart) {
  if (start.previous_token_hash === undefined) return undefined
  return await sql
    .selectFrom('sessions')
    .select(['id', 'user_id', 'idle_expires_at', 'expires_at'])
    .where('token_hash', '=', start.previous_token_hash)
    .where('realm_id', '=', start.realm_id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
}

/** Inside a transaction: ends a session and every grant that does not outlive it. False: it had ended before. */
export async function endSession(sql: Sql, id: string, because: string): Promise<boolean> {
  const result = await sql
    .updateTable('sessions')
    .set({ ended_at: nowSeconds() })
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (result.numUpdatedRows === 0n) return false
  await revokeGrantsOf(sql, { sessionId: id, onlyNotOffline: true }, because)
  return true
}
