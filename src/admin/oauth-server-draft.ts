/**
 * What an OAuth server will be: what is given over what is there, or over the defaults. Owns: defaults, which secrets
 * are kept and which were typed now. Does not own: contradictions (`oauth-server-judge.ts`) and where secrets may go
 * (`oauth-server-secrets.ts`). Pure.
 */
import type { OAuthServerBody, OAuthServerPatch } from '#contract/oauth-server.ts'
import type { Override, SecretReference } from '#contract/oauth-server-fields.ts'
import { randomId } from '#crypto/random.ts'
import type { Profile } from '#oauth-client/profile.ts'
import { layerFields, secretFields, secretParameters } from '#outbound/layers.ts'
import { filledDefaults } from '#outbound/profiles/catalogue.ts'
import type { ServerFields } from '#store/oauth-server-rows.ts'
import {
  type LayerSettings,
  parameterField,
  type StoredParameter,
  type StoredSecret,
} from '#store/oauth-server-settings.ts'
import type { OAuthServer, ServerOverride } from '#store/oauth-servers.ts'
import { mergePatch } from './merge-patch.ts'
import { invalidField } from './problem.ts'

export type Given = Omit<OAuthServerBody, 'name' | 'client_id' | 'grant_type'> | OAuthServerPatch

/** The realm's names, as ids. */
export interface References {
  readonly environments: ReadonlyMap<string, string>
  readonly applications: ReadonlyMap<string, string>
  /** undefined: not given. */
  readonly category_id: string | null | undefined
  readonly allowed_clients: readonly string[] | undefined
}

export interface Draft extends ServerFields {
  readonly id: string
  readonly slug: string | undefined
  readonly secrets: readonly StoredSecret[]
  readonly overrides: readonly ServerOverride[]
  /** By `typedKey`: what was given in this request; its row is empty until it is sealed. */
  readonly typed: ReadonlyMap<string, string | SecretReference>
}

export function typedKey(ownerId: string, field: string): string {
  return `${ownerId} ${field}`
}

type Typed = Map<string, string | SecretReference>
type Lists = 'query_parameters' | 'post_parameters'
const lists: readonly Lists[] = ['query_parameters', 'post_parameters']

function defaultsOf(profile: Profile): Omit<ServerFields, 'name' | 'client_id' | 'grant_type' | 'token_endpoint'> {
  // Where a URL has a place that somebody has to fill, the form does it; nothing is guessed.
  const defaults: Profile['defaults'] = filledDefaults(profile, {}) ?? {}
  return {
    description: '',
    category_id: null,
    profile: profile.name,
    allowed_clients: [],
    secret_expires_at: null,
    request_refresh_token: defaults.request_refresh_token ?? false,
    prompt: null,
    pkce: defaults.pkce ?? true,
    max_retry_attempts: 3,
    max_wait_seconds: 60,
    refresh_margin_seconds: null,
    on_failure: 'retry',
    probe: null,
    probe_url: null,
    probe_every_seconds: 300,
    authentication_method: defaults.authentication_method ?? 'client_secret_post',
    basic_encoding: defaults.basic_encoding ?? 'strict',
    assertion_alg: 'RS256',
    assertion_key_id: null,
    assertion_audience: 'token_endpoint',
    assertion_lifetime_seconds: 60,
    assertion_claims: {},
    owner_username: null,
    issuer: defaults.issuer ?? null,
    authorization_endpoint: defaults.authorization_endpoint ?? null,
    refresh_endpoint: null,
    revocation_endpoint: defaults.revocation_endpoint ?? null,
    introspection_endpoint: defaults.introspection_endpoint ?? null,
    userinfo_endpoint: defaults.userinfo_endpoint ?? null,
    iss_in_callback: false,
    base_url: defaults.base_url ?? null,
    scope: defaults.scope ?? '',
    include_scope: true,
    query_parameters: [],
    post_parameters: [],
  }
}

const required = ['name', 'client_id', 'grant_type', 'token_endpoint'] as const

/** `given` over `current`; null goes back to the default. */
export function draftServer(
  given: Given,
  current: OAuthServer | undefined,
  profile: Profile,
  references: References,
): Draft {
  const { overrides, category: _category, allowed_clients: _allowed, slug, ...rest } = given
  const id = current?.id ?? randomId()
  const typed: Typed = new Map()
  const fallback: Record<string, unknown> = {
    ...defaultsOf(profile),
    token_endpoint: filledDefaults(profile, {})?.token_endpoint,
  }
  const merged: Record<string, unknown> = { ...fallback, ...(current && fieldsOf(current)) }
  for (const [field, value] of Object.entries(withoutSecrets(rest))) {
    if (value !== undefined) merged[field] = value ?? fallback[field]
  }
  if (rest.assertion_claims) {
    // RFC 7396: a document within the document is patched as well.
    merged['assertion_claims'] = mergePatch(current?.assertion_claims ?? {}, rest.assertion_claims)
  }
  for (const field of required) if (typeof merged[field] !== 'string') throw invalidField(field, 'must be there')
  const plain = merged as unknown as ServerFields
  const layer = layerOf('', id, rest, current?.secrets ?? [], typed, plain)
  const fields: ServerFields = {
    ...plain,
    ...layer.parameters,
    category_id: references.category_id === undefined ? plain.category_id : references.category_id,
    allowed_clients: references.allowed_clients ?? plain.allowed_clients,
  }
  return {
    ...fields,
    id,
    slug: slug ?? current?.slug,
    secrets: layer.secrets,
    overrides:
      overrides === undefined
        ? (current?.overrides ?? [])
        : (overrides ?? []).map((each, index) => overrideOf(each, index, overrides ?? [], current, references, typed)),
    typed,
  }
}

/** What an administrator writes, without what the row adds. */
export function fieldsOf(server: OAuthServer): ServerFields {
  const { id: _id, realm_id: _realm, slug: _slug, settings_version: _version, ...most } = server
  const { disabled_at: _at, disabled_reason: _reason, created_at: _created, updated_at: _updated, ...rest } = most
  const { secrets: _secrets, overrides: _overrides, ...fields } = rest
  return fields
}

function withoutSecrets(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isSecret: ReadonlySet<string> = new Set(secretFields)
  return Object.fromEntries(Object.entries(given).filter(([field]) => !isSecret.has(field)))
}

/** The parameters and secrets of one layer; what was typed goes into `typed`. */
function layerOf(
  prefix: string,
  ownerId: string,
  given: Readonly<Record<string, unknown>>,
  kept: readonly StoredSecret[],
  typed: Typed,
  values: Partial<LayerSettings>,
): { parameters: Partial<Pick<LayerSettings, Lists>>; secrets: readonly StoredSecret[] } {
  const secrets = new Map<string, StoredSecret>()
  for (const field of secretFields) {
    const value = given[field] as string | SecretReference | null | undefined
    const before = kept.find((secret) => secret.field === field)
    if (value === undefined && before) secrets.set(field, before)
    if (value === undefined || value === null) continue
    typed.set(typedKey(ownerId, field), value)
    secrets.set(field, unsealed(field))
  }
  const parameters: Partial<Record<Lists, readonly StoredParameter[]>> = {}
  for (const list of lists) {
    const rows = values[list]
    if (!rows) continue
    const stored = given[list] ? parametersOf(`${prefix}${list}`, list, ownerId, rows, kept, typed) : rows
    parameters[list] = stored
    for (const field of secretParameters(list, stored)) {
      const before = kept.find((secret) => secret.field === field)
      secrets.set(field, typed.has(typedKey(ownerId, field)) || !before ? unsealed(field) : before)
    }
  }
  return { parameters, secrets: [...secrets.values()] }
}

type TypedParameter = Omit<StoredParameter, 'value' | 'leg' | 'secret'> & Partial<StoredParameter>

function parametersOf(
  path: string,
  list: Lists,
  ownerId: string,
  rows: readonly TypedParameter[],
  kept: readonly StoredSecret[],
  typed: Typed,
): readonly StoredParameter[] {
  const fields = new Set<string>()
  return rows.map(({ name, value = null, leg = null, secret = false }, index) => {
    const field = parameterField(list, name, leg)
    if (!secret && value === null) throw invalidField(`${path}.${index}.value`, 'must be there')
    if (!secret) return { name, value, leg, secret }
    if (fields.has(field)) throw invalidField(`${path}.${index}.name`, 'must not name a secret parameter twice')
    fields.add(field)
    if (value !== null) typed.set(typedKey(ownerId, field), value)
    else if (!kept.some((each) => each.field === field)) throw invalidField(`${path}.${index}.value`, 'must be there')
    return { name, value: null, leg, secret }
  })
}

function unsealed(field: string): StoredSecret {
  return { field, value_sealed: null, reference: null, origins: [], created_at: Math.floor(Date.now() / 1000) }
}

function overrideOf(
  given: Override,
  index: number,
  all: readonly Override[],
  current: OAuthServer | undefined,
  references: References,
  typed: Typed,
): ServerOverride {
  const prefix = `overrides.${index}.`
  const { environment = null, application = null, ...rest } = given
  if ((environment === null) === (application === null)) {
    throw invalidField(`${prefix}environment`, 'an override is for one environment or one application')
  }
  const isSame = (other: Override) =>
    (other.environment ?? null) === environment && (other.application ?? null) === application
  if (all.findIndex(isSame) !== index) throw invalidField(`overrides.${index}`, 'must not be there twice')
  const environment_id = idOf(`${prefix}environment`, environment, references.environments)
  const application_id = idOf(`${prefix}application`, application, references.applications)
  const before = current?.overrides.find(
    (each) => each.environment_id === environment_id && each.application_id === application_id,
  )
  const id = before?.id ?? randomId()
  const names: ReadonlySet<string> = new Set(layerFields)
  const entries = Object.entries(rest).filter(([field, value]) => names.has(field) && value !== undefined)
  const settings = Object.fromEntries(entries) as Partial<LayerSettings>
  const { parameters, secrets } = layerOf(prefix, id, rest, before?.secrets ?? [], typed, settings)
  return { id, environment_id, application_id, settings: { ...settings, ...parameters }, secrets }
}

function idOf(field: string, name: string | null, ids: ReadonlyMap<string, string>): string | null {
  if (name === null) return null
  const id = ids.get(name)
  if (id === undefined) throw invalidField(field, 'the realm has none of that name')
  return id
}
