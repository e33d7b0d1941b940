/**
 * The layers over an OAuth server's settings: base, then environment, then application. Pure. Owns: which layer sets
 * each field, which layer's secret counts, and to which origins a secret goes, which is what "a secret never follows a
 * changed address" is judged by. Does not own: opening secrets (`effective-server.ts`) and refusing a change (the office).
 */
import type { Profile } from '#oauth-client/profile.ts'
import {
  type LayerSettings,
  parameterField,
  type StoredParameter,
  type StoredSecret,
} from '#store/oauth-server-settings.ts'
import type { OAuthServer, ServerOverride } from '#store/oauth-servers.ts'

/** Internal ids; null: the caller has none. */
export interface Layers {
  readonly environment_id: string | null
  readonly application_id: string | null
}

export const baseOnly: Layers = { environment_id: null, application_id: null }

/** Of a caller. */
export function layersFor(caller: {
  readonly environment?: string | null
  readonly application?: string | null
}): Layers {
  return { environment_id: caller.environment ?? null, application_id: caller.application ?? null }
}

export type Layer = 'base' | 'environment' | 'application'

/** The secrets that a server may have beside those of its parameters. */
export const secretFields = [
  'client_secret',
  'private_key',
  'tls_certificate',
  'tls_private_key',
  'owner_password',
  'refresh_token',
] as const
export type SecretField = (typeof secretFields)[number]

/** Keys sign or agree on something; they are never sent. */
const staysHere: ReadonlySet<string> = new Set<SecretField>(['private_key', 'tls_certificate', 'tls_private_key'])

export const layerFields = [
  'client_id',
  'authentication_method',
  'basic_encoding',
  'assertion_alg',
  'assertion_key_id',
  'assertion_audience',
  'assertion_lifetime_seconds',
  'assertion_claims',
  'owner_username',
  'issuer',
  'token_endpoint',
  'authorization_endpoint',
  'refresh_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
  'iss_in_callback',
  'base_url',
  'scope',
  'include_scope',
  'query_parameters',
  'post_parameters',
] as const satisfies readonly (keyof LayerSettings)[]

export interface EffectiveSecret extends StoredSecret {
  /** The row that it is sealed to: the server's or an override's. */
  readonly owner_id: string
}

export interface Merged {
  readonly values: LayerSettings
  /** For each field of `layerFields`, and each secret that is there, the layer that set it. */
  readonly lineage: Readonly<Record<string, Layer>>
  /** By field. */
  readonly secrets: ReadonlyMap<string, EffectiveSecret>
}

type Layered = Pick<OAuthServer, 'id' | 'secrets' | 'overrides' | keyof LayerSettings>

/** What holds for a caller of these layers. */
export function mergeLayers(server: Layered, layers: Layers): Merged {
  const values: Record<string, unknown> = {}
  const lineage: Record<string, Layer> = {}
  const secrets = new Map<string, EffectiveSecret>()
  for (const field of layerFields) {
    values[field] = server[field]
    lineage[field] = 'base'
  }
  for (const secret of server.secrets) setSecret(secrets, lineage, 'base', server.id, secret)
  for (const { layer, override } of overridesFor(server, layers)) {
    for (const [field, value] of Object.entries(override.settings)) {
      values[field] = value
      lineage[field] = layer
      // A list of parameters is replaced whole: what was secret in the one below is not in this one.
      if (field.endsWith('_parameters')) dropParameters(secrets, lineage, field)
    }
    for (const secret of override.secrets) setSecret(secrets, lineage, layer, override.id, secret)
  }
  return { values: values as unknown as LayerSettings, lineage, secrets }
}

function overridesFor(server: Pick<OAuthServer, 'overrides'>, layers: Layers) {
  const find = (layer: Layer, matches: (override: ServerOverride) => boolean) =>
    server.overrides.filter(matches).map((override) => ({ layer, override }))
  const { environment_id: environment, application_id: application } = layers
  return [
    ...find('environment', (override) => environment !== null && override.environment_id === environment),
    ...find('application', (override) => application !== null && override.application_id === application),
  ]
}

function setSecret(
  secrets: Map<string, EffectiveSecret>,
  lineage: Record<string, Layer>,
  layer: Layer,
  ownerId: string,
  secret: StoredSecret,
): void {
  secrets.set(secret.field, { ...secret, owner_id: ownerId })
  lineage[secret.field] = layer
}

function dropParameters(secrets: Map<string, EffectiveSecret>, lineage: Record<string, Layer>, list: string): void {
  for (const field of secrets.keys()) {
    if (!field.startsWith(`${list}.`)) continue
    secrets.delete(field)
    delete lineage[field]
  }
}

/** Every pair of layers for which the server's settings differ, the base first. */
export function layerPairs(server: Pick<OAuthServer, 'overrides'>): readonly Layers[] {
  const environments = [null, ...server.overrides.flatMap((override) => override.environment_id ?? [])]
  const applications = [null, ...server.overrides.flatMap((override) => override.application_id ?? [])]
  return environments.flatMap((environment_id) =>
    applications.map((application_id) => ({ environment_id, application_id })),
  )
}

/** To which origins a secret goes under these settings; a profile's hosts stand among them as it names them. */
export function destinationsOf(
  field: string,
  values: LayerSettings,
  profile: Pick<Profile, 'hosts'>,
): readonly string[] {
  if (staysHere.has(field)) return []
  const hosts = (profile.hosts ?? []).map((host) => `https://${host}`)
  return [...new Set([...urlsFor(field, values).map(originOf), ...hosts])]
}

function urlsFor(field: string, values: LayerSettings): readonly string[] {
  const { token_endpoint, refresh_endpoint, authorization_endpoint } = values
  const { revocation_endpoint, introspection_endpoint } = values
  const there = (urls: readonly (string | null)[]) => urls.filter((url) => url !== null)
  const [list = '', leg] = field.split('.', 2)
  if (!list.endsWith('_parameters')) {
    return there([token_endpoint, refresh_endpoint, revocation_endpoint, introspection_endpoint])
  }
  const atToken = leg === 'all' || leg === 'token' ? [token_endpoint] : []
  const atRefresh = leg === 'all' || leg === 'refresh' ? [refresh_endpoint ?? token_endpoint] : []
  const atAuthorize = list === 'query_parameters' && (leg === 'all' || leg === 'authorize')
  return there([...atToken, ...atRefresh, ...(atAuthorize ? [authorization_endpoint] : [])])
}

/** Where refresh tokens go, and where access tokens go besides: a new origin ends the connections made before it. */
export function tokenOrigins(values: LayerSettings): { readonly refresh: Set<string>; readonly access: Set<string> } {
  const { token_endpoint, refresh_endpoint, revocation_endpoint, introspection_endpoint } = values
  const origins = (urls: readonly (string | null)[]) => urls.filter((url) => url !== null).map(originOf)
  const refresh = new Set(origins([token_endpoint, refresh_endpoint, revocation_endpoint, introspection_endpoint]))
  return { refresh, access: new Set([...refresh, ...origins([values.userinfo_endpoint, values.base_url])]) }
}

/** The access token goes to that origin without this URL. */
export function isTokenOrigin(url: string, values: LayerSettings): boolean {
  return tokenOrigins(values).access.has(originOf(url))
}

function originOf(url: string): string {
  return URL.parse(url)?.origin ?? url
}

/** The rows of a list whose values lie with the secrets, under which field. */
export function secretParameters(
  list: 'query_parameters' | 'post_parameters',
  rows: readonly StoredParameter[],
): readonly string[] {
  return rows.filter((row) => row.secret).map((row) => parameterField(list, row.name, row.leg))
}
