/** How an OAuth server becomes rows, what of it may be told, and which names and slugs are free. */
import type { Sql } from './database.ts'
import { fold } from './fold.ts'
import type { LayerSettings, ServerPolicy, StoredSecret } from './oauth-server-settings.ts'
import type { GrantType, OAuthServer } from './oauth-servers.ts'
import type { OAuthServersTable } from './outbound-tables.ts'
import type { Taken } from './taken.ts'

export interface ServerFields extends LayerSettings, ServerPolicy {
  readonly name: string
  readonly description: string
  readonly category_id: string | null
  readonly profile: string
  readonly grant_type: GrantType
  readonly allowed_clients: readonly string[]
  readonly secret_expires_at: number | null
}

/** `taken`: the name; `slug_taken`: the slug. */
export type ServerTaken = Taken | 'slug_taken'

/** What people and the audit may see of a server: of a secret only that it is there, and since when. */
export function publicServer(server: OAuthServer): object {
  const { secrets, overrides, ...rest } = server
  return {
    ...rest,
    secrets: secrets.map(publicSecret),
    overrides: overrides.map((override) => ({ ...override, secrets: override.secrets.map(publicSecret) })),
  }
}

function publicSecret(secret: StoredSecret): Omit<StoredSecret, 'value_sealed'> {
  const { value_sealed: _, ...rest } = secret
  return rest
}

/** The settings as columns; fixed and computed columns are the caller's. */
export function columnsOf(fields: ServerFields) {
  const settings: Omit<LayerSettings, 'client_id' | 'authentication_method' | 'token_endpoint' | 'scope'> &
    ServerPolicy = {
    basic_encoding: fields.basic_encoding,
    assertion_alg: fields.assertion_alg,
    assertion_key_id: fields.assertion_key_id,
    assertion_audience: fields.assertion_audience,
    assertion_lifetime_seconds: fields.assertion_lifetime_seconds,
    assertion_claims: fields.assertion_claims,
    owner_username: fields.owner_username,
    issuer: fields.issuer,
    authorization_endpoint: fields.authorization_endpoint,
    refresh_endpoint: fields.refresh_endpoint,
    revocation_endpoint: fields.revocation_endpoint,
    introspection_endpoint: fields.introspection_endpoint,
    userinfo_endpoint: fields.userinfo_endpoint,
    iss_in_callback: fields.iss_in_callback,
    base_url: fields.base_url,
    include_scope: fields.include_scope,
    query_parameters: fields.query_parameters,
    post_parameters: fields.post_parameters,
    request_refresh_token: fields.request_refresh_token,
    prompt: fields.prompt,
    pkce: fields.pkce,
    max_retry_attempts: fields.max_retry_attempts,
    max_wait_seconds: fields.max_wait_seconds,
    refresh_margin_seconds: fields.refresh_margin_seconds,
    on_failure: fields.on_failure,
    probe: fields.probe,
    probe_url: fields.probe_url,
    probe_every_seconds: fields.probe_every_seconds,
  }
  return {
    name: fields.name,
    name_folded: fold(fields.name),
    description: fields.description,
    category_id: fields.category_id,
    profile: fields.profile,
    grant_type: fields.grant_type,
    authentication_method: fields.authentication_method,
    client_id: fields.client_id,
    token_endpoint: fields.token_endpoint,
    scope: fields.scope,
    settings: JSON.stringify(settings),
    allowed_clients: JSON.stringify(fields.allowed_clients),
    secret_expires_at: fields.secret_expires_at,
  } satisfies Partial<OAuthServersTable>
}

export async function insertLayers(
  sql: Sql,
  serverId: string,
  { secrets, overrides }: Pick<OAuthServer, 'secrets' | 'overrides'>,
): Promise<void> {
  await insertSecrets(sql, serverId, serverId, secrets)
  for (const [position, override] of overrides.entries()) {
    const { id, environment_id, application_id, settings, secrets: own } = override
    const row = {
      id,
      server_id: serverId,
      environment_id,
      application_id,
      settings: JSON.stringify(settings),
      position,
    }
    await sql.insertInto('oauth_server_overrides').values(row).execute()
    await insertSecrets(sql, serverId, id, own)
  }
}

async function insertSecrets(
  sql: Sql,
  serverId: string,
  ownerId: string,
  secrets: readonly StoredSecret[],
): Promise<void> {
  for (const secret of secrets) {
    const row = {
      ...secret,
      server_id: serverId,
      owner_id: ownerId,
      reference: secret.reference === null ? null : JSON.stringify(secret.reference),
      origins: JSON.stringify(secret.origins),
    }
    await sql.insertInto('oauth_server_secrets').values(row).execute()
  }
}

export async function deleteLayers(sql: Sql, serverId: string): Promise<void> {
  await sql.deleteFrom('oauth_server_secrets').where('server_id', '=', serverId).execute()
  await sql.deleteFrom('oauth_server_overrides').where('server_id', '=', serverId).execute()
}

/** The unique indexes decide a race; this says which of the two it was. */
export async function findTaken(
  sql: Sql,
  realmId: string,
  wanted: { readonly name: string; readonly slug: string | undefined },
  ownId = '',
): Promise<ServerTaken | undefined> {
  const others = sql
    .selectFrom('oauth_servers')
    .select('id')
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .where('id', '<>', ownId)
  if (await others.where('name_folded', '=', fold(wanted.name)).executeTakeFirst()) return 'taken'
  if (wanted.slug === undefined) return undefined
  return (await others.where('slug', '=', wanted.slug).executeTakeFirst()) && 'slug_taken'
}

const LONGEST_SLUG = 63

/** `Acme CRM (test)` → `acme-crm-test`, and `acme-crm-test-2` where that is taken. */
export async function freeSlug(sql: Sql, realmId: string, name: string): Promise<string> {
  const words = name
    .normalize('NFKD')
    .toLowerCase()
    .match(/[a-z0-9]+/g) ?? ['server']
  const base = words
    .join('-')
    .slice(0, LONGEST_SLUG - 8)
    .replace(/-$/, '')
  const rows = await sql
    .selectFrom('oauth_servers')
    .select('slug')
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .where('slug', 'like', `${base}%`)
    .execute()
  const taken = new Set(rows.map((row) => row.slug))
  let slug = base
  for (let count = 2; taken.has(slug); count += 1) slug = `${base}-${count}`
  return slug
}
