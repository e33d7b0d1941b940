/** What is set of an OAuth server, layer by layer, and how its secrets lie: shapes, and the places they are sealed to. */
import type { SealContext } from '#crypto/seal.ts'
import type { OAuthServerSecretsTable } from './outbound-tables.ts'

export type Leg = 'authorize' | 'token' | 'refresh'

/** `value` is null where the row is secret: it lies with the secrets, under `parameterField`. `leg` null: every leg. */
export interface StoredParameter {
  readonly name: string
  readonly value: string | null
  readonly leg: Leg | null
  readonly secret: boolean
}

/** What a layer may say otherwise. */
export interface LayerSettings {
  readonly client_id: string
  readonly authentication_method:
    | 'client_secret_post'
    | 'client_secret_basic'
    | 'client_secret_jwt'
    | 'private_key_jwt'
    | 'tls_client_auth'
    | 'none'
  /** How the parts of Basic credentials are encoded: RFC 6749 §2.3.1, or as they are. */
  readonly basic_encoding: 'strict' | 'loose'
  readonly assertion_alg: 'RS256' | 'PS256' | 'ES256'
  readonly assertion_key_id: string | null
  /** `token_endpoint`, `issuer`, or a text that is sent as it is. */
  readonly assertion_audience: string
  readonly assertion_lifetime_seconds: number
  readonly assertion_claims: Readonly<Record<string, unknown>>
  readonly owner_username: string | null
  readonly issuer: string | null
  readonly token_endpoint: string
  readonly authorization_endpoint: string | null
  /** null: the token endpoint. */
  readonly refresh_endpoint: string | null
  readonly revocation_endpoint: string | null
  readonly introspection_endpoint: string | null
  readonly userinfo_endpoint: string | null
  /** Its callbacks carry `iss` (RFC 9207 §3). */
  readonly iss_in_callback: boolean
  /** Below it lies what calls may reach. */
  readonly base_url: string | null
  readonly scope: string
  readonly include_scope: boolean
  readonly query_parameters: readonly StoredParameter[]
  readonly post_parameters: readonly StoredParameter[]
}

export interface ServerPolicy {
  readonly request_refresh_token: boolean
  readonly prompt: 'consent' | 'login' | 'select_account' | 'none' | null
  readonly pkce: boolean
  readonly max_retry_attempts: number
  /** How long one caller may wait for a token, all in all. */
  readonly max_wait_seconds: number
  /** null: the profile's, or the house's. */
  readonly refresh_margin_seconds: number | null
  readonly on_failure: 'retry' | 'disable'
  /** How it is asked, while nobody uses it, whether it works; null: it is not. */
  readonly probe: 'userinfo' | 'introspection' | 'url' | null
  /** For the probe `url`: where another URL of the server leads a token to already. */
  readonly probe_url: string | null
  readonly probe_every_seconds: number
}

/** Where an external store has a secret. */
export interface SecretReference {
  readonly store: string
  readonly path: string
  readonly key: string | null
  readonly version: string | null
}

export interface StoredSecret {
  /** `client_secret`, `private_key`, … or `parameterField`. */
  readonly field: string
  /** Sealed to realm, table, `owner_id` and field. */
  readonly value_sealed: string | null
  readonly reference: SecretReference | null
  /** The origins that it may be sent to; empty where it is never sent. */
  readonly origins: readonly string[]
  readonly created_at: number
}

/** Under which field the value of a secret parameter lies. */
export function parameterField(list: 'query_parameters' | 'post_parameters', name: string, leg: Leg | null): string {
  return `${list}.${leg ?? 'all'}.${name}`
}

/** The place that a secret of that owner (server or override) is sealed to. */
export function serverSecretPlace(realmId: string, ownerId: string, field: string): SealContext {
  return { realm: realmId, table: 'oauth_server_secrets', row: ownerId, field }
}

export function secretOfRow(row: OAuthServerSecretsTable): StoredSecret {
  return {
    field: row.field,
    value_sealed: row.value_sealed,
    reference: row.reference === null ? null : (JSON.parse(row.reference) as SecretReference),
    origins: JSON.parse(row.origins) as string[],
    created_at: row.created_at,
  }
}
