/**
 * A realm out of the recycle bin: with everything that is in it, disabled. Whatever was issued before it was deleted
 * stays dead: its keys, tokens, grants and sessions end here, and its KEY. The clients and users in it keep their secrets
 * and passwords: nobody deleted those.
 */
import { nowSeconds } from '#observe/clock.ts'
import type { Sql } from './database.ts'
import { claimFacades } from './facade-owners.ts'
import { realmObject, realmOf } from './realms.ts'

/** Inside a transaction. It has no signing keys afterwards: the caller makes new ones. */
export async function restoreRealm(sql: Sql, id: string) {
  const row = await sql
    .updateTable('realms')
    .set({ deleted_at: null, enabled: 0, updated_at: nowSeconds() })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  const realm = realmOf(row)
  await endIssued(sql, id)
  await endKey(sql, realm.id, realm.name)
  const free = await freeFacades(sql, realm.settings.facades)
  await claimFacades(sql, id, free)
  const restored = { ...realm, settings: { ...realm.settings, facades: free } }
  await sql
    .updateTable('realms')
    .set({ settings: JSON.stringify(restored.settings) })
    .where('id', '=', id)
    .execute()
  return { ...realmObject(restored), after: restored }
}

async function endIssued(sql: Sql, realmId: string): Promise<void> {
  const now = nowSeconds()
  await sql
    .updateTable('clients')
    .set((client) => ({ token_epoch: client('token_epoch', '+', 1) }))
    .where('realm_id', '=', realmId)
    .execute()
  await sql
    .updateTable('grants')
    .set({ revoked_at: now, revoked_because: 'realm deleted' })
    .where('realm_id', '=', realmId)
    .where('revoked_at', 'is', null)
    .execute()
  await sql
    .updateTable('sessions')
    .set({ ended_at: now })
    .where('realm_id', '=', realmId)
    .where('ended_at', 'is', null)
    .execute()
  await sql
    .updateTable('signing_keys')
    .set({ retired_at: now, removed_at: now })
    .where('realm_id', '=', realmId)
    .execute()
}

/** The KEY is the secret of the client that is named like the realm. */
async function endKey(sql: Sql, realmId: string, name: string): Promise<void> {
  await sql
    .deleteFrom('client_secrets')
    .where('client_id', 'in', (clients) =>
      clients.selectFrom('clients').select('id').where('realm_id', '=', realmId).where('client_id', '=', name),
    )
    .execute()
}

/** Another realm may answer at the paths of one of them by now. */
async function freeFacades(sql: Sql, facades: readonly string[]): Promise<readonly string[]> {
  const owned = await sql.selectFrom('facade_owners').select('facade').execute()
  return facades.filter((facade) => !owned.some((row) => row.facade === facade))
}
