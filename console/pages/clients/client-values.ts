/** The fields of a client's forms: what they are called, and what they begin with. */
import { type Client, clientPatch } from '#contract/client.ts'
import type { Values } from '../../parts/form/contract-form.ts'

export const titles = {
  client_id: 'Client ID',
  client_name: 'Name',
  description: 'Description',
  client_uri: 'URI',
  client_secret: 'Client secret',
  enabled: 'Enabled',
  require_client_secret: 'Require client secret',
  token_endpoint_auth_method: 'Authentication method',
  require_pkce: 'Require PKCE',
  require_consent: 'Ask users for consent',
  offline_access: 'Offline access (refresh tokens)',
  grant_types: 'Allowed grant types',
  redirect_uris: 'Redirect URIs',
  post_logout_redirect_uris: 'Post-logout redirect URIs',
  allowed_cors_origins: 'Allowed CORS origins',
  scope: 'Allowed scopes',
  resource_server_for: 'Resource server for',
  introspect_all: 'May introspect every token of the realm',
  expires_in: 'Expires in',
  access_token_format: 'Access token format',
  id_token_signed_response_alg: 'ID token signature',
  refresh_idle_seconds: 'Refresh token: unused for',
  refresh_absolute_seconds: 'Refresh token: at most',
  logo_uri: 'Logo',
  policy_uri: 'Privacy policy',
  tos_uri: 'Terms of service',
  jwks: 'Key set (JWKS)',
  jwks_uri: 'Address of the key set',
  roles: 'Roles',
  environment: 'Environment',
  application: 'Application',
} as const

export const grantNames: Readonly<Record<string, string>> = {
  authorization_code: 'Authorization code',
  client_credentials: 'Client credentials',
  refresh_token: 'Refresh token',
  'urn:ietf:params:oauth:grant-type:device_code': 'Device code',
  password: 'Password',
}

export const methodNames: Readonly<Record<string, string>> = {
  client_secret_basic: 'Secret, HTTP Basic header',
  client_secret_post: 'Secret, in the request body',
  client_secret_jwt: 'Secret, as a signed assertion',
  private_key_jwt: 'Own key, as a signed assertion',
  none: 'None: a public client',
}

export const grantNoun = { one: 'grant', many: 'grants' }

/** What a merge patch may change. Only clients of `system` have roles: elsewhere there is no such field. */
export function valuesOf(client: Client): Values {
  return Object.fromEntries(Object.entries(client).filter(([name]) => name in clientPatch.shape))
}

/** Of a client that nobody has described yet. */
export function emptyValues(realm: string): Values {
  return {
    client_id: '',
    client_name: '',
    client_secret: undefined,
    description: '',
    client_uri: null,
    logo_uri: null,
    policy_uri: null,
    tos_uri: null,
    enabled: true,
    require_client_secret: true,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['authorization_code'],
    redirect_uris: [],
    post_logout_redirect_uris: [],
    allowed_cors_origins: [],
    scope: 'openid profile email',
    expires_in: realm === 'system' ? 900 : 3600,
    offline_access: false,
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
    environment: null,
    application: null,
    ...(realm === 'system' && { roles: [] }),
  }
}

/** Whether a client of that method has a secret that both sides know. */
export function hasSecret(method: unknown): boolean {
  return method !== 'none' && method !== 'private_key_jwt'
}
