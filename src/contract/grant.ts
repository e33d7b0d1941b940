import { z } from 'zod'
import { clientParams } from './client.ts'
import { id, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'

export const grant = z
  .object({
    id,
    kind: z.enum(['authorization_code', 'device_code', 'password']),
    user_id: id,
    username: z.string(),
    scope: z.string(),
    offline: z.boolean().describe('outlives the session'),
    auth_time: time,
    created_at: time,
    expires_at: time,
  })
  .meta({ id: 'Grant' })

const noun = { noun: 'grant', reach: 'realm', params: clientParams } as const

const filters = {
  username: containing,
  kind: containing,
  scope: containing,
  offline: flag,
  created_at: range,
  expires_at: range,
}

export const listGrants = operation({
  ...noun,
  id: 'grants.list',
  method: 'GET',
  path: '/realms/{realm}/clients/{client_id}/tokens',
  summary: 'What users have allowed the client and still holds: each is a family of tokens',
  right: 'read',
  query: listQuery(filters, ['username', 'created_at', 'expires_at']),
  body: nothing,
  answer: page(grant),
  status: 200,
  refusals: [400, 404],
})

export const revokeGrants = operation({
  ...noun,
  id: 'grants.revoke-all',
  method: 'DELETE',
  path: '/realms/{realm}/clients/{client_id}/tokens',
  summary: 'Revoke all tokens of a client: those of its users and its own',
  query: noQuery,
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const grantOperations = [listGrants, revokeGrants]
