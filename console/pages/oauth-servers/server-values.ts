/** The fields of an OAuth server's forms: what they are called, and what they begin with. */
import { type OAuthServer, oauthServerPatch } from '#contract/oauth-server.ts'
import { secrets } from '#contract/oauth-server-fields.ts'
import type { Values } from '../../parts/form/contract-form.ts'
import type { Option } from '../../parts/form/fields.tsx'

export const titles = {
  name: 'Name',
  slug: 'Name in addresses',
  description: 'Description',
  category: 'Category',
  profile: 'Provider profile',
  grant_type: 'Grant type',
  authentication_method: 'Authentication method',
  basic_encoding: 'Encoding of Basic credentials',
  client_id: 'Client ID',
  client_secret: 'Client secret',
  private_key: 'Private key',
  tls_certificate: 'TLS certificate',
  tls_private_key: 'Key of the certificate',
  assertion_alg: 'Signature',
  assertion_key_id: 'Key ID (kid)',
  assertion_audience: 'Audience of the assertion',
  assertion_lifetime_seconds: 'Lifetime of the assertion',
  assertion_claims: 'Further claims',
  owner_username: 'Username of the owner',
  owner_password: 'Password of the owner',
  refresh_token: 'Refresh token',
  issuer: 'Issuer',
  token_endpoint: 'Access token URL',
  authorization_endpoint: 'Authorize URL',
  refresh_endpoint: 'Refresh URL',
  revocation_endpoint: 'Revocation URL',
  introspection_endpoint: 'Introspection URL',
  userinfo_endpoint: 'Userinfo URL',
  iss_in_callback: 'Callbacks carry iss',
  base_url: 'Base URL of its API',
  scope: 'Scope',
  include_scope: 'Include scope',
  query_parameters: 'Query parameters',
  post_parameters: 'Post parameters',
  request_refresh_token: 'Request refresh token',
  prompt: 'Prompt',
  pkce: 'PKCE',
  max_retry_attempts: 'Maximum retry attempts',
  max_wait_seconds: 'Maximum wait duration',
  refresh_margin_seconds: 'Renew before the end',
  on_failure: 'After repeated failure',
  probe: 'Probe',
  probe_url: 'Probe URL',
  probe_every_seconds: 'Asked every',
  allowed_clients: 'Allowed clients',
  secret_expires_at: 'Secret expires',
  overrides: 'Overrides',
} as const

export const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export const grantNames: Readonly<Record<string, string>> = {
  client_credentials: 'Client credentials',
  authorization_code: 'Authorization code',
  password: 'Password',
  refresh_token: 'Refresh token',
  [jwtBearer]: 'JWT bearer',
}

export const methodNames: Readonly<Record<string, string>> = {
  client_secret_post: 'Secret, in the request body',
  client_secret_basic: 'Secret, as Basic auth header',
  client_secret_jwt: 'Secret, as a signed assertion',
  private_key_jwt: 'Own key, as a signed assertion',
  tls_client_auth: 'TLS certificate',
  none: 'None',
}

export function optionsOf(names: Readonly<Record<string, string>>): readonly Option[] {
  return Object.entries(names).map(([value, label]) => ({ value, label }))
}

export const secretNames = Object.keys(secrets) as (keyof typeof secrets)[]

export type StoredSecret = OAuthServer['secrets'][number]

export function storedSecret(
  { secrets: all }: OAuthServer,
  field: string,
  layer: { readonly environment: string | null; readonly application: string | null } = base,
): StoredSecret | null {
  const isThere = (secret: StoredSecret) =>
    secret.field === field && secret.environment === layer.environment && secret.application === layer.application
  return all.find(isThere) ?? null
}

const base = { environment: null, application: null }

/** What a merge patch may change, without the overrides. Of a secret that is stored: what is told of it. */
export function valuesOf(server: OAuthServer): Values {
  const fields = Object.entries(server).filter(([name]) => name in oauthServerPatch.shape && name !== 'overrides')
  const kept = secretNames.map((name) => [name, storedSecret(server, name)] as const)
  return { ...Object.fromEntries(fields), ...Object.fromEntries(kept) }
}

export function emptyValues(category: string | null): Values {
  return {
    name: '',
    slug: '',
    description: '',
    category,
    profile: 'generic_oauth2',
    grant_type: 'client_credentials',
    authentication_method: 'client_secret_post',
    basic_encoding: 'strict',
    client_id: '',
    assertion_alg: 'RS256',
    assertion_key_id: null,
    assertion_audience: 'token_endpoint',
    assertion_lifetime_seconds: 60,
    assertion_claims: {},
    owner_username: null,
    issuer: null,
    token_endpoint: '',
    authorization_endpoint: null,
    refresh_endpoint: null,
    revocation_endpoint: null,
    introspection_endpoint: null,
    userinfo_endpoint: null,
    iss_in_callback: false,
    base_url: null,
    scope: '',
    include_scope: true,
    query_parameters: [],
    post_parameters: [],
    request_refresh_token: false,
    prompt: null,
    pkce: true,
    max_retry_attempts: 3,
    max_wait_seconds: 60,
    refresh_margin_seconds: null,
    on_failure: 'retry',
    probe: null,
    probe_url: null,
    probe_every_seconds: 300,
    allowed_clients: [],
    secret_expires_at: null,
    ...Object.fromEntries(secretNames.map((name) => [name, null])),
  }
}
