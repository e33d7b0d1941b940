import type { Sql } from './database.ts'
import type { RefreshTokensTable } from './passing-tables.ts'

export type RefreshTokenRow = Readonly<RefreshTokensTable>

/** What a new refresh token row says; times in epoch seconds. */
export type NewRefreshToken = Pick<
  RefreshTokenRow,
  'token_hash' | 'realm_id' | 'client_id' | 'grant_id' | 'created_at' | 'idle_expires_at' | 'expires_at'
>

export async function addRefreshToken(sql: Sql, token: NewRefreshToken): Promise<void> {
  await sql
    .insertInto('refresh_tokens')
    .values({ ...token, spent_at_ms: null, successor_hash: null, sealed_answer: null, sealed_until_ms: null })
    .execute()
}

export interface PresentedRefreshToken {
  readonly row: RefreshTokenRow
  /** Its successor was presented already: the answer that brought it did arrive. */
  readonly isSuccessorUsed: boolean
}

export async function findRefreshToken(sql: Sql, tokenHash: string): Promise<PresentedRefreshToken | undefined> {
  const found = await sql
    .selectFrom('refresh_tokens as token')
    .leftJoin('refresh_tokens as successor', 'successor.token_hash', 'token.successor_hash')
    .selectAll('token')
    .select('successor.spent_at_ms as successor_spent_at_ms')
    .where('token.token_hash', '=', tokenHash)
    .executeTakeFirst()
  if (found === undefined) return undefined
  const { successor_spent_at_ms: successorSpentAt, ...row } = found
  return { row, isSuccessorUsed: successorSpentAt !== null }
}

export interface Spending {
  readonly tokenHash: string
  readonly nowMs: number
  readonly successorHash: string
  /** Sealed under a key that only the presented token gives. */
  readonly sealedAnswer: string | null
  readonly sealedUntilMs: number | null
}

/** One statement decides who spends it: false where somebody was faster. */
export async function spendRefreshToken(sql: Sql, spending: Spending): Promise<boolean> {
  const result = await sql
    .updateTable('refresh_tokens')
    .set({
      spent_at_ms: spending.nowMs,
      successor_hash: spending.successorHash,
      sealed_answer: spending.sealedAnswer,
      sealed_until_ms: spending.sealedUntilMs,
    })
    .where('token_hash', '=', spending.tokenHash)
    .where('spent_at_ms', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
