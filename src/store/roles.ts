import type { Sql } from './database.ts'
import type { RolesTable } from './tables.ts'

export interface Role extends Readonly<Omit<RolesTable, 'built_in'>> {
  readonly built_in: boolean
}

export function roleOf(row: RolesTable): Role {
  return { ...row, built_in: row.built_in === 1 }
}

export async function findRole(sql: Sql, realmId: string, name: string): Promise<Role | undefined> {
  const row = await sql
    .selectFrom('roles')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && roleOf(row)
}
