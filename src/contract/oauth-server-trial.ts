/** Trying an OAuth server, and looking at the secret stores that its secrets may lie in. */
import { z } from 'zod'
import { layerName, realmName, time } from './field.ts'
import { serverParams } from './oauth-server.ts'
import { secretReference, writableServer } from './oauth-server-fields.ts'
import { noQuery, nothing, operation, removable } from './operation.ts'
import { page, wholeListQuery } from './page.ts'

const trial = z
  .object({
    works: z.boolean(),
    expires_at: time.nullable().describe('of the token that came; the token itself is not shown'),
    scope: z.string().nullable(),
    code: z.string().nullable(),
    description: z.string().nullable(),
    advice: z.string().nullable(),
  })
  .meta({ id: 'OAuthServerTrial' })

const noun = { noun: 'oauth-server', reach: 'realm', params: serverParams, query: noQuery } as const
const realmParams = z.strictObject({ realm: realmName })

export const testOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.test',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/test',
  summary: 'Fetch a token once, as it would be fetched for an application; the status follows',
  right: 'write',
  body: nothing,
  answer: trial,
  status: 200,
  refusals: [400, 404],
})

export const tryOAuthServer = operation({
  ...noun,
  id: 'oauth-servers.try',
  method: 'POST',
  path: '/realms/{realm}/oauth-servers/{slug}/try',
  summary: 'Try settings without saving them; a new address needs its secrets again',
  right: 'write',
  body: z
    .strictObject({
      ...removable(writableServer),
      environment: layerName.optional().describe('try as a caller of that environment'),
      application: layerName.optional(),
    })
    .meta({ id: 'OAuthServerTry', examples: [{ scope: 'contacts.read contacts.write' }] }),
  answer: trial,
  status: 200,
  refusals: [400, 404],
})

export const listSecretStores = operation({
  ...noun,
  noun: 'secret-store',
  id: 'secret-stores.list',
  method: 'GET',
  path: '/realms/{realm}/secret-stores',
  summary: 'The external secret stores that the operator has opened to the realm',
  right: 'read',
  params: realmParams,
  query: wholeListQuery,
  body: nothing,
  answer: page(
    z.object({ name: z.string(), kind: z.enum(['file', 'environment', 'vault']) }).meta({ id: 'SecretStore' }),
  ),
  status: 200,
  refusals: [400, 404],
})

export const lookUpSecret = operation({
  ...noun,
  noun: 'secret-store',
  id: 'secret-stores.look-up',
  method: 'POST',
  path: '/realms/{realm}/secret-stores/look-up',
  summary: 'Whether a store has a secret now, or why not; the value is not shown',
  right: 'write',
  params: realmParams,
  body: secretReference,
  answer: z.object({ found: z.boolean(), reason: z.string().nullable() }).meta({ id: 'SecretLookUp' }),
  status: 200,
  refusals: [400, 404],
})

export const oauthServerTrialOperations = [testOAuthServer, tryOAuthServer, listSecretStores, lookUpSecret]
