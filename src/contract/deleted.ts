/** The recycle bin: what was deleted and may come back. */
import { z } from 'zod'
import { id, realmName, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

/** What goes into the recycle bin when it is deleted; all else is gone at once. */
export const deletedKinds = [
  'client',
  'user',
  'role',
  'scope',
  'api',
  'realm',
  'environment',
  'application',
  'category',
  'oauth_server',
  'connector',
  'profile',
] as const
/** For how long. */
export const binDays = 30

const kind = z.enum(deletedKinds)

export const deletedObject = z
  .object({
    id,
    kind,
    name: z.string(),
    deleted_at: time,
    deleted_by: z.string().describe('name of who deleted it; empty where that was not noted'),
    purge_at: time.describe('when it goes for good'),
  })
  .meta({ id: 'DeletedObject' })
export type DeletedObject = z.infer<typeof deletedObject>

const restored = z
  .object({ kind, name: z.string(), path: z.string().describe('where it is, below /api/v1') })
  .meta({ id: 'RestoredObject' })

const noun = { noun: 'deleted', reach: 'realm' } as const

export const listDeleted = operation({
  ...noun,
  id: 'deleted.list',
  method: 'GET',
  path: '/realms/{realm}/deleted',
  summary: 'The recycle bin, the latest first; that of system holds the deleted realms',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery({ kind: containing, name: containing, deleted_by: containing, deleted_at: range }, [
    'name',
    'kind',
    'deleted_by',
    'deleted_at',
  ]),
  body: nothing,
  answer: page(deletedObject),
  status: 200,
  refusals: [400, 404],
})

export const restoreDeleted = operation({
  ...noun,
  id: 'deleted.restore',
  method: 'POST',
  path: '/realms/{realm}/deleted/{id}/restore',
  summary: 'Restore something, disabled where it can be; its secrets, passwords and tokens stay dead',
  right: 'write',
  params: z.strictObject({ realm: realmName, id }),
  query: noQuery,
  body: nothing,
  answer: restored,
  status: 200,
  refusals: [400, 404, 409],
})

export const deletedOperations = [listDeleted, restoreDeleted]
