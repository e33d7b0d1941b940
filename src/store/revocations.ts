import type { Sql } from './database.ts'

/** A JWT access token is revoked by remembering its `jti` until it expires. */
export async function revokeJti(sql: Sql, jti: string, expiresAt: number): Promise<void> {
  await sql
    .insertInto('revoked_tokens')
    .values({ jti, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .execute()
}

export async function isRevoked(sql: Sql, jti: string): Promise<boolean> {
  return (await sql.selectFrom('revoked_tokens').select('jti').where('jti', '=', jti).executeTakeFirst()) !== undefined
}
