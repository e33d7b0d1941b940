/** The last requests that connections made, and their answers: a few of each connection, for a week at most. */
import type { ConnectionExchangesTable } from './connection-tables.ts'
import { type Database, type Sql, transaction } from './database.ts'

export type ConnectionExchange = Readonly<ConnectionExchangesTable>

const KEPT_SECONDS = 7 * 86_400
/** Of each connection: those that went well say little, of the others the first tells as much as the last. */
const MOST_OK = 3
const MOST_FAILED = 10

/** Several at once; of a connection that is no more nothing is written. */
export function addExchanges(db: Database, rows: readonly Omit<ConnectionExchange, 'expires_at'>[]): Promise<void> {
  return transaction(db, async (sql) => {
    for (const row of rows) {
      const isThere = await sql
        .selectFrom('connections')
        .select('id')
        .where('id', '=', row.connection_id)
        .executeTakeFirst()
      if (!isThere) continue
      const expires_at = Math.floor(row.at_ms / 1000) + KEPT_SECONDS
      await sql
        .insertInto('connection_exchanges')
        .values({ ...row, expires_at })
        .execute()
      await dropOlder(sql, row)
    }
  })
}

async function dropOlder(
  sql: Sql,
  { connection_id, is_ok }: Pick<ConnectionExchange, 'connection_id' | 'is_ok'>,
): Promise<void> {
  const kind = sql
    .selectFrom('connection_exchanges')
    .select('id')
    .where('connection_id', '=', connection_id)
    .where('is_ok', '=', is_ok)
  await sql
    .deleteFrom('connection_exchanges')
    .where('connection_id', '=', connection_id)
    .where('is_ok', '=', is_ok)
    .where(
      'id',
      'not in',
      kind
        .orderBy('at_ms', 'desc')
        .orderBy('id')
        .limit(is_ok === 1 ? MOST_OK : MOST_FAILED),
    )
    .execute()
}

/** Of one connection, newest first. */
export async function listExchanges(sql: Sql, connectionId: string): Promise<readonly ConnectionExchange[]> {
  return await sql
    .selectFrom('connection_exchanges')
    .selectAll()
    .where('connection_id', '=', connectionId)
    .orderBy('at_ms', 'desc')
    .orderBy('id')
    .execute()
}
