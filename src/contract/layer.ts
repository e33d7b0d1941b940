/** Environments and applications: the layers over an OAuth server's settings. Both are a name with a description. */
import { z } from 'zod'
import { description, layerName, realmName, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

const shape = { name: layerName, description }
const params = z.strictObject({ realm: realmName, name: z.string().min(1).max(100) })
const realmParams = z.strictObject({ realm: realmName })
const filters = { name: containing, description: containing, created_at: range, updated_at: range }

const example = { description: 'What customers use' }
const newLayer = (title: string) =>
  z
    .strictObject({ name: layerName, ...optional({ description }) })
    .meta({ id: `${title}Create`, examples: [{ name: 'production', ...example }] })
const layerPatch = (title: string) =>
  z.strictObject(removable(shape)).meta({ id: `${title}Patch`, examples: [example] })

/** The five operations of a noun that is only a name. `title` stands in texts and in the names of schemas. */
export function layerOperations(noun: 'environment' | 'application', title: string) {
  const path = `/realms/{realm}/${noun}s`
  const layer = z.object({ ...shape, created_at: time, updated_at: time }).meta({ id: title })
  const base = { noun, reach: 'realm', params, query: noQuery } as const
  return {
    list: operation({
      ...base,
      id: `${noun}s.list`,
      method: 'GET',
      path,
      summary: `${title}s whose settings of OAuth servers differ`,
      right: 'read',
      params: realmParams,
      query: listQuery(filters, ['name', 'description', 'created_at', 'updated_at']),
      body: nothing,
      answer: page(layer),
      status: 200,
      refusals: [400, 404],
    }),
    create: operation({
      ...base,
      id: `${noun}s.create`,
      method: 'POST',
      path,
      summary: `Create an ${noun}`,
      right: 'write',
      params: realmParams,
      body: newLayer(title),
      answer: layer,
      status: 201,
      refusals: [400, 404, 409],
    }),
    read: operation({
      ...base,
      id: `${noun}s.read`,
      method: 'GET',
      path: `${path}/{name}`,
      summary: `Read an ${noun}`,
      right: 'read',
      body: nothing,
      answer: layer,
      status: 200,
      refusals: [400, 404],
    }),
    update: operation({
      ...base,
      id: `${noun}s.update`,
      method: 'PATCH',
      path: `${path}/{name}`,
      summary: `Change or rename an ${noun}`,
      right: 'write',
      body: layerPatch(title),
      answer: layer,
      status: 200,
      refusals: [400, 404, 409, 412],
    }),
    remove: operation({
      ...base,
      id: `${noun}s.delete`,
      method: 'DELETE',
      path: `${path}/{name}`,
      summary: `Delete an ${noun} that no client and no OAuth server names`,
      right: 'write',
      body: nothing,
      answer: nothing,
      status: 204,
      refusals: [400, 404, 409, 412],
    }),
  }
}
