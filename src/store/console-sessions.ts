/**
 * Sessions of the console and the sign-ins that lead to them. A session has no user and no right of its own: it is live
 * while the grant is that its code bought (`findLiveGrant`), so whatever ends that ends it.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Database, transaction } from './database.ts'
import { revokeGrant } from './grants.ts'
import type { ConsoleSessionsTable, ConsoleSignInsTable } from './passing-tables.ts'

export type ConsoleSession = Readonly<Omit<ConsoleSessionsTable, 'token_hash'>>

export async function addConsoleSignIn(
  db: Database,
  signIn: Pick<ConsoleSignInsTable, 'state_hash' | 'browser_hash' | 'return_to'>,
  seconds: number,
): Promise<void> {
  const now = nowSeconds()
  await db.sql
    .insertInto('console_sign_ins')
    .values({ ...signIn, created_at: now, expires_at: now + seconds })
    .execute()
}

/** Spends the sign-in that this browser began with that state and answers where it leads; undefined: there is none. */
export async function spendConsoleSignIn(
  db: Database,
  signIn: Pick<ConsoleSignInsTable, 'state_hash' | 'browser_hash'>,
): Promise<{ readonly return_to: string } | undefined> {
  return await db.sql
    .deleteFrom('console_sign_ins')
    .where('state_hash', '=', signIn.state_hash)
    .where('browser_hash', '=', signIn.browser_hash)
    .where('expires_at', '>', nowSeconds())
    .returning('return_to')
    .executeTakeFirst()
}

export interface NewConsoleSession
  extends Pick<ConsoleSessionsTable, 'token_hash' | 'grant_id' | 'address' | 'user_agent'> {
  readonly idle_seconds: number
  readonly absolute_seconds: number
  /** What the browser came with: that session ends. */
  readonly previous_token_hash: string | undefined
}

/** Stores a new session; the one that the browser had before ends with its grant. */
export function addConsoleSession(db: Database, session: NewConsoleSession): Promise<ConsoleSession> {
  const { idle_seconds, absolute_seconds, previous_token_hash, token_hash, ...rest } = session
  const now = nowSeconds()
  const row = {
    ...rest,
    id: randomId(),
    created_at: now,
    last_seen_at: now,
    idle_expires_at: now + idle_seconds,
    expires_at: now + absolute_seconds,
  }
  return transaction(db, async (sql) => {
    if (previous_token_hash !== undefined) {
      const previous = await sql
        .deleteFrom('console_sessions')
        .where('token_hash', '=', previous_token_hash)
        .returning('grant_id')
        .executeTakeFirst()
      if (previous) await revokeGrant(sql, previous.grant_id, 'another sign-in to the console in the same browser')
    }
    await sql
      .insertInto('console_sessions')
      .values({ ...row, token_hash })
      .execute()
    return row
  })
}

/** The session behind that cookie, if its time is not over; whether its grant lives is another question. */
export async function findConsoleSession(db: Database, tokenHash: string): Promise<ConsoleSession | undefined> {
  const now = nowSeconds()
  return await db.sql
    .selectFrom('console_sessions')
    .select(['id', 'grant_id', 'address', 'user_agent', 'created_at', 'last_seen_at', 'idle_expires_at', 'expires_at'])
    .where('token_hash', '=', tokenHash)
    .where('idle_expires_at', '>', now)
    .where('expires_at', '>', now)
    .executeTakeFirst()
}

/** The person is still here: the idle time begins anew. */
export async function touchConsoleSession(db: Database, id: string, idleSeconds: number): Promise<void> {
  const now = nowSeconds()
  await db.sql
    .updateTable('console_sessions')
    .set({ last_seen_at: now, idle_expires_at: now + idleSeconds })
    .where('id', '=', id)
    .where('last_seen_at', '<', now)
    .execute()
}

/** Ends a session with the grant that it rests on. */
export function endConsoleSession(db: Database, session: ConsoleSession, because: string): Promise<boolean> {
  return transaction(db, async (sql) => {
    await sql.deleteFrom('console_sessions').where('id', '=', session.id).execute()
    return await revokeGrant(sql, session.grant_id, because)
  })
}
