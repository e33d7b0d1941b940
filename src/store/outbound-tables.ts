/** The tables of the door out that are configured: OAuth servers, their layers, and the calls made with their tokens. */
import type { Json } from './tables.ts'

/** `name` is unique in its realm, whatever its case. */
interface NamedTable {
  id: string
  realm_id: string
  name: string
  name_folded: string
  description: string
  created_at: number
  updated_at: number
}

export interface CategoriesTable extends NamedTable {
  /** clients.id each; null: the category restricts nobody. */
  allowed_clients: Json | null
}

export type EnvironmentsTable = NamedTable
export type ApplicationsTable = NamedTable

export interface OAuthServersTable extends NamedTable {
  slug: string
  category_id: string | null
  profile: string
  grant_type: string
  authentication_method: string
  /** Ours, there. */
  client_id: string
  token_endpoint: string
  scope: string
  /** Every other setting. */
  settings: Json
  /** clients.id each, or `*` alone. */
  allowed_clients: Json
  /** Raised by every change: a token that an older one fetched is not held any longer. */
  settings_version: number
  secret_expires_at: number | null
  disabled_at: number | null
  disabled_reason: string | null
  deleted_at: number | null
}

/** Exactly one of `environment_id` and `application_id` is there. */
export interface OAuthServerOverridesTable {
  id: string
  server_id: string
  environment_id: string | null
  application_id: string | null
  settings: Json
  /** In the order in which they were given. */
  position: number
}

/** Exactly one of `value_sealed` and `reference` is there. */
export interface OAuthServerSecretsTable {
  /** oauth_servers.id, or oauth_server_overrides.id where a layer has a secret of its own. */
  owner_id: string
  field: string
  server_id: string
  value_sealed: string | null
  /** Where an external store has it. */
  reference: Json | null
  /** Whom it was given for: it goes to no other origin. */
  origins: Json
  created_at: number
}

/** What the engine last saw; a row apart, so that no use of a server touches what is configured. */
export interface OAuthServerStatesTable {
  server_id: string
  status: 'ok' | 'error' | 'degraded' | 'needs_authorization' | 'disabled'
  last_error: Json | null
  changed_at: number
  last_probe: Json | null
  /** null: it is never asked. */
  probe_due_at: number | null
}

export interface ConnectorsTable extends NamedTable {
  server_id: string
  connection: 'application' | 'user'
  method: string
  path: string
  settings: Json
  timeout_ms: number
}

/** Of a realm's own; what it says beside name and title is `rules`. */
export interface ProviderProfilesTable {
  id: string
  realm_id: string
  name: string
  title: string
  rules: Json
  created_at: number
  updated_at: number
}

export interface OutboundTables {
  categories: CategoriesTable
  environments: EnvironmentsTable
  applications: ApplicationsTable
  oauth_servers: OAuthServersTable
  oauth_server_overrides: OAuthServerOverridesTable
  oauth_server_secrets: OAuthServerSecretsTable
  oauth_server_states: OAuthServerStatesTable
  connectors: ConnectorsTable
  provider_profiles: ProviderProfilesTable
}
