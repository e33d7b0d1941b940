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

interface Bulk<A extends string> {
  /** What the ids are: a field of the object. */
  readonly named: string
  readonly actions: readonly [A, ...A[]]
  readonly noun?: string
  readonly title?: string
}

function bulkOf<A extends string>(nouns: string, { named, actions, noun, title }: Bulk<A>) {
  const ids = z
    .array(z.string().min(1).max(255))
    .min(1)
    .max(mostBulk)
    .refine((list) => new Set(list).size === list.length, 'must not name one twice')
    .describe(`each by its ${named}`)
  const name = `${title ?? nouns.charAt(0).toUpperCase() + nouns.slice(1)}Bulk`
  return {
    id: `${nouns}.bulk`,
    noun: noun ?? nouns.slice(0, -1),
    method: 'POST',
    summary: `${actions.join(', ')} many ${nouns} at once; each has a result, and what is refused keeps none back`,
    right: 'write',
    query: noQuery,
    body: z
      .strictObject({ action: z.enum(actions), ids })
      .meta({ id: name, examples: [{ action: actions[0], ids: ['one', 'another'] }] }),
    answer: bulkResults,
    status: 200,
  } as const
}

function inRealm<A extends string>(nouns: string, bulk: Bulk<A>) {
  return operation({
    ...bulkOf(nouns, bulk),
    path: `/realms/{realm}/${nouns}/bulk`,
    reach: 'realm',
    params: z.strictObject({ realm: realmName }),
    refusals: [400, 404],
  })
}

const all = ['disable', 'enable', 'delete'] as const
const gone = ['delete'] as const

export const bulkRealms = operation({
  ...bulkOf('realms', { named: 'name', actions: all }),
  path: '/realms/bulk',
  reach: 'platform',
  params: z.strictObject({}),
  refusals: [400],
})
export const bulkClients = inRealm('clients', { named: 'client_id', actions: all })
export const bulkUsers = inRealm('users', { named: 'id', actions: all })
export const bulkRoles = inRealm('roles', { named: 'name', actions: gone })
export const bulkScopes = inRealm('scopes', { named: 'name', actions: gone })
export const bulkApis = inRealm('apis', { named: 'id', actions: gone })
export const bulkEnvironments = inRealm('environments', { named: 'name', actions: gone })
export const bulkApplications = inRealm('applications', { named: 'name', actions: gone })
export const bulkCategories = inRealm('categories', { named: 'name', actions: gone, noun: 'category' })
export const bulkOAuthServers = inRealm('oauth-servers', { named: 'slug', actions: all, title: 'OAuthServers' })
export const bulkConnectors = inRealm('connectors', { named: 'name', actions: gone })
export const bulkProfiles = inRealm('profiles', { named: 'name', actions: gone })

export const bulkOperations = [
  bulkRealms,
  bulkClients,
  bulkUsers,
  bulkRoles,
  bulkScopes,
  bulkApis,
  bulkEnvironments,
  bulkApplications,
  bulkCategories,
  bulkOAuthServers,
  bulkConnectors,
  bulkProfiles,
]
