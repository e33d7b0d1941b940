/**
 * Other people's authorization servers, as they are configured here: the record, finding and listing it, and what the
 * engine last saw of it. Does not own: changes (`oauth-server-changes.ts`), what the fields may hold (the caller has
 * judged them), the sealing of secrets, and connections.
 */
import { nowSeconds } from '#observe/clock.ts'
import { type AuditEntry, systemActor, writeAudit } from './audit.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import { type LayerSettings, type ServerPolicy, type StoredSecret, secretOfRow } from './oauth-server-settings.ts'
import type { OAuthServerOverridesTable, OAuthServerSecretsTable, OAuthServersTable } from './outbound-tables.ts'

/** Exactly one of the two ids is there. */
export interface ServerOverride {
  readonly id: string
  readonly environment_id: string | null
  readonly application_id: string | null
  readonly settings: Partial<LayerSettings>
  readonly secrets: readonly StoredSecret[]
}

export type GrantType =
  | 'client_credentials'
  | 'authorization_code'
  | 'password'
  | 'refresh_token'
  | 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export type ServerStatus = 'ok' | 'error' | 'degraded' | 'needs_authorization' | 'disabled'

export interface LastError {
  /** Seconds since 1970. */
  readonly at: number
  readonly code: string
  /** Redacted. */
  readonly description: string
  /** A sentence that says what to do. */
  readonly advice: string
}

export interface LastProbe {
  /** Seconds since 1970. */
  readonly at: number
  readonly works: boolean
  /** null: it was not asked, or did not answer. */
  readonly status: number | null
}

/** A live server. The settings of the base layer stand beside what is the server's alone. */
export interface OAuthServer extends LayerSettings, ServerPolicy {
  readonly id: string
  readonly realm_id: string
  readonly slug: string
  readonly name: string
  readonly description: string
  readonly category_id: string | null
  readonly profile: string
  readonly grant_type: GrantType
  /** clients.id each; `['*']`: every client of the realm. */
  readonly allowed_clients: readonly string[]
  readonly settings_version: number
  readonly secret_expires_at: number | null
  readonly disabled_at: number | null
  readonly disabled_reason: string | null
  readonly secrets: readonly StoredSecret[]
  readonly overrides: readonly ServerOverride[]
  readonly created_at: number
  readonly updated_at: number
}

/** The live server at that slug, disabled ones included. Held. */
export function findOAuthServer(
  db: Database,
  realmId: string,
  slug: string,
): OAuthServer | undefined | Promise<OAuthServer | undefined> {
  return db.held.get(`oauth-server ${realmId} ${slug}`, async () => {
    const row = await liveServers(db.sql).where('realm_id', '=', realmId).where('slug', '=', slug).executeTakeFirst()
    return row && completeServer(db.sql, row)
  })
}

/** The live server with that internal id. Held. */
export function findOAuthServerById(
  db: Database,
  id: string,
): OAuthServer | undefined | Promise<OAuthServer | undefined> {
  return db.held.get(`oauth-server-by-id ${id}`, async () => {
    const row = await liveServers(db.sql).where('id', '=', id).executeTakeFirst()
    return row && completeServer(db.sql, row)
  })
}

function liveServers(sql: Sql) {
  return sql.selectFrom('oauth_servers').selectAll().where('deleted_at', 'is', null)
}

export async function completeServer(sql: Sql, row: OAuthServersTable): Promise<OAuthServer> {
  const [server] = await completeServers(sql, [row])
  if (!server) throw new Error('a row makes a server')
  return server
}

/** Adds secrets and overrides: two queries, however many servers. */
export async function completeServers(sql: Sql, rows: readonly OAuthServersTable[]): Promise<readonly OAuthServer[]> {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row.id)
  const overrides = await sql
    .selectFrom('oauth_server_overrides')
    .selectAll()
    .where('server_id', 'in', ids)
    .orderBy('position')
    .execute()
  const secrets = await sql
    .selectFrom('oauth_server_secrets')
    .selectAll()
    .where('server_id', 'in', ids)
    .orderBy('field')
    .execute()
  const overridesOf = Map.groupBy(overrides, (override) => override.server_id)
  const secretsOf = Map.groupBy(secrets, (secret) => secret.owner_id)
  return rows.map((row) => serverOf(row, overridesOf.get(row.id) ?? [], secretsOf))
}

function serverOf(
  row: OAuthServersTable,
  overrides: readonly OAuthServerOverridesTable[],
  secretsOf: ReadonlyMap<string, readonly OAuthServerSecretsTable[]>,
): OAuthServer {
  const { name_folded: _folded, deleted_at: _deleted, settings, allowed_clients, ...rest } = row
  const secretsFor = (owner: string) => (secretsOf.get(owner) ?? []).map(secretOfRow)
  type Settings = Omit<LayerSettings, 'authentication_method' | 'client_id' | 'token_endpoint' | 'scope'> & ServerPolicy
  return {
    ...(JSON.parse(settings) as Settings),
    ...rest,
    authentication_method: row.authentication_method as OAuthServer['authentication_method'],
    grant_type: row.grant_type as GrantType,
    allowed_clients: JSON.parse(allowed_clients) as string[],
    secrets: secretsFor(row.id),
    overrides: overrides.map((override) => ({
      id: override.id,
      environment_id: override.environment_id,
      application_id: override.application_id,
      settings: JSON.parse(override.settings) as Partial<LayerSettings>,
      secrets: secretsFor(override.id),
    })),
  }
}

export interface ServerState {
  readonly status: ServerStatus
  readonly last_error: LastError | null
  readonly last_probe: LastProbe | null
}

/** What was last seen of these servers (oauth_servers.id). */
export async function findServerStates(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, ServerState>> {
  if (ids.length === 0) return new Map()
  const rows = await sql.selectFrom('oauth_server_states').selectAll().where('server_id', 'in', ids).execute()
  return new Map(
    rows.map((row) => [
      row.server_id,
      {
        status: row.status,
        last_error: row.last_error === null ? null : (JSON.parse(row.last_error) as LastError),
        last_probe: row.last_probe === null ? null : (JSON.parse(row.last_probe) as LastProbe),
      },
    ]),
  )
}

export type UsedServer = Pick<OAuthServer, 'id' | 'realm_id' | 'slug' | 'name' | 'settings_version'>

/**
 * What a use found. A late answer says nothing of settings that were saved since, and a server that is disabled stays so.
 * That its settings began to fail, and that they work again, is told by the audit.
 */
export function noteServerState(
  db: Database,
  server: UsedServer,
  { status, last_error }: { readonly status: Exclude<ServerStatus, 'disabled'>; readonly last_error: LastError | null },
): Promise<void> {
  return transaction(db, async (sql) => {
    const asUsed = sql
      .selectFrom('oauth_servers')
      .select('id')
      .where('id', '=', server.id)
      .where('settings_version', '=', server.settings_version)
    const noted = sql
      .updateTable('oauth_server_states')
      .set({ status, last_error: last_error === null ? null : JSON.stringify(last_error), changed_at: nowSeconds() })
      .where('server_id', 'in', asUsed)
      .where('status', '<>', 'disabled')
    const turned = await noted.where('status', status === 'error' ? '<>' : '=', 'error').executeTakeFirst()
    if (turned.numUpdatedRows === 0n) await noted.execute()
    else if (status === 'error' || status === 'ok') await writeAudit(sql, turnOf(server, status, last_error))
  })
}

function turnOf({ id, realm_id, slug, name }: UsedServer, status: 'error' | 'ok', error: LastError | null): AuditEntry {
  const object = { object_kind: 'oauth_server', object_id: id, object_name: name }
  const action = status === 'error' ? 'oauth_server.broken' : 'oauth_server.recovered'
  const after = { slug, status, ...(error && { code: error.code, description: error.description }) }
  return { realm_id, actor: systemActor, action, ...object, after }
}

const serverList: ListRules = {
  fields: {
    name: { kind: 'folded', column: 'oauth_servers.name_folded' },
    slug: { kind: 'text', column: 'oauth_servers.slug' },
    description: { kind: 'text', column: 'oauth_servers.description' },
    category: { kind: 'folded', column: 'categories.name_folded' },
    profile: { kind: 'text', column: 'oauth_servers.profile' },
    grant_type: { kind: 'text', column: 'oauth_servers.grant_type' },
    authentication_method: { kind: 'text', column: 'oauth_servers.authentication_method' },
    client_id: { kind: 'text', column: 'oauth_servers.client_id' },
    token_endpoint: { kind: 'text', column: 'oauth_servers.token_endpoint' },
    scope: { kind: 'text', column: 'oauth_servers.scope' },
    status: { kind: 'text', column: 'oauth_server_states.status' },
    secret_expires_at: { kind: 'number', column: 'oauth_servers.secret_expires_at' },
    created_at: { kind: 'number', column: 'oauth_servers.created_at' },
    updated_at: { kind: 'number', column: 'oauth_servers.updated_at' },
  },
  search: ['name', 'slug', 'client_id'],
  sort: 'name',
  key: 'oauth_servers.id',
}

/** A page of the live servers of a realm. */
export async function listOAuthServers(db: Database, realmId: string, query: ListQuery): Promise<Page<OAuthServer>> {
  const live = db.sql
    .selectFrom('oauth_servers')
    .leftJoin('oauth_server_states', 'oauth_server_states.server_id', 'oauth_servers.id')
    .leftJoin('categories', 'categories.id', 'oauth_servers.category_id')
    .selectAll('oauth_servers')
    .where('oauth_servers.realm_id', '=', realmId)
    .where('oauth_servers.deleted_at', 'is', null)
  const page = await listPage(db, live, serverList, query)
  return { items: await completeServers(db.sql, page.items), total: page.total }
}
