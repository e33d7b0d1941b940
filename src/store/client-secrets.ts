import { nowSeconds } from '#observe/clock.ts'
import type { Sql } from './database.ts'
import type { ClientSecretsTable } from './tables.ts'

/** What a client may authenticate with. `value` never leaves the house: see `kind` for how it is kept. */
export type ClientSecret = Readonly<Omit<ClientSecretsTable, 'client_id'>>

export function secretOf(row: ClientSecretsTable): ClientSecret {
  const { client_id: _, ...secret } = row
  return secret
}

/** The secrets of a client (clients.id) that have not expired, newest first. */
export function listSecretRows(sql: Sql, clientRowId: string): Promise<ClientSecretsTable[]> {
  return sql
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', '=', clientRowId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', nowSeconds())]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
}
