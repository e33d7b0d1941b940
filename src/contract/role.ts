import { z } from 'zod'
import { description, realmName, roleName, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'

const writable = { description }

export const role = z
  .object({ name: roleName, ...writable, built_in: z.boolean(), created_at: time, updated_at: time })
  .meta({ id: 'Role' })
export type Role = z.infer<typeof role>

export const roleBody = z
  .strictObject({ name: roleName, ...optional(writable) })
  .meta({ id: 'RoleCreate', examples: [{ name: 'editor', description: 'May change articles' }] })

export const rolePatch = z
  .strictObject(removable(writable))
  .meta({ id: 'RolePatch', examples: [{ description: 'May change and publish articles' }] })

const realmParams = z.strictObject({ realm: realmName })
const roleParams = z.strictObject({ realm: realmName, name: z.string().min(1).max(128) })

const noun = { noun: 'role', reach: 'realm', params: roleParams, query: noQuery } as const

export const listRoles = operation({
  ...noun,
  id: 'roles.list',
  method: 'GET',
  path: '/realms/{realm}/roles',
  summary: 'Roles',
  right: 'read',
  params: realmParams,
  query: listQuery(
    { name: containing, description: containing, built_in: flag, created_at: range, updated_at: range },
    ['name', 'description', 'built_in', 'created_at', 'updated_at'],
  ),
  body: nothing,
  answer: page(role),
  status: 200,
  refusals: [400, 404],
})

export const createRole = operation({
  ...noun,
  id: 'roles.create',
  method: 'POST',
  path: '/realms/{realm}/roles',
  summary: 'Create a role',
  right: 'write',
  params: realmParams,
  body: roleBody,
  answer: role,
  status: 201,
  refusals: [400, 404, 409],
})

export const readRole = operation({
  ...noun,
  id: 'roles.read',
  method: 'GET',
  path: '/realms/{realm}/roles/{name}',
  summary: 'Read a role',
  right: 'read',
  body: nothing,
  answer: role,
  status: 200,
  refusals: [400, 404],
})

export const updateRole = operation({
  ...noun,
  id: 'roles.update',
  method: 'PATCH',
  path: '/realms/{realm}/roles/{name}',
  summary: 'Change a role',
  right: 'write',
  body: rolePatch,
  answer: role,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteRole = operation({
  ...noun,
  id: 'roles.delete',
  method: 'DELETE',
  path: '/realms/{realm}/roles/{name}',
  summary: 'Delete a role; whoever had it has it no longer',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const roleOperations = [listRoles, createRole, readRole, updateRole, deleteRole]
