import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import type { NewSecret } from './client-secrets.ts'
import { removeConnectionsOfRealm } from './connection-changes.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import { claimFacades } from './facade-owners.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import { setRealmKey } from './realm-key.ts'
import { insertStandardResources } from './resource-changes.ts'
import { insertStandardRoles } from './roles.ts'
import type { RealmsTable } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'

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

/** The live realm that answers at the paths of that façade, disabled ones included. Held. */
export function findFacadeRealm(db: Database, facade: string): Realm | undefined | Promise<Realm | undefined> {
  return db.held.get(`facade ${facade}`, async () => {
    const row = await db.sql
      .selectFrom('facade_owners')
      .innerJoin('realms', 'realms.id', 'facade_owners.realm_id')
      .selectAll('realms')
      .where('facade_owners.facade', '=', facade)
      .where('realms.deleted_at', 'is', null)
      .executeTakeFirst()
    return row && realmOf(row)
  })
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

export interface NewRealm {
  readonly name: string
  readonly display_name: string
  readonly enabled?: boolean
  readonly token_validity?: number
  readonly settings?: Partial<RealmSettings>
  /** The realm's KEY, hashed. */
  readonly key?: NewSecret
}

/** What an administrator may change; `settings` are merged into the present ones. */
export type RealmChanges = Partial<Omit<NewRealm, 'name'>>

const DEFAULT_TOKEN_VALIDITY = 43_200

/**
 * A realm with its standard scopes and built-in APIs. `taken`: the name is or was another
 * realm's; names are never given out again. Throws `FacadeTaken`.
 */
export function createRealm(db: Database, actor: Actor, input: NewRealm): Promise<Realm | Taken> {
  const now = nowSeconds()
  const row: RealmsTable = {
    id: randomId(),
    name: input.name,
    display_name: input.display_name,
    enabled: input.enabled === false ? 0 : 1,
    token_validity: input.token_validity ?? DEFAULT_TOKEN_VALIDITY,
    settings: JSON.stringify({ ...defaultRealmSettings, ...input.settings }),
    created_at: now,
    updated_at: now,
    deleted_at: null,
  }
  const realm = realmOf(row)
  return takenOr(
    changeConfig(db, async (sql) => {
      await sql.insertInto('realms').values(row).execute()
      await insertStandardResources(sql, realm)
      await insertStandardRoles(sql, realm)
      if (input.key) await setRealmKey(sql, actor, realm, input.key)
      await claimFacades(sql, realm.id, realm.settings.facades)
      await writeAudit(sql, { ...realmObject(realm), actor, action: 'realm.create', after: realm })
      return realm
    }),
  )
}

/**
 * `change` sees the realm as it is in the transaction and may throw to refuse. undefined: no such live realm. Throws
 * `FacadeTaken`.
 */
export function updateRealm(
  db: Database,
  actor: Actor,
  name: string,
  change: (current: Realm) => RealmChanges,
  revertedTo?: string,
): Promise<Realm | undefined> {
  return changeConfig(db, async (sql) => {
    const before = await lockRealm(sql, name)
    if (!before) return undefined
    const { key, ...changes } = change(before)
    const after: Realm = {
      ...before,
      ...changes,
      settings: { ...before.settings, ...changes.settings },
      updated_at: nowSeconds(),
    }
    await sql
      .updateTable('realms')
      .set({
        display_name: after.display_name,
        enabled: after.enabled ? 1 : 0,
        token_validity: after.token_validity,
        settings: JSON.stringify(after.settings),
        updated_at: after.updated_at,
      })
      .where('id', '=', after.id)
      .execute()
    if (key) await setRealmKey(sql, actor, after, key)
    await claimFacades(sql, after.id, after.settings.facades)
    await writeAudit(sql, { ...realmObject(after), actor, ...updateEntry('realm', before, after, revertedTo) })
    return after
  })
}

/**
 * Ends a realm: everything in it is out of reach at once. It lies in the recycle bin of `system`; its name stays taken.
 * False: no such live realm.
 */
export function deleteRealm(db: Database, actor: Actor, name: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const before = await lockRealm(sql, name)
    if (!before) return false
    await sql.updateTable('realms').set({ deleted_at: nowSeconds() }).where('id', '=', before.id).execute()
    await claimFacades(sql, before.id, [])
    await removeConnectionsOfRealm(sql, before.id)
    const system = await sql.selectFrom('realms').select('id').where('name', '=', 'system').executeTakeFirst()
    const bin = system?.id ?? before.id
    await discard(sql, actor, { realm_id: bin, kind: 'realm', object_id: before.id, name: before.name })
    await writeAudit(sql, { ...realmObject(before), actor, action: 'realm.delete', before })
    return true
  })
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockRealm(sql: Sql, name: string): Promise<Realm | undefined> {
  const row = await sql
    .updateTable('realms')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row && realmOf(row)
}

export function realmObject(realm: Realm) {
  return { realm_id: realm.id, object_kind: 'realm', object_id: realm.id, object_name: realm.name }
}

const realmList: ListRules = {
  fields: {
    name: { kind: 'text', column: 'name' },
    display_name: { kind: 'text', column: 'display_name' },
    enabled: { kind: 'flag', column: 'enabled' },
    token_validity: { kind: 'number', column: 'token_validity' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['name', 'display_name'],
  sort: 'name',
  key: 'id',
}

/** A page of the live realms; of those in `names` only, where the caller may not see all. */
export async function listRealmPage(db: Database, query: ListQuery, names?: readonly string[]): Promise<Page<Realm>> {
  const live = db.sql.selectFrom('realms').selectAll().where('deleted_at', 'is', null)
  const page = await listPage(db, names ? live.where('name', 'in', names) : live, realmList, query)
  return { items: page.items.map(realmOf), total: page.total }
}
