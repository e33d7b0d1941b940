import type { Database } from './database.ts'
import type { RealmsTable } from './tables.ts'

export interface RealmSettings {
  /** `#rrggbb`, for pages. */
  readonly colour: string | null
  readonly logo_uri: string | null
  readonly allow_password_grant: boolean
  readonly facades: readonly string[]
  readonly strict_reauthorization: boolean
  readonly refresh_idle_seconds: number
  readonly refresh_absolute_seconds: number
  /** How long a lost refresh answer may be fetched again; 0 switches it off. */
  readonly refresh_replay_seconds: number
  readonly session_idle_seconds: number
  readonly session_absolute_seconds: number
  readonly id_token_seconds: number
}

export interface Realm {
  readonly id: string
  readonly name: string
  readonly display_name: string
  readonly enabled: boolean
  /** Seconds that an access token lives where its client does not say otherwise. */
  readonly token_validity: number
  readonly settings: RealmSettings
  readonly created_at: number
  readonly updated_at: number
}

export const defaultRealmSettings: RealmSettings = {
  colour: null,
  logo_uri: null,
  allow_password_grant: false,
  facades: [],
  strict_reauthorization: false,
  refresh_idle_seconds: 2_592_000,
  refresh_absolute_seconds: 31_536_000,
  refresh_replay_seconds: 10,
  session_idle_seconds: 43_200,
  session_absolute_seconds: 2_592_000,
  id_token_seconds: 3600,
}

export function realmOf(row: RealmsTable): Realm {
  return {
    id: row.id,
    name: row.name,
    display_name: row.display_name,
    enabled: row.enabled === 1,
    token_validity: row.token_validity,
    settings: { ...defaultRealmSettings, ...(JSON.parse(row.settings) as Partial<RealmSettings>) },
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

/**
 * The live realm of that name, disabled ones included. Held, and served stale while the database is away, so that
 * discovery and key sets stay up.
 */
export function findRealm(db: Database, name: string): Realm | undefined | Promise<Realm | undefined> {
  return db.held.get(`realm ${name}`, () => loadRealm(db, name), { stale: 'serve' })
}

async function loadRealm(db: Database, name: string): Promise<Realm | undefined> {
  const row = await db.sql
    .selectFrom('realms')
    .selectAll()
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row && realmOf(row)
}

/** All live realms by name: for the chores that visit each; people page through `listRealmPage`. */
export async function listRealms(db: Database): Promise<readonly Realm[]> {
  const rows = await db.sql.selectFrom('realms').selectAll().where('deleted_at', 'is', null).orderBy('name').execute()
  return rows.map(realmOf)
}
