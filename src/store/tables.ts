/**
 * The data model: every table as TypeScript sees it. The migrations hold the same in SQL.
 * Times are epoch seconds (`…_ms`: milliseconds). `Json` columns hold JSON text; the store functions of that noun parse
 * and print it, nobody else. Rows that pass stand in `passing-tables.ts`. `Flag` is 0 or 1. What is secret is hashed (`…_hash`) or sealed (`…_sealed`), never plain.
 */

import type { ClientActivityTable, ClientContactsTable, ClientSecretActivityTable } from './activity-tables.ts'
import type { BinTables } from './bin-tables.ts'
import type { ConnectTables } from './connect-tables.ts'
import type { ConnectionTables } from './connection-tables.ts'
import type { OutboundTables } from './outbound-tables.ts'
import type {
  AccessTokensTable,
  AuthorizationCodesTable,
  AuthorizationRequestsTable,
  ConsoleSessionsTable,
  ConsoleSignInsTable,
  DeviceCodesTable,
  EventsTable,
  GrantsTable,
  LoginFailuresTable,
  RefreshTokensTable,
  RevokedTokensTable,
  SessionsTable,
  SpentAssertionsTable,
} from './passing-tables.ts'

export type Flag = 0 | 1
export type Json = string

export interface FactsTable {
  name: string
  value: string
}

export interface ConfigVersionTable {
  id: number
  version: number
}

export interface LeasesTable {
  name: string
  owner: string
  until_ms: number
  epoch: number
}

export interface RealmsTable {
  id: string
  name: string
  display_name: string
  enabled: Flag
  token_validity: number
  settings: Json
  created_at: number
  updated_at: number
  /** A deleted realm keeps its row: its name is never given out again. */
  deleted_at: number | null
}

export interface ApisTable {
  id: string
  realm_id: string
  /** The audience. Built-in ones begin with `{issuer}` or `{public_url}`, filled in when read. */
  identifier: string
  name: string
  built_in: Flag
  created_at: number
  updated_at: number
}

export interface ScopesTable {
  id: string
  realm_id: string
  /** null: a scope of OpenID Connect. */
  api_id: string | null
  name: string
  description: string
  built_in: Flag
  created_at: number
  updated_at: number
}

export interface RolesTable {
  id: string
  realm_id: string
  name: string
  description: string
  built_in: Flag
  created_at: number
  updated_at: number
}

export interface ClientsTable {
  /** Immutable, never given out again; `sub` of the client's own tokens is `client:` plus this. */
  id: string
  realm_id: string
  client_id: string
  client_id_folded: string
  client_name: string
  client_name_folded: string
  description: string
  client_uri: string | null
  logo_uri: string | null
  policy_uri: string | null
  tos_uri: string | null
  enabled: Flag
  built_in: Flag
  registered_by: 'first_start' | 'administrator'
  token_endpoint_auth_method:
    | 'client_secret_basic'
    | 'client_secret_post'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'none'
  grant_types: Json
  redirect_uris: Json
  post_logout_redirect_uris: Json
  allowed_cors_origins: Json
  scope: string
  /** Seconds; null inherits the realm's token validity. */
  expires_in: number | null
  require_pkce: Flag
  require_consent: Flag
  access_token_format: 'jwt' | 'opaque'
  id_token_signed_response_alg: 'RS256' | 'ES256'
  refresh_idle_seconds: number | null
  refresh_absolute_seconds: number | null
  resource_server_for: Json
  introspect_all: Flag
  jwks: Json | null
  jwks_uri: string | null
  /** Raised by "revoke all": machine tokens of an older epoch are dead. */
  token_epoch: number
  /** The layers of an OAuth server's settings that it gets. */
  environment_id: string | null
  application_id: string | null
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface ClientSecretsTable {
  id: string
  /** clients.id */
  client_id: string
  /** generated: SHA-256 · typed: argon2id · sealed: readable by us, for client_secret_jwt. */
  kind: 'generated' | 'typed' | 'sealed'
  value: string
  label: string
  created_at: number
  expires_at: number | null
}

export interface ClientRolesTable {
  client_id: string
  role_id: string
}

export interface UsersTable {
  /** Random UUID, the `sub`; never given out again. */
  id: string
  realm_id: string
  username: string
  username_folded: string
  name: string | null
  given_name: string | null
  family_name: string | null
  email: string | null
  email_folded: string | null
  email_verified: Flag
  phone_number: string | null
  address: Json | null
  locale: string | null
  enabled: Flag
  must_change_password: Flag
  created_at: number
  updated_at: number
  deleted_at: number | null
}

export interface CredentialsTable {
  id: string
  user_id: string
  kind: 'password'
  value: string
  created_at: number
}

export interface UserRolesTable {
  user_id: string
  role_id: string
}

export interface SigningKeysTable {
  /** The `kid`. */
  id: string
  realm_id: string
  alg: 'ES256' | 'RS256'
  public_jwk: Json
  private_sealed: string
  created_at: number
  /** Announced before, signing from here on. */
  active_at: number
  /** No longer signing from here on; still published until `removed_at`. */
  retired_at: number | null
  removed_at: number | null
}

export interface ConsentsTable {
  user_id: string
  client_id: string
  scope: string
  created_at: number
  updated_at: number
}

/** Which realm answers at the paths of a façade. */
export interface FacadeOwnersTable {
  facade: string
  realm_id: string
}

/** How often and when a client came by one of the older shapes. */
export interface LegacyUsesTable {
  /** clients.id */
  client_id: string
  kind: 'appmill' | 'spring' | 'spring_get' | 'onesait' | 'password'
  uses: number
  first_used_at: number
  last_used_at: number
}

/** Redirect URIs that requests named and nobody registered. */
export interface AskedRedirectUrisTable {
  id: string
  /** clients.id */
  client_id: string
  redirect_uri: string
  asked: number
  first_asked_at: number
  last_asked_at: number
  last_address: string
}

export interface AuditTable {
  id: string
  realm_id: string
  at_ms: number
  actor_kind: 'user' | 'client' | 'system'
  actor_id: string
  actor_name: string
  address: string
  request_id: string
  action: string
  object_kind: string
  object_id: string
  object_name: string
  before: Json | null
  after: Json | null
}

export interface Tables extends OutboundTables, BinTables, ConnectionTables, ConnectTables {
  facts: FactsTable
  config_version: ConfigVersionTable
  leases: LeasesTable
  realms: RealmsTable
  apis: ApisTable
  scopes: ScopesTable
  roles: RolesTable
  clients: ClientsTable
  client_secrets: ClientSecretsTable
  client_activity: ClientActivityTable
  client_secret_activity: ClientSecretActivityTable
  client_contacts: ClientContactsTable
  client_roles: ClientRolesTable
  users: UsersTable
  credentials: CredentialsTable
  user_roles: UserRolesTable
  signing_keys: SigningKeysTable
  sessions: SessionsTable
  consents: ConsentsTable
  authorization_requests: AuthorizationRequestsTable
  grants: GrantsTable
  authorization_codes: AuthorizationCodesTable
  device_codes: DeviceCodesTable
  refresh_tokens: RefreshTokensTable
  access_tokens: AccessTokensTable
  revoked_tokens: RevokedTokensTable
  spent_assertions: SpentAssertionsTable
  login_failures: LoginFailuresTable
  console_sign_ins: ConsoleSignInsTable
  console_sessions: ConsoleSessionsTable
  events: EventsTable
  facade_owners: FacadeOwnersTable
  legacy_uses: LegacyUsesTable
  asked_redirect_uris: AskedRedirectUrisTable
  audit: AuditTable
}
