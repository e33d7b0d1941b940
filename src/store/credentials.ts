import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Database, Sql } from './database.ts'

/** The hash of a user's password (PHC string), if there is one. */
export function findPassword(db: Pick<Database, 'sql'>, userId: string): Promise<{ value: string } | undefined> {
  return db.sql
    .selectFrom('credentials')
    .select('value')
    .where('user_id', '=', userId)
    .where('kind', '=', 'password')
    .executeTakeFirst()
}

/** Inside a transaction; what a new password ends is the business of `setUserPassword`. `value` is a hash. */
export async function setPassword(sql: Sql, userId: string, value: string): Promise<void> {
  const now = nowSeconds()
  await sql
    .insertInto('credentials')
    .values({ id: randomId(), user_id: userId, kind: 'password', value, created_at: now })
    .onConflict((conflict) => conflict.columns(['user_id', 'kind']).doUpdateSet({ value, created_at: now }))
    .execute()
}
