/** What may be said of an OAuth server, field by field, and of the layers over it. */
import { z } from 'zod'
import { clientId } from './client.ts'
import { description, layerName, scopeList, text, time } from './field.ts'
import { optional, type Removable, removable } from './operation.ts'
import { link } from './uri.ts'

export const serverGrantTypes = [
  'client_credentials',
  'authorization_code',
  'password',
  'refresh_token',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
] as const
export const serverAuthMethods = [
  'client_secret_post',
  'client_secret_basic',
  'client_secret_jwt',
  'private_key_jwt',
  'tls_client_auth',
  'none',
] as const
export const legs = ['authorize', 'token', 'refresh'] as const
export const serverProbes = ['userinfo', 'introspection', 'url'] as const
export const serverStatuses = ['ok', 'error', 'degraded', 'needs_authorization', 'disabled'] as const

/** Not `.` and `..`, which no path can say: it begins and ends with a letter or digit. */
export const slug = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/, 'must be 1 to 63 of a-z, 0-9 and -, not at its ends')
  .meta({ examples: ['acme-crm'] })

/** https; http only where the operator has opened the address, which is found out when it is called. */
export const endpoint = link.refine((url) => !url.includes('#'), 'must not have a fragment')

const noRepeats = (list: readonly unknown[]): boolean => new Set(list).size === list.length
const noControls = /^[^\p{Cc}]*$/u
const oneLine = z.string().max(4096).regex(noControls, 'must not hold control characters')

export const secretReference = z
  .strictObject({
    store: text(63).describe('a secret store that the operator has set up for the realm'),
    path: text(1024),
    key: text(256).nullable().default(null),
    version: text(64).nullable().default(null),
  })
  .meta({ id: 'SecretReference', examples: [{ store: 'vault', path: 'crm/prod', key: 'client_secret' }] })
export type SecretReference = z.output<typeof secretReference>

function secret(max: number, pattern: RegExp, message: string) {
  const typed = z
    .string()
    .min(1)
    .max(max)
    .regex(pattern, message)
    .refine((value) => value.isWellFormed(), 'must be well-formed Unicode')
  return z.union([typed, secretReference], { error: 'must be a text, or where a secret store has it' })
}

const line = secret(4096, noControls, 'must not hold control characters')
const pem = secret(65_536, /^\s*-----BEGIN [A-Z ]+-----[\sA-Za-z0-9+/=:,-]+$/, 'must be PEM')

/** Write-only. A text, or a reference to an external store. */
export const secrets = {
  client_secret: line,
  private_key: pem.describe('PEM; signs the assertions of private_key_jwt and of the JWT bearer grant'),
  tls_certificate: pem.describe('PEM; the certificate of tls_client_auth, with its chain'),
  tls_private_key: pem.describe('PEM; its key'),
  owner_password: line.describe('of the resource owner, for the grant password'),
  refresh_token: line.describe('the first one, for the grant refresh_token'),
}

export const parameter = z.strictObject({
  name: text(128),
  value: oneLine.nullable().optional().describe('of a secret one: left out keeps what is stored'),
  leg: z.enum(legs).nullable().optional().describe('null: every leg'),
  secret: z.boolean().optional(),
})

const shownParameter = z.object({
  name: z.string(),
  value: z.string().nullable().describe('null where the row is secret'),
  leg: z.enum(legs).nullable(),
  secret: z.boolean(),
})

const parameters = z.array(parameter).max(50)

/** What a layer may say otherwise. */
export const layered = {
  client_id: clientId.describe('ours, there'),
  authentication_method: z.enum(serverAuthMethods),
  basic_encoding: z.enum(['strict', 'loose']).describe('loose: for servers that do not decode Basic credentials'),
  assertion_alg: z.enum(['RS256', 'PS256', 'ES256']),
  assertion_key_id: oneLine.min(1).nullable(),
  assertion_audience: oneLine.min(1).describe('token_endpoint, issuer, or a text of its own'),
  assertion_lifetime_seconds: z.int().min(5).max(3600),
  assertion_claims: z
    .record(z.string().min(1).max(128), z.json())
    .refine((claims) => JSON.stringify(claims).length <= 8192, 'must not be longer than 8192 characters')
    .describe('beside or in place of iss, sub, aud, iat, exp and jti'),
  owner_username: oneLine.min(1).nullable().describe('of the resource owner, for the grant password'),
  issuer: endpoint.nullable(),
  token_endpoint: endpoint,
  authorization_endpoint: endpoint.nullable(),
  refresh_endpoint: endpoint.nullable().describe('null: the token endpoint'),
  revocation_endpoint: endpoint.nullable(),
  introspection_endpoint: endpoint.nullable(),
  userinfo_endpoint: endpoint.nullable(),
  iss_in_callback: z.boolean().describe('its callbacks carry iss (RFC 9207); one without it is refused'),
  base_url: endpoint
    .refine((url) => !url.includes('?'), 'must not have a query')
    .nullable()
    .describe('calls and connectors stay below it'),
  scope: scopeList,
  include_scope: z.boolean().describe('whether token requests name the scope'),
  query_parameters: parameters,
  post_parameters: parameters,
}

/** The name of one or the other: exactly one is there. */
export const overrideBody = z.strictObject({
  environment: layerName.nullable().optional(),
  application: layerName.nullable().optional(),
  ...optional(layered),
  ...(removable(secrets) satisfies Removable<typeof secrets>),
})
export type Override = z.output<typeof overrideBody>

const shownLayered = {
  ...layered,
  scope: z.string(),
  assertion_claims: z.record(z.string(), z.json()),
  query_parameters: z.array(shownParameter),
  post_parameters: z.array(shownParameter),
}

export const shownOverride = z
  .object({ environment: z.string().nullable(), application: z.string().nullable(), ...optional(shownLayered) })
  .meta({ id: 'OAuthServerOverride' })

/** What the server says for itself; no layer changes it. */
const own = {
  name: text(50),
  slug,
  description,
  category: layerName.nullable(),
  profile: text(64),
  grant_type: z.enum(serverGrantTypes),
  request_refresh_token: z.boolean(),
  prompt: z.enum(['consent', 'login', 'select_account', 'none']).nullable(),
  pkce: z.boolean(),
  max_retry_attempts: z.int().min(0).max(20),
  max_wait_seconds: z.int().min(1).max(600).describe('how long one caller may wait for a token, all in all'),
  refresh_margin_seconds: z.int().min(0).max(86_400).nullable(),
  on_failure: z.enum(['retry', 'disable']),
  probe: z
    .enum(serverProbes)
    .nullable()
    .describe('how it is asked on a schedule, with the application’s own token, whether it works; null: not at all'),
  probe_url: endpoint
    .nullable()
    .describe('for the probe url: answers GET with 2xx; at the origin of another URL of the server'),
  probe_every_seconds: z.int().min(60).max(86_400),
  allowed_clients: z
    .array(clientId)
    .max(1000)
    .refine(noRepeats, 'must not name one twice')
    .describe('client_ids; ["*"]: every client of the realm'),
  secret_expires_at: time.nullable(),
}

const overrides = z.array(overrideBody).max(100)

/** Every field that may be left out of a new server, secrets included. */
export const writableServer = { ...own, ...layered, overrides, ...secrets }

const lastError = z.object({
  at: time,
  code: z.string(),
  description: z.string(),
  advice: z.string().describe('what to do'),
})

const lastProbe = z.object({
  at: time,
  works: z.boolean(),
  status: z.int().nullable().describe('of the answer; null: none came'),
})

const shownSecret = z.object({
  field: z.string(),
  environment: z.string().nullable(),
  application: z.string().nullable(),
  kind: z.enum(['local', 'external']),
  reference: z
    .object({ store: z.string(), path: z.string(), key: z.string().nullable(), version: z.string().nullable() })
    .nullable(),
  origins: z.array(z.string()).describe('where it may be sent'),
  created_at: time,
})

/** What is stored is shown, not judged again. */
export const shownServer = {
  ...own,
  ...shownLayered,
  allowed_clients: z.array(z.string()),
  overrides: z.array(shownOverride),
  secrets: z.array(shownSecret).describe('which secrets are there, never their values'),
  redirect_uri: z.string().describe('ours: to be registered there'),
  status: z.enum(serverStatuses),
  last_error: lastError.nullable(),
  last_probe: lastProbe.nullable().describe('what came of the last probe of these settings'),
  disabled_at: time.nullable(),
  disabled_reason: z.string().nullable(),
  created_at: time,
  updated_at: time,
}
