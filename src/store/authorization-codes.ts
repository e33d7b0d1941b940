import type { Sql } from './database.ts'
import type { AuthorizationCodesTable } from './passing-tables.ts'

/** A code as it is stored: its hash, and what it is bound to (RFC 6749 §4.1.2). */
export interface AuthorizationCode
  extends Readonly<Omit<AuthorizationCodesTable, 'redirect_uri_was_sent' | 'claims' | 'spent_at'>> {
  readonly redirect_uri_was_sent: boolean
  /** Names of the claims that the request wants in the ID token itself (OpenID Connect Core §5.5). */
  readonly id_token_claims: readonly string[]
}

export async function addAuthorizationCode(sql: Sql, code: AuthorizationCode): Promise<void> {
  const { id_token_claims, ...row } = code
  await sql
    .insertInto('authorization_codes')
    .values({
      ...row,
      redirect_uri_was_sent: code.redirect_uri_was_sent ? 1 : 0,
      claims: id_token_claims.length === 0 ? null : JSON.stringify({ id_token: id_token_claims }),
      spent_at: null,
    })
    .execute()
}

/** Spends the code: one statement, so that of many that try at once one does. False: it was spent before. */
export async function spendAuthorizationCode(
  sql: Sql,
  shown: { readonly realmId: string; readonly codeHash: string; readonly now: number },
): Promise<boolean> {
  const result = await sql
    .updateTable('authorization_codes')
    .set({ spent_at: shown.now })
    .where('code_hash', '=', shown.codeHash)
    .where('realm_id', '=', shown.realmId)
    .where('spent_at', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}

/** A code of that realm as it was shown: spent or not, expired or not. */
export async function findAuthorizationCode(
  sql: Sql,
  realmId: string,
  codeHash: string,
): Promise<{ readonly code: AuthorizationCode; readonly isSpent: boolean } | undefined> {
  const row = await sql
    .selectFrom('authorization_codes')
    .selectAll()
    .where('code_hash', '=', codeHash)
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
  return row && { code: codeOf(row), isSpent: row.spent_at !== null }
}

function codeOf(row: AuthorizationCodesTable): AuthorizationCode {
  const { spent_at: _spent, claims, ...rest } = row
  const wanted = claims === null ? {} : (JSON.parse(claims) as { id_token?: string[] })
  return {
    ...rest,
    redirect_uri_was_sent: row.redirect_uri_was_sent === 1,
    id_token_claims: wanted.id_token ?? [],
  }
}
