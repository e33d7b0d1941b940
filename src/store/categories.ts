/** Categories: folders of OAuth servers. A category may restrict which clients use the servers in it. */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import { fold } from './fold.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import type { CategoriesTable } from './outbound-tables.ts'
import { type Taken, takenOr } from './taken.ts'

export interface Category {
  readonly id: string
  readonly realm_id: string
  readonly name: string
  readonly description: string
  /** clients.id each; null: it restricts nobody. */
  readonly allowed_clients: readonly string[] | null
  readonly created_at: number
  readonly updated_at: number
}

export type CategoryFields = Pick<Category, 'name' | 'description' | 'allowed_clients'>

function categoryOf(stored: CategoriesTable): Category {
  const { name_folded: _folded, ...row } = stored
  return {
    ...row,
    allowed_clients: row.allowed_clients === null ? null : (JSON.parse(row.allowed_clients) as string[]),
  }
}

/** All categories of a realm by id. Held. */
export function realmCategories(
  db: Database,
  realmId: string,
): ReadonlyMap<string, Category> | Promise<ReadonlyMap<string, Category>> {
  return db.held.get(`categories ${realmId}`, async () => {
    const rows = await db.sql.selectFrom('categories').selectAll().where('realm_id', '=', realmId).execute()
    return new Map(rows.map((row) => [row.id, categoryOf(row)]))
  })
}

export async function findCategory(db: Database, realmId: string, name: string): Promise<Category | undefined> {
  const categories = await realmCategories(db, realmId)
  return [...categories.values()].find((category) => category.name === name)
}

export function createCategory(
  db: Database,
  actor: Actor,
  realmId: string,
  fields: CategoryFields,
): Promise<Category | Taken> {
  const now = nowSeconds()
  const category: Category = { ...fields, id: randomId(), realm_id: realmId, created_at: now, updated_at: now }
  return takenOr(
    changeConfig(db, async (sql) => {
      const { id, realm_id, created_at, updated_at } = category
      await sql
        .insertInto('categories')
        .values({ ...columnsOf(fields), id, realm_id, created_at, updated_at })
        .execute()
      await writeAudit(sql, { ...categoryObject(category), actor, action: 'category.create', after: category })
      return category
    }),
  )
}

/** `change` sees the category as it is in the transaction and may throw to refuse. undefined: no such category. */
export function updateCategory(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
  change: (current: Category) => CategoryFields,
  revertedTo?: string,
): Promise<Category | Taken | undefined> {
  return takenOr(
    changeConfig(db, async (sql) => {
      const before = await lockCategory(sql, realmId, name)
      if (!before) return undefined
      const after: Category = { ...before, ...change(before), updated_at: nowSeconds() }
      const changed = { ...columnsOf(after), updated_at: after.updated_at }
      await sql.updateTable('categories').set(changed).where('id', '=', before.id).execute()
      await writeAudit(sql, { ...categoryObject(after), actor, ...updateEntry('category', before, after, revertedTo) })
      return after
    }),
  )
}

/** `used`: there are servers in it, which a restriction may have protected. False: no such category. */
export function deleteCategory(db: Database, actor: Actor, realmId: string, name: string): Promise<boolean | 'used'> {
  return changeConfig(db, async (sql) => {
    const before = await lockCategory(sql, realmId, name)
    if (!before) return false
    const inside = sql.selectFrom('oauth_servers').select('id').where('category_id', '=', before.id)
    if (await inside.where('deleted_at', 'is', null).executeTakeFirst()) return 'used'
    await sql.updateTable('oauth_servers').set({ category_id: null }).where('category_id', '=', before.id).execute()
    await sql.deleteFrom('categories').where('id', '=', before.id).execute()
    const discarded = { realm_id: realmId, kind: 'category', object_id: before.id, name } as const
    await discard(sql, actor, { ...discarded, contents: before })
    await writeAudit(sql, { ...categoryObject(before), actor, action: 'category.delete', before })
    return true
  })
}

/** Out of the recycle bin, inside a transaction of `changeConfig`. */
export async function restoreCategory(sql: Sql, contents: string) {
  const category: Category = { ...(JSON.parse(contents) as Category), updated_at: nowSeconds() }
  const { id, realm_id, created_at, updated_at } = category
  await sql
    .insertInto('categories')
    .values({ ...columnsOf(category), id, realm_id, created_at, updated_at })
    .execute()
  return { ...categoryObject(category), after: category }
}

function columnsOf({ name, description, allowed_clients }: CategoryFields) {
  const allowed = allowed_clients === null ? null : JSON.stringify(allowed_clients)
  return { name, name_folded: fold(name), description, allowed_clients: allowed }
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockCategory(sql: Sql, realmId: string, name: string): Promise<Category | undefined> {
  const row = await sql
    .updateTable('categories')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
  return row && categoryOf(row)
}

function categoryObject(category: Category) {
  return {
    realm_id: category.realm_id,
    object_kind: 'category',
    object_id: category.id,
    object_name: category.name,
  }
}

const categoryList: ListRules = {
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

export async function listCategories(db: Database, realmId: string, query: ListQuery): Promise<Page<Category>> {
  const all = db.sql.selectFrom('categories').selectAll().where('realm_id', '=', realmId)
  const page = await listPage(db, all, categoryList, query)
  return { ...page, items: page.items.map(categoryOf) }
}
