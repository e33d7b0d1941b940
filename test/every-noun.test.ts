/** What the management API can do with one noun it can do with all of them: read from the contract. */

import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { deletedKinds } from '#contract/deleted.ts'
import type { Operation } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { itemOf } from '#contract/page.ts'

const means: ReadonlySet<string> = new Set(['search', 'sort', 'page', 'page_size', 'format', 'columns', 'only', 'ids'])
const at = (method: string, path: string) => operations.find((each) => each.method === method && each.path === path)
const queryOf = ({ query }: Operation) => (query instanceof z.ZodObject ? Object.keys(query.shape) : [])

const changed = operations.filter(({ method }) => method === 'PATCH').map(({ path }) => [path] as const)

test('every noun is looked at', () => {
  expect(changed.length).toBe(12)
})

describe.each(changed)('%s', (path) => {
  const collection = path.slice(0, path.lastIndexOf('/'))

  test('is read, and changed and deleted under If-Match', () => {
    expect(at('GET', path)).toBeDefined()
    for (const method of ['PATCH', 'DELETE']) expect(at(method, path)?.refusals).toContain(412)
  })

  test('is listed with filters, search, sort, pages and files, and created', () => {
    const list = at('GET', collection)
    const names = list ? queryOf(list) : []
    expect(names).toEqual(expect.arrayContaining([...means]))
    expect(names.length).toBeGreaterThan(means.size)
    expect(at('POST', collection)?.status).toBe(201)
  })

  test('has a history and a way back', () => {
    expect(at('GET', `${path}/history`)).toBeDefined()
    expect(at('POST', `${path}/history/{version}/revert`)).toBeDefined()
  })

  test('lies in the recycle bin, and many are deleted at once', () => {
    const noun = String(at('DELETE', path)?.noun).replaceAll('-', '_')
    expect(deletedKinds).toContain(noun)
    expect(at('POST', `${collection}/bulk`)).toBeDefined()
  })
})

describe('every list', () => {
  const lists = operations.filter((each) => itemOf(each) && queryOf(each).includes('sort'))

  test.each(lists.map((each) => [each.id, each] as const))(
    '%s: a filter or a sort is a field of its rows',
    (_id, list) => {
      const item = itemOf(list)
      const fields = item instanceof z.ZodObject ? Object.keys(item.shape) : []
      for (const filter of queryOf(list).filter((name) => !means.has(name))) expect(fields).toContain(filter)
    },
  )
})
