import { clientsBeside } from './client-list-rows.ts'
import { type ClientSecret, listSecretRows, secretOf } from './client-secrets.ts'
import type { Database, Sql } from './database.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import type { ListQuery, Page } from './listing.ts'
import type { Realm } from './realms.ts'
import type { ClientsTable } from './tables.ts'

type Parsed =
  | 'enabled'
  | 'built_in'
  | 'require_pkce'
  | 'require_consent'
  | 'introspect_all'
  | 'grant_types'
  | 'redirect_uris'
  | 'post_logout_redirect_uris'
  | 'allowed_cors_origins'
  | 'resource_server_for'
  | 'jwks'
  | 'client_id_folded'
  | 'client_name_folded'
  | 'deleted_at'

export interface JsonWebKeySet {
  readonly keys: readonly Readonly<Record<string, unknown>>[]
}

/** A live client: its row, parsed once, with what every request asks of it. Changes: `client-changes.ts`. */
export interface Client extends Readonly<Omit<ClientsTable, Parsed>> {
  readonly enabled: boolean
  readonly built_in: boolean
  readonly require_pkce: boolean
  readonly require_consent: boolean
  readonly introspect_all: boolean
  readonly grant_types: readonly string[]
  /** As stored: a built-in client's begin with `{public_url}`. Compare with `registeredUris`. */
  readonly redirect_uris: readonly string[]
  readonly post_logout_redirect_uris: readonly string[]
  readonly allowed_cors_origins: readonly string[]
  /** apis.id */
  readonly resource_server_for: readonly string[]
  readonly jwks: JsonWebKeySet | null
  /** `scope`, split. */
  readonly scopes: ReadonlySet<string>
  /** Names, sorted; realm `system` only. */
  readonly roles: readonly string[]
  /** Those that had not expired when this was read; `expires_at` is checked again at use. */
  readonly secrets: readonly ClientSecret[]
}

export function clientOf(row: ClientsTable, roles: readonly string[], secrets: readonly ClientSecret[]): Client {
  const { client_id_folded: _id, client_name_folded: _name, deleted_at: _deleted, ...rest } = row
  return {
    ...rest,
    enabled: row.enabled === 1,
    built_in: row.built_in === 1,
    require_pkce: row.require_pkce === 1,
    require_consent: row.require_consent === 1,
    introspect_all: row.introspect_all === 1,
    grant_types: list(row.grant_types),
    redirect_uris: list(row.redirect_uris),
    post_logout_redirect_uris: list(row.post_logout_redirect_uris),
    allowed_cors_origins: list(row.allowed_cors_origins),
    resource_server_for: list(row.resource_server_for),
    jwks: row.jwks === null ? null : (JSON.parse(row.jwks) as JsonWebKeySet),
    scopes: new Set(row.scope.split(' ').filter((name) => name !== '')),
    roles,
    secrets,
  }
}

function list(json: string): readonly string[] {
  return JSON.parse(json) as string[]
}

/** URIs as they are compared: a built-in client's follow the public URL and are never stored expanded. */
export function registeredUris(uris: readonly string[], publicUrl: string): readonly string[] {
  if (!uris.some((uri) => uri.startsWith('{public_url}'))) return uris
  return uris.map((uri) => (uri.startsWith('{public_url}') ? publicUrl + uri.slice('{public_url}'.length) : uri))
}

/**
 * The live client with that `client_id` in that realm, disabled ones included: the caller reads `enabled`.
 * Held by realm and client_id; the answer is synchronous on a hit. Unknown ids are not held.
 */
export function findClient(
  db: Database,
  realmId: string,
  clientId: string,
): Client | undefined | Promise<Client | undefined> {
  return db.held.get(`client ${realmId} ${clientId}`, async () => {
    const row = await liveClients(db.sql)
      .where('realm_id', '=', realmId)
      .where('client_id', '=', clientId)
      .executeTakeFirst()
    return row && completeClient(db.sql, row)
  })
}

/** The live client with that internal id, of whatever realm. Held. */
export function findClientById(db: Database, id: string): Client | undefined | Promise<Client | undefined> {
  return db.held.get(`client-by-id ${id}`, async () => {
    const row = await liveClients(db.sql).where('id', '=', id).executeTakeFirst()
    return row && completeClient(db.sql, row)
  })
}

function liveClients(sql: Sql) {
  return sql.selectFrom('clients').selectAll('clients').where('clients.deleted_at', 'is', null)
}

export async function completeClient(sql: Sql, row: ClientsTable): Promise<Client> {
  const [client] = await completeClients(sql, [row])
  if (!client) throw new Error('a row makes a client')
  return client
}

/** Adds roles and secrets: two queries, however many clients. */
export async function completeClients(sql: Sql, rows: readonly ClientsTable[]): Promise<readonly Client[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const roles = await sql
    .selectFrom('client_roles')
    .innerJoin('roles', 'roles.id', 'client_roles.role_id')
    .select(['client_roles.client_id', 'roles.name'])
    .where('client_roles.client_id', 'in', ids)
    .orderBy('roles.name')
    .execute()
  const secrets = await listSecretRows(sql, ids)
  const rolesOf = Map.groupBy(roles, (role) => role.client_id)
  const secretsOf = Map.groupBy(secrets, (secret) => secret.client_id)
  return rows.map((row) => {
    const names = rolesOf.get(row.id)?.map((role) => role.name) ?? []
    return clientOf(row, names, secretsOf.get(row.id)?.map(secretOf) ?? [])
  })
}

/** Of the row that tells what the client did last. */
const beside = { nullable: true, isJoined: true } as const

const clientList: LargeListRules = {
  fields: {
    client_id: { kind: 'folded', column: 'clients.client_id_folded' },
    client_name: { kind: 'folded', column: 'clients.client_name_folded' },
    description: { kind: 'text', column: 'clients.description' },
    client_uri: { kind: 'text', column: 'clients.client_uri', nullable: true },
    enabled: { kind: 'flag', column: 'clients.enabled' },
    built_in: { kind: 'flag', column: 'clients.built_in' },
    token_endpoint_auth_method: { kind: 'text', column: 'clients.token_endpoint_auth_method' },
    grant_types: { kind: 'text', column: 'clients.grant_types' },
    redirect_uris: { kind: 'text', column: 'clients.redirect_uris' },
    scope: { kind: 'text', column: 'clients.scope' },
    expires_in: { kind: 'number', column: 'clients.expires_in', nullable: true },
    redirect_uri: { kind: 'text', column: 'client_activity.redirect_uri', ...beside },
    authorization_code: { kind: 'text', column: 'client_activity.code_fingerprint', ...beside },
    code_created_at: { kind: 'number', column: 'client_activity.code_created_at', ...beside },
    access_token: { kind: 'text', column: 'client_activity.token_fingerprint', ...beside },
    token_created_at: { kind: 'number', column: 'client_activity.token_created_at', ...beside },
    passthru_user: { kind: 'folded', column: 'users.username_folded', ...beside },
    last_used_at: { kind: 'number', column: 'client_activity.last_used_at', ...beside },
    created_at: { kind: 'number', column: 'clients.created_at' },
    updated_at: { kind: 'number', column: 'clients.updated_at' },
  },
  search: ['client_id', 'client_name'],
  leading: 'clients.client_id_folded',
  sort: 'client_id',
  key: 'clients.id',
}

/** A page of the live clients of a realm. */
export async function listClients(db: Database, realmId: string, query: ListQuery): Promise<Page<Client>> {
  const byKey = liveClients(db.sql)
  const live = { query: byKey.where('clients.realm_id', '=', realmId), byKey }
  const page = await largePage(db, live, clientList, query, (fields) => clientsBeside(db.sql, realmId, fields))
  return { ...page, items: await completeClients(db.sql, page.items) }
}

/** Whether a preflight from that origin passes: any enabled client of the realm registered it. */
export async function hasCorsOrigin(db: Database, realmId: string, origin: string): Promise<boolean> {
  const origins = await db.held.get(`cors ${realmId}`, () => loadCorsOrigins(db, realmId))
  return origins.has(origin)
}

async function loadCorsOrigins(db: Database, realmId: string): Promise<ReadonlySet<string>> {
  const rows = await db.sql
    .selectFrom('clients')
    .select('allowed_cors_origins')
    .where('realm_id', '=', realmId)
    .where('enabled', '=', 1)
    .where('deleted_at', 'is', null)
    .where('allowed_cors_origins', '<>', '[]')
    .execute()
  return new Set(rows.flatMap((row) => list(row.allowed_cors_origins)))
}

/** How long a token that a key of the realm signs at this moment may live, at most: a retired key is kept that long. */
export async function longestTokenSeconds(
  db: Pick<Database, 'sql'>,
  realm: Pick<Realm, 'id' | 'token_validity' | 'settings'>,
): Promise<number> {
  const row = await liveClients(db.sql)
    .clearSelect()
    .select((expression) => expression.fn.max('expires_in').as('longest'))
    .where('realm_id', '=', realm.id)
    .executeTakeFirst()
  return Math.max(realm.token_validity, realm.settings.id_token_seconds, row?.longest ?? 0)
}
