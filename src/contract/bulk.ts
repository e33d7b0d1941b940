/** The same for many objects at once: each is judged, done and audited alone, and has a result of its own. */
import { z } from 'zod'
import { realmName } from './field.ts'
import { noQuery, operation } from './operation.ts'

export const mostBulk = 1000

const status = z.enum(['done', 'refused'])

export const bulkResults = z
  .object({
    results: z.array(
      z.object({ id: z.string(), status, reason: z.string().optional().describe('why it was refused, as a sentence') }),
    ),
  })
  .meta({ id: 'BulkResults' })
export type BulkResults = z.infer<typeof bulkResults>

function bulkOf<A extends string>(
  nouns: string,
  named: string,
  actions: readonly [A, ...A[]],
  title = nouns.charAt(0).toUpperCase() + nouns.slice(1),
) {
  const ids = z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(mostBulk)
    .refine((list) => new Set(list).size === list.length, 'must not name one twice')
    .describe(`each by its ${named}`)
  const name = `${title}Bulk`
  return operation({
    id: `${nouns}.bulk`,
    noun: nouns.slice(0, -1),
    method: 'POST',
    path: `/realms/{realm}/${nouns}/bulk`,
    summary: `${actions.join(', ')} many ${nouns} at once; each has a result, and what is refused keeps none back`,
    reach: 'realm',
    right: 'write',
    params: z.strictObject({ realm: realmName }),
    query: noQuery,
    body: z
      .strictObject({ action: z.enum(actions), ids })
      .meta({ id: name, examples: [{ action: actions[0], ids: ['one', 'another'] }] }),
    answer: bulkResults,
    status: 200,
    refusals: [400, 404],
  })
}

export const bulkClients = bulkOf('clients', 'client_id', ['disable', 'enable', 'delete'])
export const bulkUsers = bulkOf('users', 'id', ['disable', 'enable', 'delete'])
export const bulkRoles = bulkOf('roles', 'name', ['delete'])
export const bulkScopes = bulkOf('scopes', 'name', ['delete'])
export const bulkOAuthServers = bulkOf('oauth-servers', 'slug', ['disable', 'enable', 'delete'], 'OAuthServers')

export const bulkOperations = [bulkClients, bulkUsers, bulkRoles, bulkScopes, bulkOAuthServers]
