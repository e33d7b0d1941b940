/** Redirect URIs that a client's requests named in vain: kept for an administrator, never used for anything. */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Database } from './database.ts'
import type { AskedRedirectUrisTable } from './tables.ts'

export type AskedRedirectUri = Readonly<AskedRedirectUrisTable>

/** Anybody can ask, so few are kept; of too many the one goes that was asked for least often and longest ago. */
const KEPT = 10

/**
 * Counts one more request for that URI. `clientRowId` is clients.id. Not one transaction: two of them would wait for
 * each other's rows, and one URI too many for a moment hurts nobody.
 */
export async function recordAskedRedirectUri(
  db: Pick<Database, 'sql'>,
  clientRowId: string,
  redirectUri: string,
  address: string,
): Promise<void> {
  const now = nowSeconds()
  const { id } = await db.sql
    .insertInto('asked_redirect_uris')
    .values({
      id: randomId(),
      client_id: clientRowId,
      redirect_uri: redirectUri,
      asked: 1,
      first_asked_at: now,
      last_asked_at: now,
      last_address: address,
    })
    .onConflict((conflict) =>
      conflict.columns(['client_id', 'redirect_uri']).doUpdateSet((row) => ({
        asked: row('asked_redirect_uris.asked', '+', 1),
        last_asked_at: now,
        last_address: address,
      })),
    )
    .returning('id')
    .executeTakeFirstOrThrow()
  await forgetSurplus(db, clientRowId, id)
}

async function forgetSurplus(db: Pick<Database, 'sql'>, clientRowId: string, keptId: string): Promise<void> {
  const others = await db.sql
    .selectFrom('asked_redirect_uris')
    .select('id')
    .where('client_id', '=', clientRowId)
    .where('id', '<>', keptId)
    .orderBy('asked', 'desc')
    .orderBy('last_asked_at', 'desc')
    .orderBy('id')
    .execute()
  const surplus = others.slice(KEPT - 1).map((row) => row.id)
  if (surplus.length > 0) await db.sql.deleteFrom('asked_redirect_uris').where('id', 'in', surplus).execute()
}

/** The latest first; at most ten. */
export function listAskedRedirectUris(
  db: Pick<Database, 'sql'>,
  clientRowId: string,
): Promise<readonly AskedRedirectUri[]> {
  return db.sql
    .selectFrom('asked_redirect_uris')
    .selectAll()
    .where('client_id', '=', clientRowId)
    .orderBy('last_asked_at', 'desc')
    .orderBy('id')
    .execute()
}

export function findAskedRedirectUri(
  db: Pick<Database, 'sql'>,
  clientRowId: string,
  id: string,
): Promise<AskedRedirectUri | undefined> {
  return db.sql
    .selectFrom('asked_redirect_uris')
    .selectAll()
    .where('client_id', '=', clientRowId)
    .where('id', '=', id)
    .executeTakeFirst()
}

/** False: there is none of that id any more. */
export async function forgetAskedRedirectUri(
  db: Pick<Database, 'sql'>,
  clientRowId: string,
  id: string,
): Promise<boolean> {
  const result = await db.sql
    .deleteFrom('asked_redirect_uris')
    .where('client_id', '=', clientRowId)
    .where('id', '=', id)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}
