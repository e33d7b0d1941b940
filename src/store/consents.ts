import { nowSeconds } from '#observe/clock.ts'
import { type Database, transaction } from './database.ts'

/** What the person has allowed the client so far, space-delimited; undefined: nothing yet. */
export async function findConsentedScope(db: Database, userId: string, clientId: string): Promise<string | undefined> {
  const row = await db.sql
    .selectFrom('consents')
    .select('scope')
    .where('user_id', '=', userId)
    .where('client_id', '=', clientId)
    .executeTakeFirst()
  return row?.scope
}

/** Adds to what the person allows the client (`client_id` is clients.id); what was allowed before stays. */
export function addConsent(db: Database, userId: string, clientId: string, scope: string): Promise<void> {
  return transaction(db, async (sql) => {
    const now = nowSeconds()
    const empty = { user_id: userId, client_id: clientId, scope: '', created_at: now, updated_at: now }
    // Writing first holds the row until the end: two consents at once add up.
    const { scope: before } = await sql
      .insertInto('consents')
      .values(empty)
      .onConflict((conflict) => conflict.columns(['user_id', 'client_id']).doUpdateSet({ updated_at: now }))
      .returning('scope')
      .executeTakeFirstOrThrow()
    const names = new Set(`${before} ${scope}`.split(' ').filter((name) => name !== ''))
    await sql
      .updateTable('consents')
      .set({ scope: [...names].join(' ') })
      .where('user_id', '=', userId)
      .where('client_id', '=', clientId)
      .execute()
  })
}
