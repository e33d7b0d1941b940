/**
 * Every column that holds sealed values, and the place that each value is sealed to: what is not listed here is lost when
 * data keys are rotated. A new column with sealed values is one line more.
 */
import { type RawBuilder, sql } from 'kysely'
import type { SealContext } from '#crypto/seal.ts'
import type { Sql } from './database.ts'

export interface SealedColumn {
  readonly table: string
  readonly column: string
  /** Columns that tell the row apart. */
  readonly key: readonly string[]
  /** The rows with what their place needs, as `sealed`, `realm`, `place` and `place_field`. */
  readonly rows: RawBuilder<SealedRow>
}

interface SealedRow {
  readonly sealed: string
  readonly realm: string
  readonly place: string
  readonly place_field: string
  readonly [key: string]: string
}

export interface SealedValue {
  readonly sealed: string
  readonly context: SealContext
  /** Of the key columns. */
  readonly key: Readonly<Record<string, string>>
}

const connection = (column: string, field: string): SealedColumn => ({
  table: 'connections',
  column,
  key: ['id'],
  rows: sql`select id, ${sql.ref(column)} as sealed, realm_id as realm, id as place, ${sql.lit(field)} as place_field
    from connections where ${sql.ref(column)} is not null`,
})

export const sealedColumns: readonly SealedColumn[] = [
  {
    table: 'signing_keys',
    column: 'private_sealed',
    key: ['id'],
    rows: sql`select id, private_sealed as sealed, realm_id as realm, id as place, 'private_sealed' as place_field
      from signing_keys`,
  },
  {
    table: 'client_secrets',
    column: 'value',
    key: ['id'],
    rows: sql`select client_secrets.id, value as sealed, clients.realm_id as realm, client_secrets.id as place,
      'value' as place_field from client_secrets inner join clients on clients.id = client_secrets.client_id
      where client_secrets.kind = 'sealed'`,
  },
  {
    table: 'oauth_server_secrets',
    column: 'value_sealed',
    key: ['owner_id', 'field'],
    rows: sql`select owner_id, field, value_sealed as sealed, oauth_servers.realm_id as realm, owner_id as place,
      field as place_field from oauth_server_secrets
      inner join oauth_servers on oauth_servers.id = oauth_server_secrets.server_id where value_sealed is not null`,
  },
  connection('access_sealed', 'access_token'),
  connection('refresh_sealed', 'refresh_token'),
  connection('previous_refresh_sealed', 'refresh_token'),
  connection('id_token_sealed', 'id_token'),
  connection('kept_sealed', 'kept'),
  {
    table: 'connect_journeys',
    column: 'proof_sealed',
    key: ['id'],
    rows: sql`select id, proof_sealed as sealed, realm_id as realm, id as place, 'proof' as place_field
      from connect_journeys where proof_sealed is not null`,
  },
  {
    table: 'refresh_answers',
    column: 'answer_sealed',
    key: ['id'],
    rows: sql`select id, answer_sealed as sealed, realm_id as realm, connection_id || ' ' || id as place,
      'answer' as place_field from refresh_answers`,
  },
  {
    table: 'connection_exchanges',
    column: 'shown_sealed',
    key: ['id'],
    rows: sql`select id, shown_sealed as sealed, realm_id as realm, connection_id || ' ' || id as place,
      'shown' as place_field from connection_exchanges`,
  },
]

/** Some of the values that are sealed under another data key than `keyId`. */
export async function sealedElsewhere(
  db: Sql,
  column: SealedColumn,
  keyId: string,
  limit: number,
): Promise<readonly SealedValue[]> {
  const { rows } = await sql<SealedRow>`select * from (${column.rows}) as sealed_rows
    where sealed not like ${`v1.${keyId.replaceAll(/[_%]/g, '\\$&')}.%`} escape '\\' limit ${sql.lit(limit)}`.execute(
    db,
  )
  return rows.map((row) => ({
    sealed: row.sealed,
    context: { realm: row.realm, table: column.table, row: row.place, field: row.place_field },
    key: Object.fromEntries(column.key.map((name) => [name, row[name] ?? ''])),
  }))
}

export async function countSealedElsewhere(db: Sql, keyId: string): Promise<number> {
  let count = 0
  for (const column of sealedColumns) {
    const { rows } = await sql<{ left: number }>`select count(*) as "left" from (${column.rows}) as sealed_rows
      where sealed not like ${`v1.${keyId.replaceAll(/[_%]/g, '\\$&')}.%`} escape '\\'`.execute(db)
    count += rows[0]?.left ?? 0
  }
  return count
}

/** Puts another sealed text of the same secret in its place, unless the secret was changed meanwhile. */
export async function replaceSealed(db: Sql, column: SealedColumn, value: SealedValue, sealed: string): Promise<void> {
  const isRow = Object.entries(value.key).map(([name, text]) => sql`${sql.ref(name)} = ${text}`)
  const place = sql.ref(column.column)
  await sql`update ${sql.table(column.table)} set ${place} = ${sealed}
    where ${sql.join(isRow, sql` and `)} and ${place} = ${value.sealed}`.execute(db)
}
