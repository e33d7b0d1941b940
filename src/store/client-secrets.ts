import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import type { ClientSecretsTable } from './tables.ts'

/** What a client may authenticate with. `value` never leaves the house: see `kind` for how it is kept. */
export type ClientSecret = Readonly<Omit<ClientSecretsTable, 'client_id'>>

export interface NewSecret {
  /** Given where the value is sealed to its row; made here otherwise. */
  readonly id?: string
  readonly kind: ClientSecret['kind']
  /** Hashed or sealed already, as `kind` says. */
  readonly value: string
  readonly label?: string
  readonly expires_at?: number | null
}

export function secretOf(row: ClientSecretsTable): ClientSecret {
  const { client_id: _, ...secret } = row
  return secret
}

/** What people and the audit may see of a secret. */
export function publicSecret(secret: ClientSecret): Omit<ClientSecret, 'value'> {
  const { value: _, ...rest } = secret
  return rest
}

/** The secrets of these clients (clients.id) that have not expired, newest first. */
export function listSecretRows(sql: Sql, clientRowIds: readonly string[]): Promise<ClientSecretsTable[]> {
  return sql
    .selectFrom('client_secrets')
    .selectAll()
    .where('client_id', 'in', clientRowIds)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', nowSeconds())]))
    .orderBy('created_at', 'desc')
    .orderBy('id')
    .execute()
}

export async function insertSecret(sql: Sql, clientRowId: string, secret: NewSecret): Promise<ClientSecret> {
  const row: ClientSecretsTable = {
    id: secret.id ?? randomId(),
    client_id: clientRowId,
    kind: secret.kind,
    value: secret.value,
    label: secret.label ?? '',
    created_at: nowSeconds(),
    expires_at: secret.expires_at ?? null,
  }
  await sql.insertInto('client_secrets').values(row).execute()
  return secretOf(row)
}

export interface SecretOwner {
  /** clients.id */
  readonly id: string
  readonly realm_id: string
  readonly client_id: string
}

/** Sets a new secret; every other one works for `overlapSeconds` more at most, with 0 not at all, with null as before. */
export function addClientSecret(
  db: Database,
  actor: Actor,
  client: SecretOwner,
  secret: NewSecret,
  overlapSeconds: number | null,
): Promise<ClientSecret> {
  return changeConfig(db, async (sql) => {
    if (overlapSeconds !== null) await endOthers(sql, client.id, nowSeconds() + overlapSeconds)
    const added = await insertSecret(sql, client.id, secret)
    const after = { ...publicSecret(added), overlap_seconds: overlapSeconds }
    await writeAudit(sql, { ...secretObject(client), actor, action: 'client.add_secret', after })
    return added
  })
}

async function endOthers(sql: Sql, clientId: string, end: number): Promise<void> {
  await sql
    .updateTable('client_secrets')
    .set({ expires_at: end })
    .where('client_id', '=', clientId)
    .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', end)]))
    .execute()
}

/** Ends a secret at once. False: the client has no such secret. */
export function removeClientSecret(db: Database, actor: Actor, client: SecretOwner, id: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const row = await sql
      .deleteFrom('client_secrets')
      .where('id', '=', id)
      .where('client_id', '=', client.id)
      .returningAll()
      .executeTakeFirst()
    if (!row) return false
    const before = publicSecret(secretOf(row))
    await writeAudit(sql, { ...secretObject(client), actor, action: 'client.remove_secret', before })
    return true
  })
}

function secretObject(client: SecretOwner) {
  return { realm_id: client.realm_id, object_kind: 'client', object_id: client.id, object_name: client.client_id }
}
