import { z } from 'zod'
import { description, isSegment, layerName, realmName, roleName, scopeList, text, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'
import { corsOrigin, fetchedLink, link, redirectUri, resourceIdentifier } from './uri.ts'

export const clientId = z
  .string()
  .max(255)
  .min(1)
  .regex(/^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/, {
    error: ({ input }) =>
      typeof input === 'string' && input !== input.trim()
        ? 'must not begin or end with a space'
        : 'must be printable ASCII (RFC 6749 appendix A.1)',
  })
  .refine(isSegment, 'must not be . or ..')
  .meta({ examples: ['shop-web'] })

export const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code'
export const grantTypes = [
  'authorization_code',
  'client_credentials',
  'refresh_token',
  deviceCodeGrant,
  'password',
] as const
export const authMethods = [
  'client_secret_basic',
  'client_secret_post',
  'client_secret_jwt',
  'private_key_jwt',
  'none',
] as const

/** A typed secret; generated ones have 256 bits. */
export const typedSecret = z
  .string()
  .min(16)
  .max(256)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
  .refine((secret) => secret.isWellFormed(), 'must be well-formed Unicode')

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/** RFC 7517 §5: public keys only. */
const jwks = z.strictObject({
  keys: z
    .array(
      z
        .looseObject({ kty: z.enum(['RSA', 'EC', 'OKP']), kid: z.string().max(256).optional() })
        .refine(
          (key) => !privateMembers.some((member) => member in key),
          'must not hold private or shared key material',
        ),
    )
    .min(1)
    .max(20),
})

function noRepeats(list: readonly unknown[]): boolean {
  return new Set(list).size === list.length
}

function unique<T extends z.ZodType>(item: T, max: number): z.ZodArray<T> {
  return z.array(item).max(max).refine(noRepeats, 'must not name one twice')
}

const writable = {
  client_name: text(200),
  description,
  client_uri: link.nullable(),
  logo_uri: link.nullable(),
  policy_uri: link.nullable(),
  tos_uri: link.nullable(),
  enabled: z.boolean(),
  require_client_secret: z.boolean().describe('true for basic, post and client_secret_jwt; setting it sets the method'),
  token_endpoint_auth_method: z.enum(authMethods),
  grant_types: unique(z.enum(grantTypes), grantTypes.length).min(1),
  redirect_uris: unique(redirectUri, 100),
  post_logout_redirect_uris: unique(redirectUri, 100),
  allowed_cors_origins: unique(corsOrigin, 100),
  scope: scopeList.describe('space-delimited; what the client may ask for'),
  expires_in: z
    .int()
    .min(60)
    .max(31_536_000)
    .nullable()
    .describe('seconds; null inherits the token validity of the realm'),
  offline_access: z.boolean().describe('true exactly when that scope is in scope; setting either sets both'),
  require_pkce: z.boolean(),
  require_consent: z.boolean(),
  access_token_format: z.enum(['jwt', 'opaque']),
  id_token_signed_response_alg: z.enum(['RS256', 'ES256']),
  refresh_idle_seconds: z.int().min(60).max(31_536_000).nullable(),
  refresh_absolute_seconds: z.int().min(60).max(315_360_000).nullable(),
  roles: unique(roleName, 100).describe('realm system only'),
  resource_server_for: unique(resourceIdentifier, 100).describe('identifiers of the APIs that it may introspect for'),
  introspect_all: z.boolean(),
  jwks: jwks.nullable(),
  jwks_uri: fetchedLink.nullable(),
  environment: layerName.nullable().describe('the environment whose settings of an OAuth server it gets'),
  application: layerName.nullable().describe('the application whose settings of an OAuth server it gets'),
}

/** What is stored may be of a built-in client, or of a version that offered more: it is shown, not judged again. */
const shown = {
  ...writable,
  grant_types: z.array(z.string()),
  redirect_uris: z.array(z.string()),
  post_logout_redirect_uris: z.array(z.string()),
  allowed_cors_origins: z.array(z.string()),
  roles: writable.roles.optional(),
}

/** A code or token as people may see it: never the thing itself. */
const trace = z
  .object({
    fingerprint: z.string().describe('the first 8 hex digits of its SHA-256'),
    state: z.enum(['issued', 'redeemed', 'expired', 'revoked']),
  })
  .meta({ id: 'Trace' })

/** What the client did last: filled by the flow, never written by anybody. */
const activity = {
  redirect_uri: z.string().nullable().describe('where the last code was sent'),
  authorization_code: trace.nullable(),
  code_created_at: time.nullable(),
  access_token: trace.nullable(),
  token_created_at: time.nullable(),
  passthru_user: z.string().nullable().describe('username of who signed in last'),
  last_used_at: time.nullable().describe('when it last authenticated, or got a code or a token'),
  last_address: z.string().nullable().describe('from where it came when it was last let in'),
  last_error: z.string().nullable().describe('code of what was last refused to it at token or authorize'),
  last_error_description: z.string().nullable(),
  last_error_address: z.string().nullable(),
  last_error_at: time.nullable(),
  secret_expires_at: time.nullable().describe('when the first of its live secrets ends; null: none does'),
}

export const client = z
  .object({
    client_id: clientId,
    ...shown,
    ...activity,
    built_in: z.boolean(),
    registered_by: z.enum(['first_start', 'administrator']),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Client' })
export type Client = z.infer<typeof client>

export const clientWithSecret = client
  .extend({ client_secret: z.string().optional().describe('a generated secret, answered this once') })
  .meta({ id: 'ClientWithSecret' })
export type ClientWithSecret = z.infer<typeof clientWithSecret>

export const clientBody = z
  .strictObject({ client_id: clientId, ...optional(writable), client_secret: typedSecret.optional() })
  .meta({
    id: 'ClientCreate',
    examples: [
      { client_id: 'shop-web', client_name: 'The shop', redirect_uris: ['https://shop.example/callback'] },
      { client_id: 'nightly-report', grant_types: ['client_credentials'], scope: 'orders:read' },
    ],
  })
export type ClientBody = z.infer<typeof clientBody>

export const clientPatch = z
  .strictObject(removable(writable))
  .meta({ id: 'ClientPatch', examples: [{ enabled: false }, { expires_in: null }] })
export type ClientPatch = z.infer<typeof clientPatch>

export const clientParams = z.strictObject({ realm: realmName, client_id: z.string().min(1).max(255) })
const realmParams = z.strictObject({ realm: realmName })

const noun = { noun: 'client', reach: 'realm', params: clientParams, query: noQuery } as const

const filters = {
  client_id: containing,
  client_name: containing,
  description: containing,
  client_uri: containing,
  enabled: flag,
  built_in: flag,
  expires_in: range,
  created_at: range,
  updated_at: range,
  token_endpoint_auth_method: containing,
  grant_types: containing,
  redirect_uris: containing,
  scope: containing,
  redirect_uri: containing,
  authorization_code: containing.describe('a part of the fingerprint'),
  code_created_at: range,
  access_token: containing.describe('a part of the fingerprint'),
  token_created_at: range,
  passthru_user: containing,
  last_used_at: range,
}

export const listClients = operation({
  ...noun,
  id: 'clients.list',
  method: 'GET',
  path: '/realms/{realm}/clients',
  summary: 'Clients; search looks into client_id and client_name',
  right: 'read',
  params: realmParams,
  query: listQuery(filters, [
    'client_id',
    'client_name',
    'client_uri',
    'enabled',
    'token_endpoint_auth_method',
    'expires_in',
    'redirect_uri',
    'code_created_at',
    'token_created_at',
    'passthru_user',
    'last_used_at',
    'created_at',
    'updated_at',
  ]),
  body: nothing,
  answer: page(client),
  status: 200,
  refusals: [400, 404],
})

export const createClient = operation({
  ...noun,
  id: 'clients.create',
  method: 'POST',
  path: '/realms/{realm}/clients',
  summary: 'Register a client; a generated secret is in the answer, this once',
  right: 'write',
  params: realmParams,
  body: clientBody,
  answer: clientWithSecret,
  status: 201,
  refusals: [400, 404, 409],
})

export const readClient = operation({
  ...noun,
  id: 'clients.read',
  method: 'GET',
  path: '/realms/{realm}/clients/{client_id}',
  summary: 'Read a client',
  right: 'read',
  body: nothing,
  answer: client,
  status: 200,
  refusals: [400, 404],
})

export const updateClient = operation({
  ...noun,
  id: 'clients.update',
  method: 'PATCH',
  path: '/realms/{realm}/clients/{client_id}',
  summary: 'Change a client; a method that needs a new secret answers it, this once',
  right: 'write',
  body: clientPatch,
  answer: clientWithSecret,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteClient = operation({
  ...noun,
  id: 'clients.delete',
  method: 'DELETE',
  path: '/realms/{realm}/clients/{client_id}',
  summary: 'Delete a client; all its tokens are dead at once',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const clientOperations = [listClients, createClient, readClient, updateClient, deleteClient]
