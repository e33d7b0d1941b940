import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard, discardRoles } from './deleted.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import type { RolesTable } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'

export interface Role extends Readonly<Omit<RolesTable, 'built_in'>> {
  readonly built_in: boolean
}

/** A user or client was to get a role that its realm does not have. */
export class UnknownRole extends Error {
  readonly role: string

  constructor(role: string) {
    super(`the realm has no role ${JSON.stringify(role)}`)
    this.name = 'UnknownRole'
    this.role = role
  }
}

export function roleOf(row: RolesTable): Role {
  return { ...row, built_in: row.built_in === 1 }
}

export async function findRole(db: Pick<Database, 'sql'>, realmId: string, name: string): Promise<Role | undefined> {
  const row = await db.sql
    .selectFrom('roles')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && roleOf(row)
}

/** The ids of those roles, each once; throws `UnknownRole`. */
export async function roleIds(sql: Sql, realmId: string, names: readonly string[]): Promise<readonly string[]> {
  if (names.length === 0) return []
  const rows = await sql
    .selectFrom('roles')
    .select(['id', 'name'])
    .where('realm_id', '=', realmId)
    .where('name', 'in', names)
    .execute()
  const unknown = names.find((name) => !rows.some((row) => row.name === name))
  if (unknown !== undefined) throw new UnknownRole(unknown)
  return rows.map((row) => row.id)
}

export interface NewRole {
  readonly name: string
  readonly description: string
}

/** `taken`: the realm has a role of that name. */
export function createRole(db: Database, actor: Actor, realmId: string, input: NewRole): Promise<Role | Taken> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const role = await insertRole(sql, realmId, input, false)
      await writeAudit(sql, { ...roleObject(role), actor, action: 'role.create', after: role })
      return role
    }),
  )
}

/** The roles of those who manage the installation; other realms begin with none. */
export async function insertStandardRoles(sql: Sql, realm: { id: string; name: string }): Promise<void> {
  if (realm.name !== 'system') return
  await insertRole(sql, realm.id, { name: 'admin', description: 'May do everything in every realm' }, true)
  await insertRole(
    sql,
    realm.id,
    { name: 'viewer', description: 'May see everything in every realm, no secrets' },
    true,
  )
}

async function insertRole(sql: Sql, realmId: string, input: NewRole, isBuiltIn: boolean): Promise<Role> {
  const now = nowSeconds()
  const row: RolesTable = {
    id: randomId(),
    realm_id: realmId,
    name: input.name,
    description: input.description,
    built_in: isBuiltIn ? 1 : 0,
    created_at: now,
    updated_at: now,
  }
  await sql.insertInto('roles').values(row).execute()
  return roleOf(row)
}

/** `change` sees the role as it is in the transaction and may throw to refuse. A role's name is fixed. */
export function updateRole(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
  change: (current: Role) => Partial<Omit<NewRole, 'name'>>,
  revertedTo?: string,
): Promise<Role | undefined> {
  return changeConfig(db, async (sql) => {
    const before = await lockRole(sql, realmId, name)
    if (!before) return undefined
    const after: Role = { ...before, ...change(before), updated_at: nowSeconds() }
    const changed = { description: after.description, updated_at: after.updated_at }
    await sql.updateTable('roles').set(changed).where('id', '=', before.id).execute()
    await writeAudit(sql, { ...roleObject(after), actor, ...updateEntry('role', before, after, revertedTo) })
    return after
  })
}

/** Takes the role from everyone who had it and lays it in the recycle bin. False: no such role. */
export function deleteRole(db: Database, actor: Actor, realmId: string, name: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockRole(sql, realmId, name)
    if (!before) return false
    const contents: RolesTable = { ...before, built_in: before.built_in ? 1 : 0 }
    const named = { realm_id: realmId, kind: 'role', object_id: before.id, name, contents } as const
    await discardRoles(sql, await discard(sql, actor, named), 'role_id', before.id)
    await sql.deleteFrom('user_roles').where('role_id', '=', before.id).execute()
    await sql.deleteFrom('client_roles').where('role_id', '=', before.id).execute()
    await sql.deleteFrom('roles').where('id', '=', before.id).execute()
    await writeAudit(sql, { ...roleObject(before), actor, action: 'role.delete', before })
    return true
  })
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockRole(sql: Sql, realmId: string, name: string): Promise<Role | undefined> {
  const row = await sql
    .updateTable('roles')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
  return row && roleOf(row)
}

export function roleObject(role: Role) {
  return { realm_id: role.realm_id, object_kind: 'role', object_id: role.id, object_name: role.name }
}

const roleList: ListRules = {
  fields: {
    name: { kind: 'text', column: 'name' },
    description: { kind: 'text', column: 'description' },
    built_in: { kind: 'flag', column: 'built_in' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['name', 'description'],
  sort: 'name',
  key: 'id',
}

export async function listRoles(db: Database, realmId: string, query: ListQuery): Promise<Page<Role>> {
  const page = await listPage(
    db,
    db.sql.selectFrom('roles').selectAll().where('realm_id', '=', realmId),
    roleList,
    query,
  )
  return { items: page.items.map(roleOf), total: page.total }
}
