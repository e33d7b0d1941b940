import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { operations } from '#contract/operations.ts'
import { originOf, redirectUriProblem } from '#contract/uri.ts'
import { redirectKind } from '#issuer/redirect-uri.ts'
import { type House, openHouse } from './house.ts'
import { adminOffice, type Office } from './office.ts'

const schemes = fc.constantFrom('https://', 'http://', 'javascript:', 'com.example:', 'data:', '//', '')
const pieces = fc.constantFrom(
  'app.example',
  '127.0.0.1',
  '[::1]',
  'localhost',
  '@',
  ':',
  '/',
  '..',
  '%2e',
  '\\',
  '#',
  '*',
)
const uri = fc
  .tuple(schemes, fc.array(fc.oneof(pieces, fc.string({ maxLength: 4 })), { maxLength: 6 }))
  .map(([scheme, parts]) => scheme + parts.join(''))

describe('whatever is sent', () => {
  let house: House
  let admin: Office

  beforeAll(async () => {
    house = await openHouse()
    admin = await adminOffice(house)
  })
  afterAll(() => house.close())

  const writes = operations.flatMap((operation) => {
    const shape = operation.body instanceof z.ZodObject ? Object.keys(operation.body.shape) : []
    return shape.length === 0 ? [] : [{ id: operation.id, operation, shape }]
  })

  test.each(writes)('N143 $id never answers 5xx to any JSON in its fields', async ({ operation, shape }) => {
    const path = operation.path.replace('{realm}', 'default').replace(/\{\w+\}/g, 'quick-start')
    const value = fc.oneof(fc.jsonValue(), fc.string(), uri, fc.integer(), fc.constant(null))
    const fields = fc.dictionary(fc.constantFrom(...shape), value, { minKeys: 1, maxKeys: 3, noNullPrototype: true })
    await fc.assert(
      fc.asyncProperty(fields, async (body) => {
        const told = await admin.call(operation.method, path, body)
        expect(told.status, JSON.stringify(body)).toBeLessThan(500)
        if (told.status >= 400) expect(told.headers.get('content-type')).toBe('application/problem+json')
      }),
      { numRuns: 25 },
    )
  })

  test('N003 N006 what may be registered is what a browser may be sent to', () => {
    fc.assert(
      fc.property(uri, (text) => {
        if (redirectUriProblem(text) !== undefined) return
        expect(redirectKind(text), text).toBeDefined()
        expect(text).not.toMatch(/[\\#*\s]|^(?:javascript|data|vbscript|file):/i)
      }),
      { numRuns: 5000 },
    )
  })

  test('an origin is its own origin, whatever it was typed like', () => {
    const typed = fc.sample(uri, 5000)
    const origins = typed.flatMap((text) => originOf(text) ?? [])
    expect(origins.map(originOf)).toEqual(origins)
    expect(origins.map((origin) => new URL(origin).origin)).toEqual(origins)
  })
})
