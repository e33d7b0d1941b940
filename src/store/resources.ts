import type { Database } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import type { Realm } from './realms.ts'
import type { ApisTable, ScopesTable } from './tables.ts'

/** A resource server (RFC 8707 `resource`): `identifier` is the audience of the tokens for it. */
export interface Api {
  readonly id: string
  readonly identifier: string
  readonly name: string
  readonly built_in: boolean
  readonly created_at: number
  readonly updated_at: number
}

export interface Scope {
  readonly id: string
  readonly name: string
  readonly description: string
  /** null: a scope of OpenID Connect. */
  readonly api_id: string | null
  readonly api_identifier: string | null
  readonly built_in: boolean
  readonly created_at: number
  readonly updated_at: number
}

export interface Resources {
  /** By name. */
  readonly scopes: ReadonlyMap<string, Scope>
  /** By identifier, expanded. */
  readonly apis: ReadonlyMap<string, Api>
  /** Layers over the settings of OAuth servers: ids by name. */
  readonly environments: ReadonlyMap<string, string>
  readonly applications: ReadonlyMap<string, string>
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
    created_at: row.created_at,
    updated_at: row.updated_at,
  }
}

function scopeOf(row: ScopesTable, identifiers: ReadonlyMap<string, string>): Scope {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    api_id: row.api_id,
    api_identifier: row.api_id === null ? null : (identifiers.get(row.api_id) ?? null),
    built_in: row.built_in === 1,
    created_at: row.created_at,
    updated_at: row.updated_at,
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

async function loadResources(db: Database, realm: Pick<Realm, 'id' | 'name'>, publicUrl: string): Promise<Resources> {
  const apiRows = await db.sql.selectFrom('apis').selectAll().where('realm_id', '=', realm.id).execute()
  const apis = apiRows.map((row) => apiOf(row, realm.name, publicUrl))
  const identifiers = new Map(apis.map((api) => [api.id, api.identifier]))
  const rows = await db.sql.selectFrom('scopes').selectAll().where('realm_id', '=', realm.id).orderBy('name').execute()
  const scopes = rows.map((row) => scopeOf(row, identifiers))
  return {
    scopes: new Map(scopes.map((scope) => [scope.name, scope])),
    apis: new Map(apis.map((api) => [api.identifier, api])),
    environments: await layerIds(db, 'environments', realm.id),
    applications: await layerIds(db, 'applications', realm.id),
  }
}

async function layerIds(db: Database, table: 'environments' | 'applications', realmId: string) {
  const rows = await db.sql.selectFrom(table).select(['id', 'name']).where('realm_id', '=', realmId).execute()
  return new Map(rows.map((row) => [row.name, row.id]))
}

interface StandardResource {
  /** undefined: scopes of OpenID Connect. */
  readonly api?: { readonly identifier: string; readonly name: string }
  readonly scopes: readonly { readonly name: string; readonly description: string }[]
}

const openidScopes: StandardResource = {
  scopes: [
    { name: 'openid', description: 'Sign you in' },
    { name: 'profile', description: 'See your name and language' },
    { name: 'email', description: 'See your e-mail address' },
    { name: 'phone', description: 'See your phone number' },
    { name: 'address', description: 'See your postal address' },
    { name: 'role', description: 'See your roles' },
    { name: 'offline_access', description: 'Keep access while you are away' },
  ],
}

const outboundApi: StandardResource = {
  api: { identifier: '{issuer}/outbound', name: 'The door out' },
  scopes: [
    { name: 'outbound:token', description: 'Fetch tokens of connected OAuth servers' },
    { name: 'outbound:call', description: 'Make calls with tokens of connected OAuth servers' },
  ],
}

const managementApi: StandardResource = {
  api: { identifier: '{public_url}/api/v1', name: 'Management API' },
  scopes: [
    { name: 'sallyport_api', description: 'Manage this installation, as far as your roles allow' },
    {
      name: 'sallyport_api.read_only',
      description: 'See the settings of this installation, as far as your roles allow',
    },
  ],
}

/** What a new realm of that name begins with. */
export function standardResources(realmName: string): readonly StandardResource[] {
  return realmName === 'system' ? [openidScopes, outboundApi, managementApi] : [openidScopes, outboundApi]
}

const apiList: ListRules = {
  fields: {
    identifier: { kind: 'text', column: 'identifier' },
    name: { kind: 'text', column: 'name' },
    built_in: { kind: 'flag', column: 'built_in' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['identifier', 'name'],
  sort: 'identifier',
  key: 'id',
}

/** Built-in identifiers are filtered as they are stored. */
export async function listApis(
  db: Database,
  realm: Pick<Realm, 'id' | 'name'>,
  publicUrl: string,
  query: ListQuery,
): Promise<Page<Api>> {
  const page = await listPage(
    db,
    db.sql.selectFrom('apis').selectAll().where('realm_id', '=', realm.id),
    apiList,
    query,
  )
  return { items: page.items.map((row) => apiOf(row, realm.name, publicUrl)), total: page.total }
}

const scopeList: ListRules = {
  fields: {
    name: { kind: 'text', column: 'name' },
    description: { kind: 'text', column: 'description' },
    api_id: { kind: 'text', column: 'api_id' },
    built_in: { kind: 'flag', column: 'built_in' },
    created_at: { kind: 'number', column: 'created_at' },
    updated_at: { kind: 'number', column: 'updated_at' },
  },
  search: ['name', 'description'],
  sort: 'name',
  key: 'id',
}

export async function listScopes(
  db: Database,
  realm: Pick<Realm, 'id' | 'name'>,
  publicUrl: string,
  query: ListQuery,
): Promise<Page<Scope>> {
  const page = await listPage(
    db,
    db.sql.selectFrom('scopes').selectAll().where('realm_id', '=', realm.id),
    scopeList,
    query,
  )
  const apis = await db.sql.selectFrom('apis').select(['id', 'identifier']).where('realm_id', '=', realm.id).execute()
  const expanded = new Map(apis.map((api) => [api.id, expandIdentifier(api.identifier, realm.name, publicUrl)]))
  return { items: page.items.map((row) => scopeOf(row, expanded)), total: page.total }
}
