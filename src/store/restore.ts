/**
 * How what lies in the recycle bin comes back. Owns: each kind's way back, in one transaction with its audit entry. What
 * comes back can do nothing yet: it is disabled where that can be, and its secrets, passwords and tokens stay dead. Roles
 * and scopes go to those who had them, as far as these are still there. A name that was given out meanwhile is taken.
 */
import { sql as text } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, type AuditEntry, writeAudit } from './audit.ts'
import type { DeletedObjectsTable } from './bin-tables.ts'
import { restoreCategory } from './categories.ts'
import { relistActivity } from './client-activity.ts'
import { clientObject, publicClient } from './client-changes.ts'
import { completeClient } from './clients.ts'
import { restoreConnector } from './connectors.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { BIN_SECONDS, type DeletedKind } from './deleted.ts'
import { restoreNamed } from './named-rows.ts'
import { restoreOAuthServer } from './oauth-server-changes.ts'
import { restoreProviderProfile } from './provider-profiles.ts'
import { apiObject, scopeObject } from './resource-changes.ts'
import { restoreRealm } from './restore-realm.ts'
import { roleObject, roleOf } from './roles.ts'
import type { ApisTable, RolesTable, ScopesTable } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'
import { userObject } from './user-changes.ts'
import { listUserRoles, userOf } from './users.ts'

/** What it belongs to is not there: the API of a scope, the OAuth server of a connector. */
export type Orphan = 'orphan'

export interface Restored {
  readonly kind: DeletedKind
  readonly object_id: string
  readonly name: string
}

type Deleted = Readonly<DeletedObjectsTable>
type Told = Pick<AuditEntry, 'realm_id' | 'object_kind' | 'object_id' | 'object_name' | 'after'>
type Restore = (sql: Sql, deleted: Deleted) => Promise<Told | Orphan>

const restorers: Readonly<Record<DeletedKind, Restore>> = {
  client: restoreClient,
  user: restoreUser,
  role: restoreRole,
  scope: restoreScope,
  api: restoreApi,
  environment: async (sql, { contents }) => await restoreNamed(sql, 'environment', contents),
  application: async (sql, { contents }) => await restoreNamed(sql, 'application', contents),
  category: async (sql, { contents }) => await restoreCategory(sql, contents),
  connector: async (sql, { contents }) => await restoreConnector(sql, contents),
  profile: async (sql, { contents }) => await restoreProviderProfile(sql, contents),
  oauth_server: async (sql, { object_id }) => await restoreOAuthServer(sql, object_id),
  realm: async (sql, { object_id }) => await restoreRealm(sql, object_id),
}

/** undefined: no such thing in the bin of that realm. `taken`: somebody has the name. Throws `FacadeTaken`. */
export function restoreDeleted(
  db: Database,
  actor: Actor,
  realmId: string,
  id: string,
): Promise<Restored | Taken | Orphan | undefined> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const deleted = await lockDeleted(sql, realmId, id)
      if (!deleted) return undefined
      const told = await restorers[deleted.kind](sql, deleted)
      if (told === 'orphan') return told
      await sql.deleteFrom('deleted_objects').where('id', '=', id).execute()
      await writeAudit(sql, { ...told, actor, action: `${deleted.kind}.restore` })
      return { kind: deleted.kind, object_id: deleted.object_id, name: deleted.name }
    }),
  )
}

/** Of two who restore it at once the second finds nothing, and what is due to be purged does not come back. */
function lockDeleted(sql: Sql, realmId: string, id: string): Promise<Deleted | undefined> {
  return sql
    .updateTable('deleted_objects')
    .set((row) => ({ deleted_at: row.ref('deleted_at') }))
    .where('id', '=', id)
    .where('realm_id', '=', realmId)
    .where('deleted_at', '>=', nowSeconds() - BIN_SECONDS)
    .returningAll()
    .executeTakeFirst()
}

async function restoreClient(sql: Sql, { id, object_id }: Deleted): Promise<Told> {
  const row = await sql
    .updateTable('clients')
    .set({ deleted_at: null, enabled: 0, updated_at: nowSeconds() })
    .where('id', '=', object_id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await relistActivity(sql, object_id)
  await restoreRoles(sql, id)
  const client = await completeClient(sql, row)
  return { ...clientObject(client), after: publicClient(client) }
}

async function restoreUser(sql: Sql, { id, object_id }: Deleted): Promise<Told> {
  const row = await sql
    .updateTable('users')
    .set({ deleted_at: null, enabled: 0, updated_at: nowSeconds() })
    .where('id', '=', object_id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await restoreRoles(sql, id)
  const user = userOf(row, await listUserRoles(sql, object_id))
  return { ...userObject(user), after: user }
}

async function restoreRole(sql: Sql, { id, contents }: Deleted): Promise<Told> {
  const row = { ...(JSON.parse(contents) as RolesTable), updated_at: nowSeconds() }
  await sql.insertInto('roles').values(row).execute()
  await restoreRoles(sql, id)
  const role = roleOf(row)
  return { ...roleObject(role), after: role }
}

async function restoreScope(sql: Sql, { id, contents }: Deleted): Promise<Told | Orphan> {
  const row = { ...(JSON.parse(contents) as ScopesTable), updated_at: nowSeconds() }
  if (row.api_id !== null) {
    const api = await sql.selectFrom('apis').select('id').where('id', '=', row.api_id).executeTakeFirst()
    if (!api) return 'orphan'
  }
  await sql.insertInto('scopes').values(row).execute()
  await giveScope(sql, id, row.name)
  return { ...scopeObject(row), after: row }
}

/** Its scopes come with it, but for those whose names were given out meanwhile. */
async function restoreApi(sql: Sql, { id, contents }: Deleted): Promise<Told> {
  const { scopes, ...stored } = JSON.parse(contents) as ApisTable & { scopes: ScopesTable[] }
  const api = { ...stored, updated_at: nowSeconds() }
  await sql.insertInto('apis').values(api).execute()
  const restored: string[] = []
  for (const scope of scopes) {
    const inserted = await sql
      .insertInto('scopes')
      .values(scope)
      .onConflict((conflict) => conflict.columns(['realm_id', 'name']).doNothing())
      .returning('name')
      .executeTakeFirst()
    if (!inserted) continue
    await giveScope(sql, id, scope.name)
    restored.push(scope.name)
  }
  return { ...apiObject(api), after: { ...api, scopes: restored } }
}

/** To those who had them, as far as holder and role are there. */
async function restoreRoles(sql: Sql, deletedId: string): Promise<void> {
  for (const holder of ['user', 'client'] as const) {
    const [roles, holders, holderId] = [
      text.table(`${holder}_roles`),
      text.table(`${holder}s`),
      text.ref(`${holder}_id`),
    ]
    await text`insert into ${roles} (${holderId}, role_id)
      select deleted_links.holder_id, roles.id from deleted_links
      join ${holders} on ${holders}.id = deleted_links.holder_id
      join roles on roles.id = deleted_links.target
      where deleted_links.deleted_id = ${deletedId} and deleted_links.kind = ${`${holder}_role`}
      on conflict do nothing`.execute(sql)
  }
}

/** To the clients that could ask for it, as far as they are there: none has a scope that was not there until now. */
async function giveScope(sql: Sql, deletedId: string, name: string): Promise<void> {
  await sql
    .updateTable('clients')
    .set({ scope: text<string>`trim(scope || ' ' || ${text.val(name)})`, updated_at: nowSeconds() })
    .where('id', 'in', (links) =>
      links
        .selectFrom('deleted_links')
        .select('holder_id')
        .where('deleted_id', '=', deletedId)
        .where('kind', '=', 'client_scope')
        .where('target', '=', name),
    )
    .execute()
}
