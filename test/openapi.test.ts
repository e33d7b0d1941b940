import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { answerExample } from '#admin/openapi-examples.ts'
import { handlers } from '#admin/routes.ts'
import { createCaller, ProblemError } from '#contract/caller.ts'
import { createClient, listClients, readClient, updateClient } from '#contract/client.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { fileQuery } from '#contract/page.ts'
import { createRealm, deleteRealm } from '#contract/realm.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, type Office, type Parsed } from './office.ts'

const body = z.record(z.string(), z.unknown())

describe('the contract', () => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  test('every operation has one handler, and every handler an operation', () => {
    const served = handlers.map(({ operation }) => operation.id)
    expect(served.toSorted()).toEqual(operations.map(({ id }) => id).toSorted())
    expect(new Set(served).size).toBe(served.length)
  })

  test('OpenAPI 3.1 names every operation, to everyone, and each reference leads somewhere', async () => {
    const response = await fetch(`${house.url}/api/v1/openapi.json`)
    expect(response.status).toBe(200)
    const text = await response.text()
    const document = JSON.parse(text)
    expect(document).toMatchObject({ openapi: '3.1.1', servers: [{ url: `${house.url}/api/v1` }] })
    for (const { id, method, path } of operations) {
      expect(document.paths[path][method.toLowerCase()].operationId).toBe(id)
    }
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.components.schemas).toHaveProperty(String(name))
    }
    expect(text).not.toContain('$defs')
    const { requestBody } = document.paths['/realms/{realm}/clients'].post
    expect(requestBody.content['application/json'].schema).toEqual({ $ref: '#/components/schemas/ClientCreate' })
    expect(document.components.schemas.ClientCreate.examples).toHaveLength(2)
  })

  test('every body that is sent or answered has an example', async () => {
    const { paths, components } = (await admin.get('/openapi.json')).body
    for (const { id, method, path } of operations) {
      const { requestBody, responses } = paths[path][method.toLowerCase()]
      for (const [type, { schema }] of Object.entries<Parsed>(requestBody?.content ?? {})) {
        const named = schema.$ref ? components.schemas[schema.$ref.split('/').at(-1)] : schema
        expect(named.examples, `${id} ${type}`).toHaveProperty('0')
      }
      for (const [status, { content = {} }] of Object.entries<Parsed>(responses)) {
        const shown = Object.values<Parsed>(content)[0]
        if (shown) expect(shown.example, `${id} ${status}`).toBeDefined()
      }
    }
  })

  test('the examples are accepted by the schemas that carry them', () => {
    for (const operation of operations) {
      const answered = answerExample(operation)
      if (answered !== undefined) {
        expect(operation.answer.safeParse(answered), operation.id).toMatchObject({ success: true })
      }
      const examples = body.safeParse(operation.body.meta()).data?.['examples']
      for (const example of Array.isArray(examples) ? examples : []) {
        expect(operation.body.safeParse(example), operation.id).toMatchObject({ success: true })
      }
    }
  })

  test('every filter and every order that a list declares is there', async () => {
    const flags = { enabled: 'true', built_in: 'true', email_verified: 'true' }
    const values: Readonly<Record<string, string>> = { ...flags, format: 'json' }
    // A list below an object with an id of ours is asked in that object's own tests.
    const lists = operations.filter((each) => each.id.endsWith('.list') && !pathOf(each).includes('{'))
    for (const operation of lists) {
      const shape = operation.query instanceof z.ZodObject ? operation.query.shape : {}
      for (const name of Object.keys(shape)) {
        if (name === 'sort' || (name !== 'format' && name in fileQuery)) continue
        const fits = ['x', '7', 'true'].find((text) => shape[name]?.safeParse(text).success)
        const value = values[name] ?? fits
        expect((await admin.get(`${pathOf(operation)}?${name}=${value}`)).status, `${operation.id} ${name}`).toBe(200)
      }
      for (const sort of sortsOf(operation)) {
        expect((await admin.get(`${pathOf(operation)}?sort=${sort}`)).status, `${operation.id} ${sort}`).toBe(200)
      }
    }
  })

  const pathOf = (operation: Operation) =>
    operation.path.replace('{realm}', 'default').replace('{client_id}', 'quick-start')

  const sortsOf = ({ query }: Operation): string[] => {
    const json = z.toJSONSchema(query, { io: 'input' })
    const sort = json.properties?.['sort']
    return typeof sort === 'object' ? (sort.enum ?? []).map(String) : []
  }

  test('the typed caller makes calls and throws problems', async () => {
    const caller = createCaller({ baseUrl: `${house.url}/api/v1`, token: () => admin.token })
    const params = { realm: 'default' }
    const made = await caller.call(createClient, { params, query: {}, body: { client_id: 'a/b ?', expires_in: 600 } })
    expect(made.value.client_secret).toMatch(/^[\w-]{43}$/)
    const path = { ...params, client_id: 'a/b ?' }
    const read = await caller.call(readClient, { params: path, query: {}, body: undefined })
    expect(read.value.expires_in).toBe(600)
    const ifMatch = read.etag ?? ''
    await caller.call(updateClient, { params: path, query: {}, body: { expires_in: null } }, { ifMatch })
    const page = await caller.call(listClients, { params, query: { search: 'a/b', page_size: 1 }, body: undefined })
    expect(page.value.items[0]).toMatchObject({ client_id: 'a/b ?', expires_in: null })
    const again = caller.call(createClient, { params, query: {}, body: { client_id: 'a/b ?' } })
    await expect(again).rejects.toBeInstanceOf(ProblemError)
    await expect(again).rejects.toMatchObject({ problem: { status: 409, field: 'client_id' } })
    await caller.call(createRealm, { params: {}, query: {}, body: { name: 'called' } })
    const gone = await caller.call(deleteRealm, { params: { realm: 'called' }, query: {}, body: undefined })
    expect(gone.value).toBeUndefined()
  })

  test('every answer fits the schema that the contract promises', async () => {
    const caller = createCaller({ baseUrl: `${house.url}/api/v1`, token: () => admin.token })
    // A list below an object with an id of ours is asked in that object's own tests.
    const lists = operations.filter((each) => each.id.endsWith('.list') && !pathOf(each).includes('{'))
    for (const operation of lists) {
      if (/\{(client_id|id)\}/.test(operation.path)) continue
      for (const realm of ['system', 'default']) {
        const params = operation.path.includes('{realm}') ? { realm } : {}
        const { value } = await caller.call(operation, { params, query: {}, body: undefined })
        expect(value, operation.id).toMatchObject({ page: 1 })
      }
    }
  })
})
