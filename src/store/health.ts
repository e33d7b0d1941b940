/** What the rules of health ask of clients and realms beyond their own fields. */
import type { Client } from './clients.ts'
import type { Database } from './database.ts'
import type { Realm } from './realms.ts'

/** What a client did and what waits for it. */
export interface ClientFacts {
  readonly last_used_at: number | null
  /** Redirect URIs that its requests named in vain. */
  readonly asked_redirect_uris: number
  /** When it last came by one of the older shapes. */
  readonly legacy_used_at: number | null
}

/** Of these clients, by clients.id. */
export async function findClientFacts(
  db: Database,
  clients: readonly Client[],
): Promise<(client: Client) => ClientFacts> {
  const ids = clients.map(({ id }) => id)
  if (ids.length === 0) return () => ({ last_used_at: null, asked_redirect_uris: 0, legacy_used_at: null })
  const { sql } = db
  const [used, asked, legacy] = await Promise.all([
    sql.selectFrom('client_activity').select(['client_id', 'last_used_at']).where('client_id', 'in', ids).execute(),
    sql
      .selectFrom('asked_redirect_uris')
      .select(['client_id', (row) => row.fn.countAll<number>().as('asked')])
      .where('client_id', 'in', ids)
      .groupBy('client_id')
      .execute(),
    sql
      .selectFrom('legacy_uses')
      .select(['client_id', (row) => row.fn.max('last_used_at').as('last_used_at')])
      .where('client_id', 'in', ids)
      .groupBy('client_id')
      .execute(),
  ])
  const usedAt = new Map(used.map((row) => [row.client_id, row.last_used_at]))
  const askedBy = new Map(asked.map((row) => [row.client_id, row.asked]))
  const legacyAt = new Map(legacy.map((row) => [row.client_id, row.last_used_at]))
  return ({ id }) => ({
    last_used_at: usedAt.get(id) ?? null,
    asked_redirect_uris: askedBy.get(id) ?? 0,
    legacy_used_at: legacyAt.get(id) ?? null,
  })
}

export interface RealmFacts {
  /** When each of the older shapes was used last, by any client. */
  readonly legacyUsedAt: ReadonlyMap<string, number>
  /** When the KEY was set; undefined: the realm has none. */
  readonly keySetAt: number | undefined
  /** When each announced signing key takes over. */
  readonly takeovers: readonly { readonly alg: string; readonly active_at: number }[]
}

export async function findRealmFacts(db: Database, realm: Realm, now: number): Promise<RealmFacts> {
  const { sql } = db
  const [uses, key, takeovers] = await Promise.all([
    sql
      .selectFrom('legacy_uses')
      .innerJoin('clients', 'clients.id', 'legacy_uses.client_id')
      .select(['legacy_uses.kind', (row) => row.fn.max('legacy_uses.last_used_at').as('last_used_at')])
      .where('clients.realm_id', '=', realm.id)
      .groupBy('legacy_uses.kind')
      .execute(),
    sql
      .selectFrom('client_secrets')
      .innerJoin('clients', 'clients.id', 'client_secrets.client_id')
      .select((row) => row.fn.max('client_secrets.created_at').as('set_at'))
      .where('clients.realm_id', '=', realm.id)
      .where('clients.client_id', '=', realm.name)
      .where('clients.deleted_at', 'is', null)
      .executeTakeFirst(),
    sql
      .selectFrom('signing_keys')
      .select(['alg', 'active_at'])
      .where('realm_id', '=', realm.id)
      .where('retired_at', 'is', null)
      .where('active_at', '>', now)
      .orderBy('active_at')
      .execute(),
  ])
  const legacyUsedAt = new Map(uses.map((row) => [row.kind, row.last_used_at]))
  // The greatest of no rows is null.
  return { legacyUsedAt, keySetAt: key?.set_at ?? undefined, takeovers }
}
