/** What an administrator sees of sessions, and how he ends them. How they begin and go on is `sessions.ts`. */
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import { type Database, transaction } from './database.ts'
import type { SessionsTable } from './passing-tables.ts'
import { endSession } from './sessions.ts'
import type { User } from './users.ts'

export interface SessionRecord
  extends Readonly<Omit<SessionsTable, 'token_hash' | 'realm_id' | 'user_id' | 'amr' | 'ended_at'>> {
  /** RFC 8176 */
  readonly amr: readonly string[]
}

/** The live sessions of a user, the newest first. */
export async function listUserSessions(db: Database, userId: string): Promise<readonly SessionRecord[]> {
  const now = nowSeconds()
  const rows = await db.sql
    .selectFrom('sessions')
    .select(['id', 'auth_time', 'amr', 'address', 'user_agent', 'created_at', 'last_seen_at', 'idle_expires_at'])
    .select('expires_at')
    .where('user_id', '=', userId)
    .where('ended_at', 'is', null)
    .where('idle_expires_at', '>', now)
    .where('expires_at', '>', now)
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .limit(1000)
    .execute()
  return rows.map((row) => ({ ...row, amr: JSON.parse(row.amr) as string[] }))
}

/** Ends a user's sessions, or the one named, with the grants that rest on them. Answers how many were live. */
export function endUserSessions(db: Database, actor: Actor, user: User, sessionId?: string): Promise<number> {
  return transaction(db, async (sql) => {
    let live = sql.selectFrom('sessions').select('id').where('user_id', '=', user.id).where('ended_at', 'is', null)
    if (sessionId !== undefined) live = live.where('id', '=', sessionId)
    let ended = 0
    for (const { id } of await live.execute()) if (await endSession(sql, id, 'ended by an administrator')) ended += 1
    if (ended === 0) return 0
    const object = { realm_id: user.realm_id, object_kind: 'user', object_id: user.id, object_name: user.username }
    await writeAudit(sql, { ...object, actor, action: 'user.end_sessions', after: { sessions: ended } })
    return ended
  })
}
