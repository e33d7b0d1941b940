import { z } from 'zod'
import { realmName, time } from './field.ts'
import { nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

export const legacyUse = z
  .object({
    client_id: z.string(),
    kind: z
      .enum(['appmill', 'spring', 'spring_get', 'onesait', 'password'])
      .describe('a facade; spring_get: check_token with the token in the URL; password: the grant, at whatever door'),
    uses: z.int().min(0),
    first_used_at: time,
    last_used_at: time,
  })
  .meta({ id: 'LegacyUse' })

export const listLegacyUses = operation({
  noun: 'legacy-use',
  reach: 'realm',
  id: 'legacy-uses.list',
  method: 'GET',
  path: '/realms/{realm}/legacy-uses',
  summary: 'Which clients still come by the older shapes, how often and when last',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery(
    { client_id: containing, kind: containing, uses: range, first_used_at: range, last_used_at: range },
    ['client_id', 'kind', 'uses', 'first_used_at', 'last_used_at'],
  ),
  body: nothing,
  answer: page(legacyUse),
  status: 200,
  refusals: [400, 404],
})

export const legacyUseOperations = [listLegacyUses]
