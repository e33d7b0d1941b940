import type { Database } from './database.ts'
import type { Realm } from './realms.ts'
import type { ApisTable } from './tables.ts'

/** A resource server (RFC 8707 `resource`): `identifier` is the audience of the tokens for it. */
export interface Api {
  readonly id: string
  readonly identifier: string
  readonly name: string
  readonly built_in: boolean
}

export interface Scope {
  readonly id: string
  readonly name: string
  readonly description: string
  /** null: a scope of OpenID Connect. */
  readonly api_id: string | null
  readonly api_identifier: string | null
  readonly built_in: boolean
}

export interface Resources {
  /** By name. */
  readonly scopes: ReadonlyMap<string, Scope>
  /** By identifier, expanded. */
  readonly apis: ReadonlyMap<string, Api>
}

/** A built-in API's identifier follows the public URL; it is stored as `{issuer}…` or `{public_url}…`. */
export function expandIdentifier(identifier: string, realmName: string, publicUrl: string): string {
  if (identifier.startsWith('{issuer}')) return `${publicUrl}/realms/${realmName}${identifier.slice('{issuer}'.length)}`
  if (identifier.startsWith('{public_url}')) return publicUrl + identifier.slice('{public_url}'.length)
  return identifier
}

export function apiOf(row: ApisTable, realmName: string, publicUrl: string): Api {
  return {
    id: row.id,
    identifier: expandIdentifier(row.identifier, realmName, publicUrl),
    name: row.name,
    built_in: row.built_in === 1,
  }
}

/** What may be asked for in a realm. Held, and served stale while the database is away: discovery reads it. */
export function realmResources(
  db: Database,
  realm: Pick<Realm, 'id' | 'name'>,
  publicUrl: string,
): Resources | Promise<Resources> {
  return db.held.get(`resources ${realm.id}`, () => loadResources(db, realm, publicUrl), { stale: 'serve' })
}

async function loadResources(
  db: Database,
  realm: Pick<Realm, 'id' | 'name'>,
  publicUrl: string,
): Promise<Resources> {
  const apiRows = await db.sql.selectFrom('apis').selectAll().where('realm_id', '=', realm.id).execute()
  const apis = apiRows.map((row) => apiOf(row, realm.name, publicUrl))
  const identifiers = new Map(apis.map((api) => [api.id, api.identifier]))
  const rows = await db.sql.selectFrom('scopes').selectAll().where('realm_id', '=', realm.id).orderBy('name').execute()
  const scopes = rows.map(
    (row): Scope => ({
      id: row.id,
      name: row.name,
      description: row.description,
      api_id: row.api_id,
      api_identifier: row.api_id === null ? null : (identifiers.get(row.api_id) ?? null),
      built_in: row.built_in === 1,
    }),
  )
  return {
    scopes: new Map(scopes.map((scope) => [scope.name, scope])),
    apis: new Map(apis.map((api) => [api.identifier, api])),
  }
}
