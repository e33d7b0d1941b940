/**
 * The recycle bin: what was deleted stays in it for a while. Owns: laying something in, and the list. Does not own: how
 * each kind comes back (`restore.ts`) and how it goes for good (`purge.ts`). What lies here is dead: no request finds it,
 * its name is free, and its secrets, passwords and tokens ended when it was deleted.
 */
import { sql as text } from 'kysely'
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Actor } from './audit.ts'
import type { DeletedObjectsTable } from './bin-tables.ts'
import type { Database, Sql } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'

/** Seconds that something stays in the bin. */
export const BIN_SECONDS = 30 * 86_400

export type DeletedKind = DeletedObjectsTable['kind']
export type DeletedObject = Readonly<Omit<DeletedObjectsTable, 'contents' | 'realm_id'>>

export interface Discarded extends Readonly<Pick<DeletedObjectsTable, 'realm_id' | 'kind' | 'object_id' | 'name'>> {
  readonly contents?: object
}

/** Inside the transaction that deletes. Answers the id in the bin. */
export async function discard(sql: Sql, actor: Actor, object: Discarded): Promise<string> {
  const id = randomId()
  const { contents = {}, ...named } = object
  await sql
    .insertInto('deleted_objects')
    .values({ ...named, id, contents: JSON.stringify(contents), deleted_by: actor.name, deleted_at: nowSeconds() })
    .execute()
  return id
}

/** Remembers who holds these roles, before they lose them: of one user, of one client, or all holders of one role. */
export async function discardRoles(
  sql: Sql,
  deletedId: string,
  column: 'user_id' | 'client_id' | 'role_id',
  id: string,
): Promise<void> {
  const holders = (['user', 'client'] as const).filter((holder) => column === 'role_id' || column === `${holder}_id`)
  for (const holder of holders) {
    const [table, holderId] = [text.table(`${holder}_roles`), text.ref(`${holder}_id`)]
    await text`insert into deleted_links (deleted_id, kind, holder_id, target)
      select ${text.val(deletedId)}, ${text.val(`${holder}_role`)}, ${holderId}, role_id from ${table}
      where ${text.ref(column)} = ${id}`.execute(sql)
  }
}

const deletedList: ListRules = {
  fields: {
    kind: { kind: 'text', column: 'kind' },
    name: { kind: 'text', column: 'name' },
    deleted_by: { kind: 'text', column: 'deleted_by' },
    deleted_at: { kind: 'number', column: 'deleted_at' },
  },
  search: ['name', 'kind'],
  sort: '-deleted_at',
  key: 'id',
}

/** A page of what lies in the bin of a realm, the latest first. */
export async function listDeleted(db: Database, realmId: string, query: ListQuery): Promise<Page<DeletedObject>> {
  const columns = ['id', 'kind', 'object_id', 'name', 'deleted_by', 'deleted_at'] as const
  const inBin = db.sql.selectFrom('deleted_objects').select(columns).where('realm_id', '=', realmId)
  return await listPage(db, inBin, deletedList, query)
}
