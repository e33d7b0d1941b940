import { z } from 'zod'
import { id, realmName, text } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page } from './page.ts'
import { resourceIdentifier } from './uri.ts'

const writable = { name: text(200) }

export const api = z
  .object({
    id,
    identifier: z.string().describe('the audience of the tokens for it (RFC 8707)'),
    ...writable,
    built_in: z.boolean(),
  })
  .meta({ id: 'Api' })
export type Api = z.infer<typeof api>

export const apiBody = z
  .strictObject({ identifier: resourceIdentifier, ...optional(writable) })
  .meta({ id: 'ApiCreate', examples: [{ identifier: 'https://orders.example/api', name: 'Orders' }] })

export const apiPatch = z.strictObject(removable(writable)).meta({ id: 'ApiPatch', examples: [{ name: 'All orders' }] })

const realmParams = z.strictObject({ realm: realmName })
const apiParams = z.strictObject({ realm: realmName, id })

const noun = { noun: 'api', reach: 'realm', params: apiParams, query: noQuery } as const

export const listApis = operation({
  ...noun,
  id: 'apis.list',
  method: 'GET',
  path: '/realms/{realm}/apis',
  summary: 'APIs: what tokens are for',
  right: 'read',
  params: realmParams,
  query: listQuery({ identifier: containing, name: containing, built_in: flag }, ['identifier', 'name']),
  body: nothing,
  answer: page(api),
  status: 200,
  refusals: [400, 404],
})

export const createApi = operation({
  ...noun,
  id: 'apis.create',
  method: 'POST',
  path: '/realms/{realm}/apis',
  summary: 'Register an API',
  right: 'write',
  params: realmParams,
  body: apiBody,
  answer: api,
  status: 201,
  refusals: [400, 404, 409],
})

export const readApi = operation({
  ...noun,
  id: 'apis.read',
  method: 'GET',
  path: '/realms/{realm}/apis/{id}',
  summary: 'Read an API',
  right: 'read',
  body: nothing,
  answer: api,
  status: 200,
  refusals: [400, 404],
})

export const updateApi = operation({
  ...noun,
  id: 'apis.update',
  method: 'PATCH',
  path: '/realms/{realm}/apis/{id}',
  summary: 'Change an API',
  right: 'write',
  body: apiPatch,
  answer: api,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteApi = operation({
  ...noun,
  id: 'apis.delete',
  method: 'DELETE',
  path: '/realms/{realm}/apis/{id}',
  summary: 'Delete an API with its scopes; clients and consents lose them',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const apiOperations = [listApis, createApi, readApi, updateApi, deleteApi]
