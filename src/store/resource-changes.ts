/**
 * What is done to APIs and scopes. Each change is one transaction with its audit entry. A scope that ends is taken out of
 * what clients may ask for and what people agreed to, so that a later scope of the same name is asked for anew.
 * Names and identifiers are fixed; what may be changed of a built-in one is the caller's rule. Reading is `resources.ts`.
 */
import { type ExpressionBuilder, sql as text } from 'kysely'
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import type { Realm } from './realms.ts'
import { standardResources } from './resources.ts'
import type { ApisTable, ScopesTable, Tables } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'

export interface NewApi {
  readonly identifier: string
  readonly name: string
}

export interface NewScope {
  readonly name: string
  readonly description: string
  /** apis.id; null: a scope of OpenID Connect. */
  readonly api_id: string | null
}

/** The scopes and APIs that every realm has, and those of `system`. */
export async function insertStandardResources(sql: Sql, realm: Pick<Realm, 'id' | 'name'>): Promise<void> {
  for (const { api, scopes } of standardResources(realm.name)) {
    const api_id = api ? (await insertApi(sql, realm.id, api, true)).id : null
    for (const scope of scopes) await insertScope(sql, realm.id, { ...scope, api_id }, true)
  }
}

/** `taken`: the realm has an API of that identifier. */
export function createApi(db: Database, actor: Actor, realmId: string, input: NewApi): Promise<{ id: string } | Taken> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const row = await insertApi(sql, realmId, input, false)
      await writeAudit(sql, { ...apiObject(row), actor, action: 'api.create', after: row })
      return { id: row.id }
    }),
  )
}

async function insertApi(sql: Sql, realmId: string, input: NewApi, isBuiltIn: boolean): Promise<ApisTable> {
  const now = nowSeconds()
  const { identifier, name } = input
  const built_in = isBuiltIn ? 1 : 0
  const row = {
    id: randomId(),
    realm_id: realmId,
    identifier,
    name,
    built_in,
    created_at: now,
    updated_at: now,
  } as const
  await sql.insertInto('apis').values(row).execute()
  return row
}

/** `change` sees the row as it is in the transaction and may throw to refuse. False: no such API. */
export function updateApi(
  db: Database,
  actor: Actor,
  realmId: string,
  id: string,
  change: (current: Readonly<ApisTable>) => Partial<Pick<NewApi, 'name'>>,
  revertedTo?: string,
): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockApi(sql, realmId, id)
    if (!before) return false
    const after: ApisTable = { ...before, ...change(before), updated_at: nowSeconds() }
    await sql.updateTable('apis').set(after).where('id', '=', id).execute()
    await writeAudit(sql, { ...apiObject(after), actor, ...updateEntry('api', before, after, revertedTo) })
    return true
  })
}

/** Lays the API with its scopes in the recycle bin. False: no such API. */
export function deleteApi(db: Database, actor: Actor, realmId: string, id: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockApi(sql, realmId, id)
    if (!before) return false
    const scopes = await sql.selectFrom('scopes').selectAll().where('api_id', '=', id).orderBy('name').execute()
    const named = { realm_id: realmId, kind: 'api', object_id: id, name: before.identifier } as const
    const deletedId = await discard(sql, actor, { ...named, contents: { ...before, scopes } })
    for (const scope of scopes) await endScope(sql, scope, deletedId)
    await sql.deleteFrom('apis').where('id', '=', id).execute()
    const audited = { ...before, scopes: scopes.map((scope) => scope.name) }
    await writeAudit(sql, { ...apiObject(before), actor, action: 'api.delete', before: audited })
    return true
  })
}

/** `taken`: the realm has a scope of that name. */
export function createScope(
  db: Database,
  actor: Actor,
  realmId: string,
  input: NewScope,
): Promise<{ id: string } | Taken> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const row = await insertScope(sql, realmId, input, false)
      await writeAudit(sql, { ...scopeObject(row), actor, action: 'scope.create', after: row })
      return { id: row.id }
    }),
  )
}

async function insertScope(sql: Sql, realmId: string, input: NewScope, isBuiltIn: boolean): Promise<ScopesTable> {
  const now = nowSeconds()
  const row: ScopesTable = {
    id: randomId(),
    realm_id: realmId,
    api_id: input.api_id,
    name: input.name,
    description: input.description,
    built_in: isBuiltIn ? 1 : 0,
    created_at: now,
    updated_at: now,
  }
  await sql.insertInto('scopes').values(row).execute()
  return row
}

/** `change` sees the row as it is in the transaction and may throw to refuse. False: no such scope. */
export function updateScope(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
  change: (current: Readonly<ScopesTable>) => Partial<Omit<NewScope, 'name'>>,
  revertedTo?: string,
): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockScope(sql, realmId, name)
    if (!before) return false
    const after: ScopesTable = { ...before, ...change(before), updated_at: nowSeconds() }
    await sql.updateTable('scopes').set(after).where('id', '=', before.id).execute()
    await writeAudit(sql, { ...scopeObject(after), actor, ...updateEntry('scope', before, after, revertedTo) })
    return true
  })
}

/** Lays it in the recycle bin. False: no such scope. */
export function deleteScope(db: Database, actor: Actor, realmId: string, name: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockScope(sql, realmId, name)
    if (!before) return false
    const named = { realm_id: realmId, kind: 'scope', object_id: before.id, name } as const
    await endScope(sql, before, await discard(sql, actor, { ...named, contents: before }))
    await writeAudit(sql, { ...scopeObject(before), actor, action: 'scope.delete', before })
    return true
  })
}

/** `deletedId`: where it is remembered which clients had it; who agreed to it is asked anew. */
async function endScope(sql: Sql, scope: ScopesTable, deletedId: string): Promise<void> {
  const spaced = text<string>`' ' || scope || ' '`
  const without = text<string>`replace(${spaced}, ${` ${scope.name} `}, ' ')`
  const isListed = text<boolean>`${without} <> ${spaced}`
  await text`insert into deleted_links (deleted_id, kind, holder_id, target)
    select ${text.val(deletedId)}, 'client_scope', id, ${text.val(scope.name)} from clients
    where realm_id = ${scope.realm_id} and ${isListed}`.execute(sql)
  await sql
    .updateTable('clients')
    .set({ scope: text<string>`trim(${without})` })
    .where('realm_id', '=', scope.realm_id)
    .where(isListed)
    .execute()
  const ofRealm = (where: ExpressionBuilder<Tables, 'consents'>) =>
    where('client_id', 'in', where.selectFrom('clients').select('clients.id').where('realm_id', '=', scope.realm_id))
  await sql
    .updateTable('consents')
    .set({ scope: text<string>`trim(${without})` })
    .where(ofRealm)
    .where(isListed)
    .execute()
  await sql.deleteFrom('scopes').where('id', '=', scope.id).execute()
}

/** Reads the row and keeps others from changing it until the transaction ends. */
function lockApi(sql: Sql, realmId: string, id: string): Promise<ApisTable | undefined> {
  return sql
    .updateTable('apis')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('id', '=', id)
    .where('realm_id', '=', realmId)
    .returningAll()
    .executeTakeFirst()
}

function lockScope(sql: Sql, realmId: string, name: string): Promise<ScopesTable | undefined> {
  return sql
    .updateTable('scopes')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
}

export function apiObject(api: ApisTable) {
  return { realm_id: api.realm_id, object_kind: 'api', object_id: api.id, object_name: api.identifier }
}

export function scopeObject(scope: ScopesTable) {
  return { realm_id: scope.realm_id, object_kind: 'scope', object_id: scope.id, object_name: scope.name }
}
