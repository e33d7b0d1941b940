/**
 * The journal: what a foreign server answered, sealed, kept before anything is read of it. An answer that is saved
 * leaves the journal in the same transaction; one in which no token was found stays until it is read again or replaced.
 */
import { nowSeconds } from '#observe/clock.ts'
import type { RefreshAnswersTable } from './connection-tables.ts'
import type { Database, Sql } from './database.ts'

export type RefreshAnswerRow = Readonly<RefreshAnswersTable>

/** Days that an answer stays which nobody could read. */
const UNREADABLE_DAYS = 30
const DAY = 86_400

const columns = [
  'id',
  'realm_id',
  'connection_id',
  'grant_type',
  'base_version',
  'state',
  'received_at_ms',
  'answer_sealed',
  'expires_at',
] as const satisfies readonly (keyof RefreshAnswersTable)[]

/** Step 8. Writing the same again changes nothing; nothing is written of a connection that is gone. */
export async function journalAnswer(db: Database, row: RefreshAnswerRow): Promise<void> {
  await db.sql
    .insertInto('refresh_answers')
    .columns([...columns])
    .expression((from) =>
      from
        .selectFrom('connections')
        .where('connections.id', '=', row.connection_id)
        .select((each) => columns.map((name) => each.val(row[name]).as(name))),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}

/** What was received and not saved, oldest first. */
export async function listPendingAnswers(db: Database, limit: number): Promise<readonly RefreshAnswerRow[]> {
  return await db.sql
    .selectFrom('refresh_answers')
    .selectAll()
    .where('state', '=', 'pending')
    .orderBy('received_at_ms')
    .limit(limit)
    .execute()
}

/** Of one connection, newest first. */
export async function listAnswersOf(sql: Sql, connectionId: string): Promise<readonly RefreshAnswerRow[]> {
  return await sql
    .selectFrom('refresh_answers')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .orderBy('received_at_ms', 'desc')
    .execute()
}

/** No token was found in it: it is kept for a while, the older ones of its connection are not. */
export async function keepUnreadable(sql: Sql, row: RefreshAnswerRow): Promise<void> {
  const expires_at = nowSeconds() + UNREADABLE_DAYS * DAY
  await sql
    .deleteFrom('refresh_answers')
    .where('connection_id', '=', row.connection_id)
    .where('id', '!=', row.id)
    .where('state', '=', 'unreadable')
    .execute()
  await sql
    .insertInto('refresh_answers')
    .values({ ...row, state: 'unreadable', expires_at })
    .onConflict((conflict) => conflict.column('id').doUpdateSet({ state: 'unreadable', expires_at }))
    .execute()
}

/** An answer without tokens is worth nothing once its connection has others. */
export async function dropOutdated(sql: Sql, { id, connection_id, base_version }: RefreshAnswerRow): Promise<void> {
  const isStill = sql
    .selectFrom('connections')
    .select('id')
    .where('id', '=', connection_id)
    .where('version', '=', base_version)
  await sql
    .deleteFrom('refresh_answers')
    .where('id', '=', id)
    .where((answer) => answer.not(answer.exists(isStill)))
    .execute()
}
