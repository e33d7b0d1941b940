/**
 * What is done to users. Each change is one transaction with its audit entry. Disabling, deleting and a new password end
 * the person's sessions and grants in the same transaction, so that no token outlives the decision. Reading is `users.ts`.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { removeConnectionsOfUser } from './connection-changes.ts'
import { setPassword } from './credentials.ts'
import { changeConfig, type Database, type Sql, transaction } from './database.ts'
import { discard, discardRoles } from './deleted.ts'
import { fold } from './fold.ts'
import { revokeGrantsOf } from './grants.ts'
import { roleIds } from './roles.ts'
import type { UsersTable } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'
import { listUserRoles, type User, userOf } from './users.ts'

/** What an administrator writes. */
export type UserFields = Omit<User, 'id' | 'realm_id' | 'created_at' | 'updated_at'>

/** `password_hash`: a PHC string; plain passwords never come here. */
export type NewUser = Pick<UserFields, 'username'> & Partial<UserFields> & { readonly password_hash?: string }

export type UserChanges = Partial<UserFields> & { readonly password_hash?: string }

const userDefaults: Omit<UserFields, 'username'> = {
  name: null,
  given_name: null,
  family_name: null,
  email: null,
  email_verified: false,
  phone_number: null,
  address: null,
  locale: null,
  enabled: true,
  must_change_password: false,
  roles: [],
}

/** `taken`: a live user of the realm has that username, in whatever case. Throws `UnknownRole`. */
export function createUser(db: Database, actor: Actor, realmId: string, input: NewUser): Promise<User | Taken> {
  const { password_hash, ...given } = input
  const fields = { ...userDefaults, ...given }
  const now = nowSeconds()
  const row: UsersTable = {
    ...columnsOf(fields),
    id: randomId(),
    realm_id: realmId,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  }
  return takenOr(
    transaction(db, async (sql) => {
      await sql.insertInto('users').values(row).execute()
      await setUserRoles(sql, row, fields.roles)
      if (password_hash !== undefined) await setPassword(sql, row.id, password_hash)
      const user = userOf(row, await listUserRoles(sql, row.id))
      await writeAudit(sql, { ...userObject(user), actor, action: 'user.create', after: user })
      return user
    }),
  )
}

/**
 * `change` sees the user as they are in the transaction and may throw to refuse. Disabling, or a new password, ends their
 * sessions and grants. undefined: no such live user. `revertedTo`: see `updateEntry`. Throws `UnknownRole`.
 */
export function updateUser(
  db: Database,
  actor: Actor,
  realmId: string,
  id: string,
  change: (current: User) => UserChanges,
  revertedTo?: string,
): Promise<User | Taken | undefined> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const row = await lockUser(sql, realmId, id)
      if (!row) return undefined
      const before = userOf(row, await listUserRoles(sql, id))
      const { password_hash, ...given } = change(before)
      const fields = { ...before, ...given }
      const changed: UsersTable = { ...row, ...columnsOf(fields), updated_at: nowSeconds() }
      await sql.updateTable('users').set(changed).where('id', '=', id).execute()
      if (fields.roles !== before.roles) await setUserRoles(sql, row, fields.roles)
      if (password_hash !== undefined) await setPassword(sql, id, password_hash)
      if (before.enabled && !fields.enabled) await endUser(sql, id, 'user disabled')
      else if (password_hash !== undefined) await endUser(sql, id, 'password changed')
      const after = userOf(changed, await listUserRoles(sql, id))
      const told = updateEntry('user', before, after, revertedTo)
      const action = password_hash === undefined ? told.action : 'user.update_with_password'
      await writeAudit(sql, { ...userObject(after), actor, ...told, action })
      return after
    }),
  )
}

/** A new password, and whether it must be changed at the next login; ends sessions and grants. False: no such user. */
export function setUserPassword(
  db: Database,
  actor: Actor,
  realmId: string,
  id: string,
  passwordHash: string,
  mustChange: boolean,
): Promise<boolean> {
  return transaction(db, async (sql) => {
    const row = await lockUser(sql, realmId, id)
    if (!row) return false
    const changed = { must_change_password: mustChange ? 1 : 0, updated_at: nowSeconds() } as const
    await sql.updateTable('users').set(changed).where('id', '=', id).execute()
    await setPassword(sql, id, passwordHash)
    await endUser(sql, id, 'password changed')
    await writeAudit(sql, { ...userObject(row), actor, action: 'user.set_password' })
    return true
  })
}

/**
 * Lays them in the recycle bin. Their id is never given out again; the username may come back as somebody else. False:
 * no such live user.
 */
export function deleteUser(db: Database, actor: Actor, realmId: string, id: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const row = await lockUser(sql, realmId, id)
    if (!row) return false
    const before = userOf(row, await listUserRoles(sql, id))
    await sql.updateTable('users').set({ deleted_at: nowSeconds() }).where('id', '=', id).execute()
    await endUser(sql, id, 'user deleted')
    const named = { realm_id: realmId, kind: 'user', object_id: id, name: row.username } as const
    await discardRoles(sql, await discard(sql, actor, named), 'user_id', id)
    await sql.deleteFrom('credentials').where('user_id', '=', id).execute()
    await sql.deleteFrom('user_roles').where('user_id', '=', id).execute()
    await sql.deleteFrom('consents').where('user_id', '=', id).execute()
    await removeConnectionsOfUser(sql, id)
    await writeAudit(sql, { ...userObject(row), actor, action: 'user.delete', before })
    return true
  })
}

/** Ends every session of the user and everything that descends from what they allowed. */
async function endUser(sql: Sql, id: string, because: string): Promise<void> {
  await sql
    .updateTable('sessions')
    .set({ ended_at: nowSeconds() })
    .where('user_id', '=', id)
    .where('ended_at', 'is', null)
    .execute()
  await revokeGrantsOf(sql, { userId: id }, because)
}

/** The writable fields as columns; fixed and computed columns are the caller's. */
function columnsOf(fields: UserFields) {
  return {
    username: fields.username,
    username_folded: fold(fields.username),
    name: fields.name,
    given_name: fields.given_name,
    family_name: fields.family_name,
    email: fields.email,
    email_folded: fields.email === null ? null : fold(fields.email),
    email_verified: fields.email_verified ? 1 : 0,
    phone_number: fields.phone_number,
    address: fields.address === null ? null : JSON.stringify(fields.address),
    locale: fields.locale,
    enabled: fields.enabled ? 1 : 0,
    must_change_password: fields.must_change_password ? 1 : 0,
  } satisfies Partial<UsersTable>
}

/** Reads the row and keeps others from changing it until the transaction ends. */
function lockUser(sql: Sql, realmId: string, id: string): Promise<UsersTable | undefined> {
  return sql
    .updateTable('users')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('id', '=', id)
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

async function setUserRoles(sql: Sql, row: UsersTable, names: readonly string[]): Promise<void> {
  await sql.deleteFrom('user_roles').where('user_id', '=', row.id).execute()
  for (const role_id of await roleIds(sql, row.realm_id, names)) {
    await sql.insertInto('user_roles').values({ user_id: row.id, role_id }).execute()
  }
}

export function userObject(user: Pick<User, 'id' | 'realm_id' | 'username'>) {
  return { realm_id: user.realm_id, object_kind: 'user', object_id: user.id, object_name: user.username }
}
