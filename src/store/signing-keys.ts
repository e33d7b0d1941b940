import { nowSeconds } from '#observe/clock.ts'
import type { Database, Sql } from './database.ts'
import type { SigningKeysTable } from './tables.ts'

export interface SigningKeyRow extends Readonly<Omit<SigningKeysTable, 'public_jwk'>> {
  readonly public_jwk: Readonly<Record<string, unknown>>
}

/**
 * The keys of a realm that are still published, oldest first. Held, and served stale while the database is away. Which
 * of them signs is the issuer's rule.
 */
export function listSigningKeys(
  db: Database,
  realmId: string,
): readonly SigningKeyRow[] | Promise<readonly SigningKeyRow[]> {
  return db.held.get(`signing-keys ${realmId}`, () => loadSigningKeys(db.sql, realmId), { stale: 'serve' })
}

/** The same, read now: for a decision inside a transaction. */
export async function loadSigningKeys(sql: Sql, realmId: string): Promise<readonly SigningKeyRow[]> {
  const rows = await sql
    .selectFrom('signing_keys')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where((where) => where.or([where('removed_at', 'is', null), where('removed_at', '>', nowSeconds())]))
    .orderBy('active_at')
    .orderBy('id')
    .execute()
  return rows.map((row) => ({ ...row, public_jwk: JSON.parse(row.public_jwk) as Record<string, unknown> }))
}

export async function addSigningKey(sql: Sql, key: SigningKeyRow): Promise<void> {
  await sql
    .insertInto('signing_keys')
    .values({ ...key, public_jwk: JSON.stringify(key.public_jwk) })
    .execute()
}

/** From `at` on the key no longer signs; it is published until `removedAt`. */
export async function retireSigningKey(sql: Sql, id: string, at: number, removedAt: number | null): Promise<void> {
  await sql.updateTable('signing_keys').set({ retired_at: at, removed_at: removedAt }).where('id', '=', id).execute()
}

/** An announced key signs from `at` on. */
export async function activateSigningKey(sql: Sql, id: string, at: number): Promise<void> {
  await sql.updateTable('signing_keys').set({ active_at: at }).where('id', '=', id).execute()
}
