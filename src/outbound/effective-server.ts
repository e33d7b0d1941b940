/**
 * An OAuth server as one caller gets it: the layers merged, the secrets opened. Owns: turning rows into the settings
 * that a request is made from, and the last look before a secret leaves: it goes only to origins that it was given for,
 * whatever changed since (a row, a profile of a newer program). Does not own: the request and what became of it.
 */
import { type Seal, SealBroken } from '#crypto/seal.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { Authentication, KeyAssertion, Parameter, ServerSettings } from '#oauth-client/settings.ts'
import type { Database } from '#store/database.ts'
import {
  type LayerSettings,
  parameterField,
  type StoredParameter,
  serverSecretPlace,
} from '#store/oauth-server-settings.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import { destinationsOf, type EffectiveSecret, type Layer, type Layers, type Merged, mergeLayers } from './layers.ts'
import { findProfile } from './profiles/find.ts'
import type { SecretStores } from './secret-stores/stores.ts'

export interface ServerSecrets {
  readonly db: Database
  readonly seal: Seal
  readonly secretStores: SecretStores
}

export type Effective =
  | {
      readonly kind: 'effective'
      readonly settings: ServerSettings
      /** For each field and secret, the layer that set it. */
      readonly lineage: Readonly<Record<string, Layer>>
      /** For the grants `password` and `refresh_token`. */
      readonly owner: { readonly username: string; readonly password: string } | null
      readonly refresh_token: string | null
    }
  /** Of class `server_settings`: nothing is sent until somebody changes something, or the store is back. */
  | { readonly kind: 'refused'; readonly code: string; readonly description: string; readonly advice: string }

type RefusedSettings = Extract<Effective, { kind: 'refused' }>

/** The code of a refusal that passes by itself. */
export const STORE_AWAY = 'secret_store_unavailable'

class Unusable extends Error {
  readonly refused: RefusedSettings

  constructor(code: string, description: string, advice: string) {
    super(description)
    this.name = 'Unusable'
    this.refused = { kind: 'refused', code, description, advice }
  }
}

/** `realmName` decides which secret stores may be asked. `fresh`: they are asked even where a value is in memory. */
export async function effectiveServer(
  context: ServerSecrets,
  realmName: string,
  server: OAuthServer,
  layers: Layers,
  options: { readonly fresh?: boolean } = {},
): Promise<Effective> {
  const profile = await findProfile(context.db, server.realm_id, server.profile)
  if (!profile) return unknownProfile.refused
  const merged = mergeLayers(server, layers)
  const open = (field: string) => openSecret(context, realmName, server, merged, profile, field, options.fresh ?? false)
  try {
    return await effectiveOf(server, profile, merged, open)
  } catch (error) {
    if (error instanceof Unusable) return error.refused
    throw error
  }
}

const unknownProfile = new Unusable(
  'unknown_profile',
  'the profile of this server is not here',
  'Choose another profile, or start a version that has it.',
)

/** The secret of that field; throws `Unusable` where it is needed and cannot be had. */
type Open = (field: string) => Promise<string | undefined>

async function effectiveOf(server: OAuthServer, profile: Profile, merged: Merged, open: Open): Promise<Effective> {
  const { values } = merged
  const isPassword = server.grant_type === 'password'
  const settings: ServerSettings = {
    token_endpoint: values.token_endpoint,
    authorization_endpoint: values.authorization_endpoint,
    refresh_endpoint: values.refresh_endpoint,
    revocation_endpoint: values.revocation_endpoint,
    introspection_endpoint: values.introspection_endpoint,
    userinfo_endpoint: values.userinfo_endpoint,
    issuer: values.issuer,
    iss_in_callback: values.iss_in_callback,
    client_id: values.client_id,
    authentication: await authenticationOf(values, open),
    assertion: await assertionOf(server, values, open),
    scope: values.scope,
    include_scope: values.include_scope,
    query_parameters: await parametersOf('query_parameters', values.query_parameters, open),
    post_parameters: await parametersOf('post_parameters', values.post_parameters, open),
    request_refresh_token: server.request_refresh_token,
    prompt: server.prompt,
    pkce: server.pkce,
    profile,
  }
  const owner = isPassword
    ? { username: values.owner_username ?? '', password: await needed(open, 'owner_password') }
    : null
  const refresh_token = server.grant_type === 'refresh_token' ? ((await open('refresh_token')) ?? null) : null
  return { kind: 'effective', settings, lineage: merged.lineage, owner, refresh_token }
}

async function authenticationOf(values: LayerSettings, open: Open): Promise<Authentication> {
  const { authentication_method: method } = values
  switch (method) {
    case 'client_secret_post':
      return { method, client_secret: await needed(open, 'client_secret') }
    case 'client_secret_basic':
      return { method, client_secret: await needed(open, 'client_secret'), encoding: values.basic_encoding }
    case 'client_secret_jwt':
      return { method, client_secret: await needed(open, 'client_secret'), ...assertionShape(values) }
    case 'private_key_jwt':
      return { method, ...(await keyAssertion(values, open)) }
    case 'tls_client_auth':
      return {
        method,
        certificate: await needed(open, 'tls_certificate'),
        private_key: await needed(open, 'tls_private_key'),
      }
    default:
      return { method }
  }
}

/** The assertion that is the grant itself, where the client does not authenticate by one. */
async function assertionOf(server: OAuthServer, values: LayerSettings, open: Open): Promise<KeyAssertion | null> {
  if (server.grant_type !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return null
  if (values.authentication_method.endsWith('_jwt')) return null
  return await keyAssertion(values, open)
}

async function keyAssertion(values: LayerSettings, open: Open): Promise<KeyAssertion> {
  const { assertion_alg: alg, assertion_key_id: kid } = values
  return { ...assertionShape(values), alg, kid, private_key: await needed(open, 'private_key') }
}

function assertionShape(values: LayerSettings): Pick<KeyAssertion, 'lifetime_seconds' | 'audience' | 'claims'> {
  const { assertion_audience: audience } = values
  return {
    lifetime_seconds: values.assertion_lifetime_seconds,
    audience: audience === 'token_endpoint' || audience === 'issuer' ? audience : { value: audience },
    claims: values.assertion_claims,
  }
}

async function parametersOf(
  list: 'query_parameters' | 'post_parameters',
  rows: readonly StoredParameter[],
  open: Open,
): Promise<readonly Parameter[]> {
  const parameters: Parameter[] = []
  for (const { name, leg, secret, value } of rows) {
    const text = secret ? await needed(open, parameterField(list, name, leg)) : (value ?? '')
    parameters.push({ name, value: text, secret, ...(leg === null ? {} : { leg }) })
  }
  return parameters
}

async function needed(open: Open, field: string): Promise<string> {
  const value = await open(field)
  if (value !== undefined) return value
  throw new Unusable('secret_missing', `${field} is not set`, `Set ${field} and save.`)
}

async function openSecret(
  context: ServerSecrets,
  realmName: string,
  server: OAuthServer,
  merged: Merged,
  profile: Profile,
  field: string,
  fresh: boolean,
): Promise<string | undefined> {
  const secret = merged.secrets.get(field)
  if (!secret) return undefined
  const strange = destinationsOf(field, merged.values, profile).some((origin) => !secret.origins.includes(origin))
  if (strange) {
    throw new Unusable(
      'secret_for_another_address',
      `${field} was given for another address than the one that it would go to now`,
      `Type ${field} again and save: then it may go there.`,
    )
  }
  if (secret.value_sealed !== null) return unsealed(context.seal, secret.value_sealed, server, secret)
  return await fromStore(context, realmName, secret, fresh)
}

function unsealed(seal: Seal, value: string, server: OAuthServer, { owner_id, field }: EffectiveSecret): string {
  try {
    return seal.open(value, serverSecretPlace(server.realm_id, owner_id, field)).toString('utf8')
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    throw new Unusable(
      'secret_unreadable',
      `${field} does not open: it is damaged, or was moved from another place`,
      `Type ${field} again and save; find out who changed the database.`,
    )
  }
}

async function fromStore(
  { secretStores }: ServerSecrets,
  realmName: string,
  { field, reference }: EffectiveSecret,
  fresh: boolean,
): Promise<string> {
  if (reference === null) throw new Unusable('secret_missing', `${field} is not set`, `Set ${field} and save.`)
  const found = await (fresh ? secretStores.lookUp(realmName, reference) : secretStores.resolve(realmName, reference))
  if (found.kind === 'found') return found.value
  const isAway = found.kind === 'away'
  throw new Unusable(
    isAway ? STORE_AWAY : 'secret_not_found',
    `${field}: ${found.description}`,
    isAway ? 'Look after the secret store; nothing has to be changed here.' : 'Correct the reference, or the store.',
  )
}
