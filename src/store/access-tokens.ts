import type { Sql } from './database.ts'
import type { AccessTokensTable } from './passing-tables.ts'
import { prepared } from './prepared.ts'

export type AccessTokenRow = Readonly<AccessTokensTable>

/** Keeps what an opaque token stands for. */
export async function addAccessToken(sql: Sql, token: AccessTokenRow): Promise<void> {
  await sql.insertInto('access_tokens').values(token).execute()
}

const findByHash = prepared((sql: Sql, { tokenHash }: { readonly tokenHash: string }) =>
  sql.selectFrom('access_tokens').selectAll().where('token_hash', '=', tokenHash),
)

export async function findAccessToken(sql: Sql, tokenHash: string): Promise<AccessTokenRow | undefined> {
  return (await findByHash(sql, { tokenHash }))[0]
}

/** An opaque token is revoked by forgetting it. */
export async function removeAccessToken(sql: Sql, tokenHash: string): Promise<void> {
  await sql.deleteFrom('access_tokens').where('token_hash', '=', tokenHash).execute()
}
