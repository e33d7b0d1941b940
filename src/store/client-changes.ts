/**
 * What an administrator does to clients. Each change is one transaction with its audit entry; what a change ends (grants,
 * machine tokens) ends in the same one. Reading is `clients.ts`, secrets are `client-secrets.ts`; what may be changed of
 * a built-in client is the caller's rule.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { relistActivity } from './client-activity.ts'
import { insertSecret, type NewSecret, publicSecret } from './client-secrets.ts'
import { type Client, completeClient } from './clients.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard, discardRoles } from './deleted.ts'
import { fold } from './fold.ts'
import { revokeGrantsOf } from './grants.ts'
import { roleIds } from './roles.ts'
import type { ClientsTable } from './tables.ts'
import { type Taken, takenOr } from './taken.ts'

/** What an administrator writes. `client_id` is fixed once the client is there. */
export type ClientFields = Omit<
  Client,
  'id' | 'realm_id' | 'built_in' | 'registered_by' | 'scopes' | 'secrets' | 'token_epoch' | 'created_at' | 'updated_at'
>

export type NewClient = Pick<ClientFields, 'client_id'> &
  Partial<ClientFields> & {
    readonly built_in?: boolean
    readonly registered_by?: Client['registered_by']
    readonly secret?: NewSecret
  }

export type ClientChanges = Partial<Omit<ClientFields, 'client_id'>> & {
  /** Another way to authenticate: every secret ends here, and `by` takes their place where the new way has secrets. */
  readonly replaceSecrets?: { readonly by: NewSecret | undefined }
}

const clientDefaults: Omit<ClientFields, 'client_id' | 'client_name'> = {
  description: '',
  client_uri: null,
  logo_uri: null,
  policy_uri: null,
  tos_uri: null,
  enabled: true,
  token_endpoint_auth_method: 'client_secret_basic',
  grant_types: [],
  redirect_uris: [],
  post_logout_redirect_uris: [],
  allowed_cors_origins: [],
  scope: '',
  expires_in: null,
  require_pkce: true,
  require_consent: true,
  access_token_format: 'jwt',
  id_token_signed_response_alg: 'RS256',
  refresh_idle_seconds: null,
  refresh_absolute_seconds: null,
  resource_server_for: [],
  introspect_all: false,
  jwks: null,
  jwks_uri: null,
  roles: [],
  environment_id: null,
  application_id: null,
}

/**
 * A new client; fields left out get the defaults above, the name is the client_id. `taken`: a live client of the realm
 * has that client_id. Throws `UnknownRole`.
 */
export function createClient(db: Database, actor: Actor, realmId: string, input: NewClient): Promise<Client | Taken> {
  return takenOr(changeConfig(db, (sql) => insertClient(sql, actor, realmId, input)))
}

/** Inside a transaction of `changeConfig`. */
export async function insertClient(sql: Sql, actor: Actor, realmId: string, input: NewClient): Promise<Client> {
  const { built_in, registered_by, secret, ...given } = input
  const fields = { ...clientDefaults, client_name: input.client_id, ...given }
  const now = nowSeconds()
  const row: ClientsTable = {
    ...columnsOf(fields),
    id: randomId(),
    realm_id: realmId,
    client_id: fields.client_id,
    client_id_folded: fold(fields.client_id),
    built_in: built_in ? 1 : 0,
    registered_by: registered_by ?? 'administrator',
    token_epoch: 0,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  }
  await sql.insertInto('clients').values(row).execute()
  await setClientRoles(sql, row, fields.roles)
  if (secret) await insertSecret(sql, row.id, secret)
  const client = await completeClient(sql, row)
  await writeAudit(sql, { ...clientObject(client), actor, action: 'client.create', after: publicClient(client) })
  return client
}

/**
 * `change` sees the client as it is in the transaction and may throw to refuse. Disabling ends its grants and its machine
 * tokens. undefined: no such live client. `revertedTo`: see `updateEntry`. Throws `UnknownRole`.
 */
export function updateClient(
  db: Database,
  actor: Actor,
  realmId: string,
  clientId: string,
  change: (current: Client) => ClientChanges,
  revertedTo?: string,
): Promise<Client | undefined> {
  return changeConfig(db, async (sql) => {
    const row = await lockClient(sql, realmId, clientId)
    if (!row) return undefined
    const before = await completeClient(sql, row)
    const { replaceSecrets, ...given } = change(before)
    const fields = { ...before, ...given }
    const isDisabled = before.enabled && !fields.enabled
    const changed: ClientsTable = {
      ...row,
      ...columnsOf(fields),
      token_epoch: row.token_epoch + (isDisabled ? 1 : 0),
      updated_at: nowSeconds(),
    }
    await sql.updateTable('clients').set(changed).where('id', '=', row.id).execute()
    if (fields.roles !== before.roles) await setClientRoles(sql, row, fields.roles)
    if (replaceSecrets) await replaceAllSecrets(sql, row.id, replaceSecrets.by)
    if (isDisabled) await revokeGrantsOf(sql, { clientId: row.id }, 'client disabled')
    const after = await completeClient(sql, changed)
    const told = updateEntry('client', publicClient(before), publicClient(after), revertedTo)
    await writeAudit(sql, { ...clientObject(after), actor, ...told })
    return after
  })
}

/**
 * Deleted means dead: its grants, codes, tokens, consents and secrets end here, and it lies in the recycle bin. The
 * client_id may come back as another client, which inherits nothing. False: no such live client.
 */
export function deleteClient(db: Database, actor: Actor, realmId: string, clientId: string): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const row = await lockClient(sql, realmId, clientId)
    if (!row) return false
    const before = await completeClient(sql, row)
    const changed = { deleted_at: nowSeconds(), token_epoch: row.token_epoch + 1 }
    await sql.updateTable('clients').set(changed).where('id', '=', row.id).execute()
    await relistActivity(sql, row.id)
    await revokeGrantsOf(sql, { clientId: row.id }, 'client deleted')
    const { realm_id, id: object_id, client_id: name } = row
    const deletedId = await discard(sql, actor, { realm_id, kind: 'client', object_id, name })
    await discardRoles(sql, deletedId, 'client_id', row.id)
    await sql.deleteFrom('client_secrets').where('client_id', '=', row.id).execute()
    await sql.deleteFrom('client_roles').where('client_id', '=', row.id).execute()
    await sql.deleteFrom('consents').where('client_id', '=', row.id).execute()
    await sql.deleteFrom('asked_redirect_uris').where('client_id', '=', row.id).execute()
    await writeAudit(sql, { ...clientObject(before), actor, action: 'client.delete', before: publicClient(before) })
    return true
  })
}

/** "Revoke all": people's grants and the client's own tokens. Answers how many grants ended; undefined: no client. */
export function revokeClientTokens(
  db: Database,
  actor: Actor,
  realmId: string,
  clientId: string,
): Promise<number | undefined> {
  return changeConfig(db, async (sql) => {
    const row = await lockClient(sql, realmId, clientId)
    if (!row) return undefined
    await raiseTokenEpoch(sql, row.id)
    const grants = await revokeGrantsOf(sql, { clientId: row.id }, 'all tokens of the client revoked')
    await writeAudit(sql, { ...clientObject(row), actor, action: 'client.revoke_tokens', after: { grants } })
    return grants
  })
}

/** Every machine token of an older epoch is dead. */
export async function raiseTokenEpoch(sql: Sql, clientRowId: string): Promise<void> {
  await sql
    .updateTable('clients')
    .set((expression) => ({ token_epoch: expression('token_epoch', '+', 1) }))
    .where('id', '=', clientRowId)
    .execute()
}

/** What people and the audit may see of a client. */
export function publicClient(client: Client): object {
  const { scopes: _, secrets, ...rest } = client
  return { ...rest, secrets: secrets.map(publicSecret) }
}

/** The writable fields as columns; fixed and computed columns are the caller's. */
function columnsOf(fields: Omit<ClientFields, 'client_id'>) {
  return {
    client_name: fields.client_name,
    client_name_folded: fold(fields.client_name),
    description: fields.description,
    client_uri: fields.client_uri,
    logo_uri: fields.logo_uri,
    policy_uri: fields.policy_uri,
    tos_uri: fields.tos_uri,
    enabled: fields.enabled ? 1 : 0,
    token_endpoint_auth_method: fields.token_endpoint_auth_method,
    grant_types: JSON.stringify(fields.grant_types),
    redirect_uris: JSON.stringify(fields.redirect_uris),
    post_logout_redirect_uris: JSON.stringify(fields.post_logout_redirect_uris),
    allowed_cors_origins: JSON.stringify(fields.allowed_cors_origins),
    scope: fields.scope,
    expires_in: fields.expires_in,
    require_pkce: fields.require_pkce ? 1 : 0,
    require_consent: fields.require_consent ? 1 : 0,
    access_token_format: fields.access_token_format,
    id_token_signed_response_alg: fields.id_token_signed_response_alg,
    refresh_idle_seconds: fields.refresh_idle_seconds,
    refresh_absolute_seconds: fields.refresh_absolute_seconds,
    resource_server_for: JSON.stringify(fields.resource_server_for),
    introspect_all: fields.introspect_all ? 1 : 0,
    jwks: fields.jwks === null ? null : JSON.stringify(fields.jwks),
    jwks_uri: fields.jwks_uri,
    environment_id: fields.environment_id,
    application_id: fields.application_id,
  } satisfies Partial<ClientsTable>
}

/** Reads the row and keeps others from changing it until the transaction ends. */
function lockClient(sql: Sql, realmId: string, clientId: string): Promise<ClientsTable | undefined> {
  return sql
    .updateTable('clients')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('client_id', '=', clientId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

export async function replaceAllSecrets(sql: Sql, clientRowId: string, by: NewSecret | undefined): Promise<void> {
  await sql.deleteFrom('client_secrets').where('client_id', '=', clientRowId).execute()
  if (by) await insertSecret(sql, clientRowId, by)
}

async function setClientRoles(sql: Sql, row: ClientsTable, names: readonly string[]): Promise<void> {
  await sql.deleteFrom('client_roles').where('client_id', '=', row.id).execute()
  for (const role_id of await roleIds(sql, row.realm_id, names)) {
    await sql.insertInto('client_roles').values({ client_id: row.id, role_id }).execute()
  }
}

export function clientObject(client: Pick<ClientsTable, 'id' | 'realm_id' | 'client_id'>) {
  return { realm_id: client.realm_id, object_kind: 'client', object_id: client.id, object_name: client.client_id }
}
