import type { Sql } from './database.ts'

/** Remembers a client assertion until it expires; false where it was seen before (RFC 7523 §3, item 7). */
export async function spendAssertion(sql: Sql, id: string, expiresAt: number): Promise<boolean> {
  const result = await sql
    .insertInto('spent_assertions')
    .values({ id, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return result.numInsertedOrUpdatedRows === 1n
}
