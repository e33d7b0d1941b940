/**
 * What a client may look like: fields that set each other, defaults, and contradictions.
 * Pure: from what is there and what is asked for to what will be, or a refusal that names the field.
 */
import { type ClientBody, type ClientPatch, deviceCodeGrant, type Client as Shown } from '#contract/client.ts'
import { redirectKind } from '#issuer/redirect-uri.ts'
import type { ClientFields } from '#store/client-changes.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { Resources } from '#store/resources.ts'
import { adminRole, readScope, systemRealm, viewerRole, writeScope } from './gate.ts'
import { invalidField } from './problem.ts'
import { systemTokenSeconds } from './realms.ts'

type Method = Client['token_endpoint_auth_method']
/** Everything that a merge patch may name. */
export type Writable = Pick<Shown, Extract<keyof Shown, keyof ClientPatch>>

/** Tokens of a client that cannot keep a secret live at most this long. */
const publicTokenSeconds = 3600
const userScope = 'openid profile email'

/** How a client of that method proves itself: `shared` secrets are hashed, `sealed` ones are needed in the clear. */
export function secretKind(method: Method): 'shared' | 'sealed' | 'none' {
  if (method === 'client_secret_jwt') return 'sealed'
  return method === 'client_secret_basic' || method === 'client_secret_post' ? 'shared' : 'none'
}

function needsSecret(method: Method): boolean {
  return secretKind(method) !== 'none'
}

/** Without method and scope, which depend on what else is asked for. */
function plainDefaults(clientId: string) {
  return {
    client_name: clientId,
    description: '',
    client_uri: null,
    logo_uri: null,
    policy_uri: null,
    tos_uri: null,
    enabled: true,
    grant_types: ['authorization_code'],
    redirect_uris: [] as string[],
    post_logout_redirect_uris: [] as string[],
    allowed_cors_origins: [] as string[],
    expires_in: null,
    require_pkce: true,
    require_consent: true,
    access_token_format: 'jwt' as const,
    id_token_signed_response_alg: 'RS256' as const,
    refresh_idle_seconds: null,
    refresh_absolute_seconds: null,
    roles: [] as string[],
    resource_server_for: [] as string[],
    introspect_all: false,
    jwks: null,
    jwks_uri: null,
    environment: null,
    application: null,
  }
}

/** A client as the API shows its writable fields; APIs by identifier. */
export function writableOf(client: Client, resources: Resources, realm: Realm): Writable {
  const identifiers = new Map([...resources.apis.values()].map((api) => [api.id, api.identifier]))
  return {
    client_name: client.client_name,
    description: client.description,
    client_uri: client.client_uri,
    logo_uri: client.logo_uri,
    policy_uri: client.policy_uri,
    tos_uri: client.tos_uri,
    enabled: client.enabled,
    require_client_secret: needsSecret(client.token_endpoint_auth_method),
    token_endpoint_auth_method: client.token_endpoint_auth_method,
    grant_types: [...client.grant_types],
    redirect_uris: [...client.redirect_uris],
    post_logout_redirect_uris: [...client.post_logout_redirect_uris],
    allowed_cors_origins: [...client.allowed_cors_origins],
    scope: client.scope,
    expires_in: client.expires_in,
    offline_access: client.scopes.has('offline_access'),
    require_pkce: client.require_pkce,
    require_consent: client.require_consent,
    access_token_format: client.access_token_format,
    id_token_signed_response_alg: client.id_token_signed_response_alg,
    refresh_idle_seconds: client.refresh_idle_seconds,
    refresh_absolute_seconds: client.refresh_absolute_seconds,
    ...(realm.name === systemRealm ? { roles: [...client.roles] } : {}),
    resource_server_for: client.resource_server_for.flatMap((id) => identifiers.get(id) ?? []),
    introspect_all: client.introspect_all,
    jwks: client.jwks as Writable['jwks'],
    jwks_uri: client.jwks_uri,
    environment: layerNameOf(client.environment_id, resources.environments),
    application: layerNameOf(client.application_id, resources.applications),
  }
}

function layerNameOf(id: string | null, ids: ReadonlyMap<string, string>): string | null {
  return [...ids].find(([, each]) => each === id)?.[0] ?? null
}

function layerIdOf(field: 'environment' | 'application', name: string | null, resources: Resources): string | null {
  if (name === null) return null
  const id = resources[`${field}s`].get(name)
  if (id === undefined) throw invalidField(field, `the realm has no such ${field}`)
  return id
}

/** What the client will be: `given` over `current`, or over the defaults where there is none yet. */
export function resolveClient(
  clientId: string,
  given: Omit<ClientBody, 'client_id' | 'client_secret'> | ClientPatch,
  current: Writable | undefined,
  realm: Realm,
  resources: Resources,
): Omit<ClientFields, 'client_id'> {
  const { require_client_secret, token_endpoint_auth_method, scope, offline_access, ...rest } = given
  const fallback: Record<string, unknown> = plainDefaults(clientId)
  const merged: Record<string, unknown> = { ...fallback, ...current }
  for (const [field, value] of Object.entries(rest)) if (value !== undefined) merged[field] = value ?? fallback[field]
  const plain = merged as Omit<Writable, 'roles'> & { roles: string[] }
  const { require_client_secret: _requires, offline_access: _offline, resource_server_for, ...others } = plain
  const { environment, application, ...fields } = others
  const next = {
    ...fields,
    token_endpoint_auth_method: resolveMethod(token_endpoint_auth_method, require_client_secret, current),
    scope: resolveScope(scope, offline_access, current, plain.grant_types),
  }
  return {
    ...next,
    roles: rolesOf(next, realm, current === undefined),
    resource_server_for: resource_server_for.map((identifier) => apiId(identifier, resources)),
    environment_id: layerIdOf('environment', environment, resources),
    application_id: layerIdOf('application', application, resources),
  }
}

function resolveMethod(
  named: Method | null | undefined,
  requires: boolean | null | undefined,
  current: Writable | undefined,
): Method {
  if (typeof named === 'string') {
    if (typeof requires !== 'boolean' || requires === needsSecret(named)) return named
    throw invalidField('require_client_secret', `contradicts token_endpoint_auth_method ${named}`)
  }
  const kept = named === null || requires === null ? undefined : current?.token_endpoint_auth_method
  if (typeof requires !== 'boolean') return kept ?? 'client_secret_basic'
  if (kept !== undefined && needsSecret(kept) === requires) return kept
  return requires ? 'client_secret_basic' : 'none'
}

function resolveScope(
  named: string | null | undefined,
  offline: boolean | null | undefined,
  current: Writable | undefined,
  grants: readonly string[],
): string {
  if (typeof named === 'string') {
    const hasOffline = named.split(' ').includes('offline_access')
    if (typeof offline !== 'boolean' || offline === hasOffline) return named
    throw invalidField('offline_access', 'contradicts scope')
  }
  const fallback = hasUser(grants) ? userScope : ''
  const base = named === null ? fallback : (current?.scope ?? fallback)
  if (offline === undefined) return base
  const others = base.split(' ').filter((name) => name !== '' && name !== 'offline_access')
  return [...others, ...(offline ? ['offline_access'] : [])].join(' ')
}

/** Whether somebody is in a grant of one of these types. */
function hasUser(grants: readonly string[]): boolean {
  return ['authorization_code', deviceCodeGrant, 'password'].some((grant) => grants.includes(grant))
}

type Fields = Omit<ClientFields, 'client_id'>

/** Refuses what contradicts itself, the realm or the specifications. Not asked of clients that come with the house. */
export function judgeClient(client: Fields, realm: Realm, resources: Resources): void {
  judgeGrants(client, realm)
  judgeKeys(client)
  judgeLifetimes(client, realm)
  for (const field of ['redirect_uris', 'post_logout_redirect_uris'] as const) {
    const refused = client[field].findIndex((uri) => !redirectKind(uri))
    if (refused >= 0) throw invalidField(`${field}.${refused}`, 'is no address that a browser would be sent to')
  }
  const unknown = client.scope.split(' ').find((name) => name !== '' && !resources.scopes.has(name))
  if (unknown !== undefined) throw invalidField('scope', `the realm has no scope ${unknown}`)
}

function judgeGrants(client: Fields, realm: Realm): void {
  const { grant_types, token_endpoint_auth_method: method } = client
  if (grant_types.includes('password') && realm.name === systemRealm) {
    throw invalidField('grant_types', 'realm system has no password grant')
  }
  if (grant_types.includes('client_credentials') && method === 'none') {
    throw invalidField('grant_types', 'client_credentials needs a client that authenticates (RFC 6749 section 4.4)')
  }
  if (grant_types.includes('refresh_token') && !hasUser(grant_types)) {
    throw invalidField('grant_types', 'refresh_token needs a grant with a user beside it')
  }
  if (method === 'none' && !client.require_pkce) {
    throw invalidField('require_pkce', 'must be true for a client without authentication (RFC 9700 section 2.1.1)')
  }
}

function judgeKeys(client: Fields): void {
  if (client.jwks && client.jwks_uri)
    throw invalidField('jwks_uri', 'must not be there beside jwks (RFC 7591 section 2)')
  if (client.token_endpoint_auth_method === 'private_key_jwt' && !client.jwks && !client.jwks_uri) {
    throw invalidField('jwks', 'private_key_jwt needs jwks or jwks_uri')
  }
}

function judgeLifetimes(client: Fields, realm: Realm): void {
  const isPublic = client.token_endpoint_auth_method === 'none'
  const longest = realm.name === systemRealm ? systemTokenSeconds : isPublic ? publicTokenSeconds : Infinity
  if (client.expires_in !== null && client.expires_in > longest) {
    throw invalidField('expires_in', `must be at most ${longest} here`)
  }
  const { refresh_idle_seconds: idle, refresh_absolute_seconds: absolute } = client
  if (idle !== null && idle > (absolute ?? realm.settings.refresh_absolute_seconds)) {
    throw invalidField('refresh_idle_seconds', 'must not be longer than refresh_absolute_seconds')
  }
}

/**
 * Only clients of `system` have roles. A new machine client that may ask for the management API and names no role gets
 * the one that matches its scope, and the answer shows it.
 */
function rolesOf(
  client: Pick<Fields, 'roles' | 'scope' | 'grant_types'>,
  realm: Realm,
  isNew: boolean,
): readonly string[] {
  const { roles } = client
  if (realm.name !== systemRealm) {
    if (roles.length > 0) throw invalidField('roles', 'only clients of realm system have roles')
    return roles
  }
  if (!isNew || roles.length > 0 || !client.grant_types.includes('client_credentials')) return roles
  const scopes = client.scope.split(' ')
  if (scopes.includes(writeScope)) return [adminRole]
  return scopes.includes(readScope) ? [viewerRole] : roles
}

function apiId(identifier: string, resources: Resources): string {
  const api = resources.apis.get(identifier)
  if (!api) throw invalidField('resource_server_for', 'the realm has no such API')
  return api.id
}
