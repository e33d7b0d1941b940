/**
 * What has lain in the recycle bin for its time goes for good, with everything that hangs on it, in small transactions.
 * A realm keeps its row, so that its name is never given out again, and its audit.
 */
import { sql as text } from 'kysely'
import type { DeletedObjectsTable } from './bin-tables.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { BIN_SECONDS } from './deleted.ts'

/** What hangs on clients and on users, by their id, in the order in which it can go. */
const hangsOn = {
  clients: [
    'client_secrets',
    'client_roles',
    'consents',
    'asked_redirect_uris',
    'legacy_uses',
    'client_activity',
    'client_contacts',
  ],
  users: ['credentials', 'user_roles', 'consents'],
} as const
type Holder = keyof typeof hangsOn

/** What a realm has besides them: in the order in which it can go, each by the column that leads to the realm. */
const ofServers = ['connectors', 'oauth_server_overrides', 'oauth_server_secrets', 'oauth_server_states']
const ofRealm = [
  'connect_journeys',
  'connector_runs',
  'connections',
  'oauth_servers',
  'environments',
  'applications',
  'categories',
  'provider_profiles',
]
const ofRealmToo = ['roles', 'scopes', 'apis', 'signing_keys', 'facade_owners', 'deleted_objects']

/** Purges at most `batch` objects whose time is over at `now` (epoch seconds). Answers how many there were. */
export async function purgeDeleted(db: Database, now: number, batch: number): Promise<number> {
  const due = await db.sql
    .selectFrom('deleted_objects')
    .selectAll()
    .where('deleted_at', '<', now - BIN_SECONDS)
    .orderBy('deleted_at')
    .limit(batch)
    .execute()
  for (const deleted of due) {
    if (deleted.kind === 'realm') await purgeContents(db, deleted.object_id, batch)
    await transaction(db, (sql) => purge(sql, deleted))
  }
  return due.length
}

async function purge(sql: Sql, deleted: DeletedObjectsTable): Promise<void> {
  await sql.deleteFrom('deleted_objects').where('id', '=', deleted.id).execute()
  if (deleted.kind === 'client') await purgeHolders(sql, 'clients', [deleted.object_id])
  if (deleted.kind === 'user') await purgeHolders(sql, 'users', [deleted.object_id])
  if (deleted.kind === 'oauth_server') await purgeServer(sql, deleted.object_id)
}

async function purgeServer(sql: Sql, id: string): Promise<void> {
  for (const table of [...ofServers, 'connections']) {
    await text`delete from ${text.table(table)} where server_id = ${id}`.execute(sql)
  }
  await sql.deleteFrom('oauth_servers').where('id', '=', id).execute()
}

async function purgeHolders(sql: Sql, holder: Holder, ids: readonly string[]): Promise<void> {
  const column = text.ref(holder === 'clients' ? 'client_id' : 'user_id')
  const those = text`(${text.join(ids)})`
  for (const table of hangsOn[holder]) {
    await text`delete from ${text.table(table)} where ${column} in ${those}`.execute(sql)
  }
  await text`delete from ${text.table(holder)} where id in ${those}`.execute(sql)
}

/** The people and clients of a realm in batches, then the rest, which is never much. */
async function purgeContents(db: Database, realmId: string, batch: number): Promise<void> {
  for (const holder of ['clients', 'users'] as const) {
    for (;;) {
      const rows = await db.sql.selectFrom(holder).select('id').where('realm_id', '=', realmId).limit(batch).execute()
      if (rows.length === 0) break
      const ids = rows.map((row) => row.id)
      await transaction(db, (sql) => purgeHolders(sql, holder, ids))
    }
  }
  await transaction(db, async (sql) => {
    const servers = text`(select id from oauth_servers where realm_id = ${realmId})`
    for (const table of ofServers) {
      await text`delete from ${text.table(table)} where server_id in ${servers}`.execute(sql)
    }
    for (const table of [...ofRealm, ...ofRealmToo]) {
      await text`delete from ${text.table(table)} where realm_id = ${realmId}`.execute(sql)
    }
  })
}
