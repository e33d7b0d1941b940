import type { Database, Sql } from './database.ts'
import { fold } from './fold.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import type { ListQuery, Page } from './listing.ts'
import type { UsersTable } from './tables.ts'

/** A live user. `id` is the `sub`. */
export interface User
  extends Readonly<
    Omit<
      UsersTable,
      | 'username_folded'
      | 'email_folded'
      | 'email_verified'
      | 'address'
      | 'enabled'
      | 'must_change_password'
      | 'deleted_at'
    >
  > {
  readonly email_verified: boolean
  /** The `address` claim of OpenID Connect Core §5.1.1. */
  readonly address: Readonly<Record<string, string>> | null
  readonly enabled: boolean
  readonly must_change_password: boolean
  /** Names, sorted. */
  readonly roles: readonly string[]
}

export function userOf(row: UsersTable, roles: readonly string[]): User {
  const { username_folded: _username, email_folded: _email, deleted_at: _deleted, ...rest } = row
  return {
    ...rest,
    email_verified: row.email_verified === 1,
    address: row.address === null ? null : (JSON.parse(row.address) as Record<string, string>),
    enabled: row.enabled === 1,
    must_change_password: row.must_change_password === 1,
    roles,
  }
}

/** The live user with that id in that realm, disabled ones included: the caller reads `enabled`. */
export async function findUser(db: Pick<Database, 'sql'>, realmId: string, id: string): Promise<User | undefined> {
  const row = await db.sql
    .selectFrom('users')
    .selectAll()
    .where('id', '=', id)
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && userOf(row, await listUserRoles(db.sql, row.id))
}

/**
 * Whom a login names: the user with that username, else the only one with that e-mail address. Case and Unicode form do
 * not matter; an address that several users share names nobody.
 */
export async function findUserByLogin(
  db: Pick<Database, 'sql'>,
  realmId: string,
  text: string,
): Promise<User | undefined> {
  const folded = fold(text)
  const live = db.sql.selectFrom('users').selectAll().where('realm_id', '=', realmId).where('deleted_at', 'is', null)
  const named = await live.where('username_folded', '=', folded).executeTakeFirst()
  if (named) return userOf(named, await listUserRoles(db.sql, named.id))
  const [mailed, another] = await live.where('email_folded', '=', folded).limit(2).execute()
  return mailed && !another ? userOf(mailed, await listUserRoles(db.sql, mailed.id)) : undefined
}

export async function listUserRoles(sql: Sql, userId: string): Promise<readonly string[]> {
  const rows = await sql
    .selectFrom('user_roles')
    .innerJoin('roles', 'roles.id', 'user_roles.role_id')
    .select('roles.name')
    .where('user_roles.user_id', '=', userId)
    .orderBy('roles.name')
    .execute()
  return rows.map((row) => row.name)
}

const userList: LargeListRules = {
  fields: {
    username: { kind: 'folded', column: 'username_folded' },
    email: { kind: 'folded', column: 'email_folded', nullable: true },
    name: { kind: 'text', column: 'name', nullable: true },
    given_name: { kind: 'text', column: 'given_name', nullable: true },
    family_name: { kind: 'text', column: 'family_name', nullable: true },
    enabled: { kind: 'flag', column: 'enabled' },
    email_verified: { kind: 'flag', column: 'email_verified' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['username', 'email', 'name'],
  leading: 'username_folded',
  sort: 'username',
  key: 'id',
}

/** A page of the live users of a realm. */
export async function listUsers(db: Database, realmId: string, query: ListQuery): Promise<Page<User>> {
  const byKey = db.sql.selectFrom('users').selectAll().where('deleted_at', 'is', null)
  const live = { query: byKey.where('realm_id', '=', realmId), byKey }
  const page = await largePage(db, live, userList, query)
  if (page.items.length === 0) return { ...page, items: [] }
  const roles = await db.sql
    .selectFrom('user_roles')
    .innerJoin('roles', 'roles.id', 'user_roles.role_id')
    .select(['user_roles.user_id', 'roles.name'])
    .where(
      'user_roles.user_id',
      'in',
      page.items.map((row) => row.id),
    )
    .orderBy('roles.name')
    .execute()
  const rolesOf = Map.groupBy(roles, (role) => role.user_id)
  const items = page.items.map((row) => userOf(row, rolesOf.get(row.id)?.map((role) => role.name) ?? []))
  return { ...page, items }
}
