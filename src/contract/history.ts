/** What was done to one object, version by version, and the way back to one of them: the same for every noun. */
import { z } from 'zod'
import { updateApi } from './api.ts'
import { applications } from './application.ts'
import { updateCategory } from './category.ts'
import { updateClient } from './client.ts'
import { updateConnector } from './connector.ts'
import { environments } from './environment.ts'
import { id } from './field.ts'
import { updateOAuthServer } from './oauth-server.ts'
import { noQuery, nothing, type Operation, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'
import { updateProfile } from './profile.ts'
import { updateRealm } from './realm.ts'
import { updateRole } from './role.ts'
import { updateScope } from './scope.ts'
import { updateUser } from './user.ts'

const document = z.record(z.string(), z.unknown()).nullable()

export const historyEntry = z
  .object({
    version: id.describe('id of the audit entry'),
    at_ms: z.int().describe('milliseconds since 1970'),
    action: z.string(),
    actor_kind: z.enum(['user', 'client', 'system']),
    actor_name: z.string(),
    address: z.string(),
    request_id: z.string(),
    before: document.describe('the writable fields as they were; of other actions what they tell'),
    after: document,
    reverted_to: id.nullable().describe('the version that this one went back to'),
  })
  .meta({ id: 'HistoryEntry' })
export type HistoryEntry = z.infer<typeof historyEntry>

const filters = {
  at_ms: range,
  action: containing,
  actor_name: containing,
  address: containing,
  request_id: containing,
}

/** The history of the noun whose PATCH this is, and going back: answered as the PATCH would be. */
function historyOf<S extends z.core.$ZodShape, A extends z.ZodType>(
  noun: string,
  update: Operation<z.ZodObject<S, z.core.$strict>, z.ZodType, z.ZodType, A>,
  title = `a ${noun}`,
) {
  const path = `${update.path}/history`
  const show = operation({
    id: `${noun}-history.show`,
    noun: 'history',
    method: 'GET',
    path,
    summary: `What was done to ${title}, the newest first`,
    reach: 'realm',
    right: 'read',
    params: update.params,
    query: listQuery(filters, ['at_ms']),
    body: nothing,
    answer: page(historyEntry),
    status: 200,
    refusals: [400, 404],
  })
  const revert = operation({
    id: `${noun}-history.revert`,
    noun: 'history',
    method: 'POST',
    path: `${path}/{version}/revert`,
    summary: `Change ${title} back to how that version left it; secrets, keys and passwords stay as they are`,
    reach: 'realm',
    right: 'write',
    params: z.strictObject({ ...update.params.shape, version: id }),
    query: noQuery,
    body: nothing,
    answer: update.answer,
    status: 200,
    refusals: [400, 404, 409, 412],
  })
  return { show, revert }
}

export const realmHistory = historyOf('realm', updateRealm)
export const clientHistory = historyOf('client', updateClient)
export const userHistory = historyOf('user', updateUser)
export const roleHistory = historyOf('role', updateRole)
export const scopeHistory = historyOf('scope', updateScope)
export const apiHistory = historyOf('api', updateApi, 'an API')
export const environmentHistory = historyOf('environment', environments.update, 'an environment')
export const applicationHistory = historyOf('application', applications.update, 'an application')
export const categoryHistory = historyOf('category', updateCategory)
export const oauthServerHistory = historyOf('oauth-server', updateOAuthServer, 'an OAuth server')
export const connectorHistory = historyOf('connector', updateConnector)
export const profileHistory = historyOf('profile', updateProfile)

export const historyOperations: readonly Operation[] = [
  realmHistory,
  clientHistory,
  userHistory,
  roleHistory,
  scopeHistory,
  apiHistory,
  environmentHistory,
  applicationHistory,
  categoryHistory,
  oauthServerHistory,
  connectorHistory,
  profileHistory,
].flatMap(({ show, revert }) => [show, revert])
