import { z } from 'zod'
import { layerName, realmName, text, time } from './field.ts'
import { endpoint, serverAuthMethods, shownServer, slug, writableServer } from './oauth-server-fields.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

export const oauthServer = z.object(shownServer).meta({ id: 'OAuthServer' })
export type OAuthServer = z.infer<typeof oauthServer>

const { name, client_id, grant_type, ...rest } = writableServer

export const oauthServerBody = z.strictObject({ name, client_id, grant_type, ...optional(rest) }).meta({
  id: 'OAuthServerCreate',
  examples: [
    {
      name: 'Acme CRM',
      grant_type: 'client_credentials',
      client_id: 'our-id-there',
      client_secret: 'what Acme gave us',
      token_endpoint: 'https://login.acme.example/oauth/token',
      scope: 'contacts.read',
    },
  ],
})
export type OAuthServerBody = z.output<typeof oauthServerBody>

export const oauthServerPatch = z.strictObject(removable(writableServer)).meta({
  id: 'OAuthServerPatch',
  examples: [{ client_secret: 'a new one' }, { scope: 'contacts.read contacts.write' }],
})
export type OAuthServerPatch = z.output<typeof oauthServerPatch>

const realmParams = z.strictObject({ realm: realmName })
export const serverParams = z.strictObject({ realm: realmName, slug })
const noun = { noun: 'oauth-server', reach: 'realm', params: serverParams, query: noQuery } as const

const filters = {
  name: containing,
  slug: containing,
  description: containing,
  category: containing,
  profile: containing,
  grant_type: containing,
  authentication_method: containing,
  client_id: containing,
  token_endpoint: containing,
  scope: containing,
  status: containing,
  secret_expires_at: range,
  created_at: range,
  updated_at: range,
}

export const listOAuthServers = operation({
  ...noun,
  id: 'oauth-servers.list',
  method: 'GET',
  path: '/realms/{realm}/oauth-servers',
  summary: 'Registrations at other people’s authorization servers',
  right: 'read',
  params: realmParams,
  query: listQuery(filters, [
    'name',
    'slug',
    'category',
    'profile',
    'grant_type',
    'authentication_method',
    'client_id',
    'token_endpoint',
    'status',
    'secret_expires_at',
    'created_at',
    'updated_at',
  ]),
  body: nothing,
  answer: page(oauthServer),
  status: 200,
  refusals: [400, 404],
})

export const createOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.create',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers',
  summary:
    'Register at an OAuth server; with client credentials a token is fetched at once, and last_error says how it went',
  right: 'write',
  params: realmParams,
  body: oauthServerBody,
  answer: oauthServer,
  status: 201,
  refusals: [400, 404, 409],
})

export const readOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.read',
  method: 'GET',
  path: '/realms/{realm}/oauth-servers/{slug}',
  summary: 'Read an OAuth server',
  right: 'read',
  body: nothing,
  answer: oauthServer,
  status: 200,
  refusals: [400, 404],
})

export const updateOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.update',
  method: 'PATCH',
  path: '/realms/{realm}/oauth-servers/{slug}',
  summary: 'Change an OAuth server; a new address needs its secrets again',
  right: 'write',
  body: oauthServerPatch,
  answer: oauthServer,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.delete',
  method: 'DELETE',
  path: '/realms/{realm}/oauth-servers/{slug}',
  summary: 'Delete an OAuth server, its secrets and its connections',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const duplicateOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.duplicate',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/duplicate',
  summary: 'Copy an OAuth server with its secrets; no client may use the copy yet',
  right: 'write',
  body: z
    .strictObject({ name: text(50), slug: slug.optional() })
    .meta({ id: 'OAuthServerDuplicate', examples: [{ name: 'Acme CRM, test' }] }),
  answer: oauthServer,
  status: 201,
  refusals: [400, 404, 409],
})

export const disableOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.disable',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/disable',
  summary: 'Stop everything that depends on an OAuth server; callers are told the reason',
  right: 'write',
  body: z
    .strictObject({ reason: text(500).optional() })
    .meta({ id: 'OAuthServerDisable', examples: [{ reason: 'the contract ended' }] }),
  answer: oauthServer,
  status: 200,
  refusals: [400, 404],
})

export const enableOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.enable',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/enable',
  summary: 'Let an OAuth server be used again',
  right: 'write',
  body: nothing,
  answer: oauthServer,
  status: 200,
  refusals: [400, 404],
})

const layerQuery = z.strictObject({ environment: layerName.optional(), application: layerName.optional() })

export const readEffective = operation({
  ...noun,
  id: 'oauth-servers.effective',
  method: 'GET',
  path: '/realms/{realm}/oauth-servers/{slug}/effective',
  summary: 'The settings that a caller of an environment and an application gets, and the layer that set each',
  right: 'read',
  query: layerQuery,
  body: nothing,
  answer: z
    .object({
      fields: z.record(
        z.string(),
        z.object({ value: z.json(), layer: z.enum(['base', 'environment', 'application']) }),
      ),
    })
    .meta({ id: 'EffectiveOAuthServer' }),
  status: 200,
  refusals: [400, 404],
})

const named = z.object({ kind: z.enum(['connector', 'application', 'environment', 'client']), name: z.string() })

export const readUses = operation({
  ...noun,
  id: 'oauth-servers.uses',
  method: 'GET',
  path: '/realms/{realm}/oauth-servers/{slug}/uses',
  summary: 'What depends on an OAuth server',
  right: 'read',
  body: nothing,
  answer: z
    .object({
      uses: z.array(named),
      connections: z.int(),
      last_used_at: time.nullable(),
      next_refresh_at: time.nullable(),
    })
    .meta({ id: 'OAuthServerUses' }),
  status: 200,
  refusals: [400, 404],
})

export const discoverOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.discover',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/discover',
  summary: 'The fields that an issuer’s metadata fills (RFC 8414, OpenID Connect Discovery); nothing is saved',
  right: 'write',
  params: realmParams,
  body: z
    .strictObject({
      issuer: endpoint,
      authentication_method: z.enum(serverAuthMethods).optional().describe('kept where the issuer takes it'),
      profile: text(64).optional().describe('kept unless it is one of the two general ones'),
    })
    .meta({ id: 'OAuthServerDiscover', examples: [{ issuer: 'https://login.example' }] }),
  answer: z.object({ fields: z.record(z.string(), z.json()) }).meta({ id: 'DiscoveredOAuthServer' }),
  status: 200,
  refusals: [400, 404],
})

export const oauthServerOperations = [
  listOAuthServers,
  createOAuthServer,
  discoverOAuthServer,
  readOAuthServer,
  updateOAuthServer,
  deleteOAuthServer,
  duplicateOAuthServer,
  disableOAuthServer,
  enableOAuthServer,
  readEffective,
  readUses,
]
