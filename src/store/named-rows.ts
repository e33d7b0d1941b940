/**
 * Environments, applications and categories: rows that are little more than a name that other rows point at. Names are
 * unique in the realm whatever their case, and may be changed: what points at a row points at its id.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import { fold } from './fold.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import { type Taken, takenOr } from './taken.ts'

export type NamedKind = 'environment' | 'application'

export interface Named {
  readonly id: string
  readonly realm_id: string
  readonly name: string
  readonly description: string
  readonly created_at: number
  readonly updated_at: number
}

export type NamedFields = Pick<Named, 'name' | 'description'>

const tables = { environment: 'environments', application: 'applications' } as const
const columns = ['id', 'realm_id', 'name', 'description', 'created_at', 'updated_at'] as const

export async function findNamed(
  db: Pick<Database, 'sql'>,
  kind: NamedKind,
  realmId: string,
  name: string,
): Promise<Named | undefined> {
  return await db.sql
    .selectFrom(tables[kind])
    .select(columns)
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .executeTakeFirst()
}

export function createNamed(
  db: Database,
  actor: Actor,
  kind: NamedKind,
  realmId: string,
  fields: NamedFields,
): Promise<Named | Taken> {
  const now = nowSeconds()
  const named: Named = { ...fields, id: randomId(), realm_id: realmId, created_at: now, updated_at: now }
  return takenOr(
    changeConfig(db, async (sql) => {
      await sql
        .insertInto(tables[kind])
        .values({ ...named, name_folded: fold(named.name) })
        .execute()
      await writeAudit(sql, { ...objectOf(kind, named), actor, action: `${kind}.create`, after: named })
      return named
    }),
  )
}

/** `change` sees the row as it is in the transaction and may throw to refuse. undefined: no such row. */
export function updateNamed(
  db: Database,
  actor: Actor,
  kind: NamedKind,
  realmId: string,
  name: string,
  change: (current: Named) => NamedFields,
  revertedTo?: string,
): Promise<Named | Taken | undefined> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const before = await lockNamed(sql, kind, realmId, name)
      if (!before) return undefined
      const after: Named = { ...before, ...change(before), updated_at: nowSeconds() }
      await sql
        .updateTable(tables[kind])
        .set({
          name: after.name,
          name_folded: fold(after.name),
          description: after.description,
          updated_at: after.updated_at,
        })
        .where('id', '=', before.id)
        .execute()
      await writeAudit(sql, { ...objectOf(kind, after), actor, ...updateEntry(kind, before, after, revertedTo) })
      return after
    }),
  )
}

/** `used`: a client or an override names it. False: no such row. */
export function deleteNamed(
  db: Database,
  actor: Actor,
  kind: NamedKind,
  realmId: string,
  name: string,
): Promise<boolean | 'used'> {
  const column = `${kind}_id` as const
  return changeConfig(db, async (sql) => {
    const before = await lockNamed(sql, kind, realmId, name)
    if (!before) return false
    const override = sql
      .selectFrom('oauth_server_overrides')
      .innerJoin('oauth_servers', 'oauth_servers.id', 'oauth_server_overrides.server_id')
      .select('oauth_server_overrides.id')
      .where('oauth_servers.deleted_at', 'is', null)
      .where(`oauth_server_overrides.${column}`, '=', before.id)
    const client = sql.selectFrom('clients').select('id').where(column, '=', before.id)
    if (await override.executeTakeFirst()) return 'used'
    if (await client.where('deleted_at', 'is', null).executeTakeFirst()) return 'used'
    await sql
      .updateTable('clients')
      .set({ [column]: null })
      .where(column, '=', before.id)
      .execute()
    await sql.deleteFrom('oauth_server_overrides').where(column, '=', before.id).execute()
    await sql.deleteFrom(tables[kind]).where('id', '=', before.id).execute()
    await discard(sql, actor, { realm_id: realmId, kind, object_id: before.id, name, contents: before })
    await writeAudit(sql, { ...objectOf(kind, before), actor, action: `${kind}.delete`, before })
    return true
  })
}

/** Out of the recycle bin, inside a transaction of `changeConfig`. */
export async function restoreNamed(sql: Sql, kind: NamedKind, contents: string) {
  const named: Named = { ...(JSON.parse(contents) as Named), updated_at: nowSeconds() }
  await sql
    .insertInto(tables[kind])
    .values({ ...named, name_folded: fold(named.name) })
    .execute()
  return { ...objectOf(kind, named), after: named }
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockNamed(sql: Sql, kind: NamedKind, realmId: string, name: string): Promise<Named | undefined> {
  return await sql
    .updateTable(tables[kind])
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returning(columns)
    .executeTakeFirst()
}

function objectOf(kind: NamedKind, named: Named) {
  return { realm_id: named.realm_id, object_kind: kind, object_id: named.id, object_name: named.name }
}

const namedList: ListRules = {
  fields: {
    name: { kind: 'folded', column: 'name_folded' },
    description: { kind: 'text', column: 'description' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['name', 'description'],
  sort: 'name',
  key: 'id',
}

export async function listNamed(
  db: Database,
  kind: NamedKind,
  realmId: string,
  query: ListQuery,
): Promise<Page<Named>> {
  return await listPage(
    db,
    db.sql.selectFrom(tables[kind]).select(columns).where('realm_id', '=', realmId),
    namedList,
    query,
  )
}
