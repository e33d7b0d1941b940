import type { Sql } from './database.ts'
import { prepared } from './prepared.ts'

/** A JWT access token is revoked by remembering its `jti` until it expires. */
export async function revokeJti(sql: Sql, jti: string, expiresAt: number): Promise<void> {
  await sql
    .insertInto('revoked_tokens')
    .values({ jti, expires_at: expiresAt })
    .onConflict((conflict) => conflict.column('jti').doNothing())
    .execute()
}

const findRevoked = prepared((sql: Sql, { jti }: { readonly jti: string }) =>
  sql.selectFrom('revoked_tokens').select('jti').where('jti', '=', jti),
)

export async function isRevoked(sql: Sql, jti: string): Promise<boolean> {
  return (await findRevoked(sql, { jti })).length > 0
}
