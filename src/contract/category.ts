import { z } from 'zod'
import { clientId } from './client.ts'
import { description, layerName, realmName, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

const allowed_clients = z
  .array(clientId)
  .max(1000)
  .refine((list) => new Set(list).size === list.length, 'must not name one twice')
  .nullable()
  .describe('client_ids that alone may use servers in it, beside what each server says; null: no restriction')

const writable = { name: layerName, description, allowed_clients }

export const category = z
  .object({ ...writable, allowed_clients: z.array(z.string()).nullable(), created_at: time, updated_at: time })
  .meta({ id: 'Category' })
export type Category = z.infer<typeof category>

const { name, ...rest } = writable
const realmParams = z.strictObject({ realm: realmName })
const categoryParams = z.strictObject({ realm: realmName, name: z.string().min(1).max(100) })
const noun = { noun: 'category', reach: 'realm', params: categoryParams, query: noQuery } as const

export const listCategories = operation({
  ...noun,
  id: 'categories.list',
  method: 'GET',
  path: '/realms/{realm}/categories',
  summary: 'Folders of OAuth servers',
  right: 'read',
  params: realmParams,
  query: listQuery({ name: containing, description: containing, created_at: range, updated_at: range }, [
    'name',
    'description',
    'created_at',
    'updated_at',
  ]),
  body: nothing,
  answer: page(category),
  status: 200,
  refusals: [400, 404],
})

export const createCategory = operation({
  ...noun,
  id: 'categories.create',
  method: 'POST',
  path: '/realms/{realm}/categories',
  summary: 'Create a category',
  right: 'write',
  params: realmParams,
  body: z
    .strictObject({ name, ...optional(rest) })
    .meta({ id: 'CategoryCreate', examples: [{ name: 'Finance', allowed_clients: ['nightly-report'] }] }),
  answer: category,
  status: 201,
  refusals: [400, 404, 409],
})

export const readCategory = operation({
  ...noun,
  id: 'categories.read',
  method: 'GET',
  path: '/realms/{realm}/categories/{name}',
  summary: 'Read a category',
  right: 'read',
  body: nothing,
  answer: category,
  status: 200,
  refusals: [400, 404],
})

export const updateCategory = operation({
  ...noun,
  id: 'categories.update',
  method: 'PATCH',
  path: '/realms/{realm}/categories/{name}',
  summary: 'Change or rename a category',
  right: 'write',
  body: z.strictObject(removable(writable)).meta({ id: 'CategoryPatch', examples: [{ allowed_clients: null }] }),
  answer: category,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteCategory = operation({
  ...noun,
  id: 'categories.delete',
  method: 'DELETE',
  path: '/realms/{realm}/categories/{name}',
  summary: 'Delete a category that holds no server',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const categoryOperations = [listCategories, createCategory, readCategory, updateCategory, deleteCategory]
