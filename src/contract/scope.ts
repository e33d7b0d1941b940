import { z } from 'zod'
import { description, realmName, scopeToken } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page } from './page.ts'
import { resourceIdentifier } from './uri.ts'

const writable = { description }
const api = z.string().describe('identifier of the API that the scope belongs to; fixed after creation')

export const scope = z
  .object({
    name: scopeToken,
    ...writable,
    api: api.nullable().describe('identifier of its API; null: a scope of OpenID Connect'),
    built_in: z.boolean(),
  })
  .meta({ id: 'Scope' })
export type Scope = z.infer<typeof scope>

export const scopeBody = z.strictObject({ name: scopeToken, api: resourceIdentifier, ...optional(writable) }).meta({
  id: 'ScopeCreate',
  examples: [{ name: 'orders:read', api: 'https://orders.example/api', description: 'Read your orders' }],
})

export const scopePatch = z
  .strictObject(removable(writable))
  .meta({ id: 'ScopePatch', examples: [{ description: 'See your orders' }] })

const realmParams = z.strictObject({ realm: realmName })
const scopeParams = z.strictObject({ realm: realmName, name: z.string().min(1).max(128) })

const noun = { noun: 'scope', reach: 'realm', params: scopeParams, query: noQuery } as const

export const listScopes = operation({
  ...noun,
  id: 'scopes.list',
  method: 'GET',
  path: '/realms/{realm}/scopes',
  summary: 'Scopes',
  right: 'read',
  params: realmParams,
  query: listQuery({ name: containing, description: containing, built_in: flag }, ['name', 'description']),
  body: nothing,
  answer: page(scope),
  status: 200,
  refusals: [400, 404],
})

export const createScope = operation({
  ...noun,
  id: 'scopes.create',
  method: 'POST',
  path: '/realms/{realm}/scopes',
  summary: 'Create a scope of an API',
  right: 'write',
  params: realmParams,
  body: scopeBody,
  answer: scope,
  status: 201,
  refusals: [400, 404, 409],
})

export const readScope = operation({
  ...noun,
  id: 'scopes.read',
  method: 'GET',
  path: '/realms/{realm}/scopes/{name}',
  summary: 'Read a scope',
  right: 'read',
  body: nothing,
  answer: scope,
  status: 200,
  refusals: [400, 404],
})

export const updateScope = operation({
  ...noun,
  id: 'scopes.update',
  method: 'PATCH',
  path: '/realms/{realm}/scopes/{name}',
  summary: 'Change a scope',
  right: 'write',
  body: scopePatch,
  answer: scope,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteScope = operation({
  ...noun,
  id: 'scopes.delete',
  method: 'DELETE',
  path: '/realms/{realm}/scopes/{name}',
  summary: 'Delete a scope; clients and consents lose it',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const scopeOperations = [listScopes, createScope, readScope, updateScope, deleteScope]
