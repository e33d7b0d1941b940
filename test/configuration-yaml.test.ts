import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDocument, writeDocument } from '#admin/configuration/document.ts'

/* The text of a configuration: every value survives it, and nothing in it can be read in two ways. */

const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('\n', '\r', '\t', ' ', ':', '#', '-', '"', "'", '\\', '\u2028', '\ufeff', 'a') }),
  fc.constantFrom(
    'yes',
    'null',
    '~',
    '1e3',
    '0o7',
    '2001-01-01',
    '<<',
    '---',
    '...',
    '*a',
    '&a',
    '!!str',
    '|',
    '@',
    '%',
  ),
)
const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.constant(null), fc.array(text), fc.array(fc.array(text)))
const map = fc.dictionary(fc.stringMatching(/^[a-z_]{1,8}$/), value)

test('whatever is written is read again, and written the same', () => {
  fc.assert(
    fc.property(map, fc.array(map), (settings, list) => {
      const written = writeDocument({ settings, list })
      const read = readDocument(written)
      expect(read).toEqual({ settings: { ...settings }, list: list.map((entry) => ({ ...entry })) })
      expect(writeDocument(read)).toBe(written)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
      expect(written).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
    }),
  )
})

describe('N150 what is refused, with its line', () => {
  const bomb = Array.from({ length: 9 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}]`)
  test.each([
    ['a bomb of aliases', `a0: &a0 [x]\n${bomb.join('\n')}`, /anchors and aliases/],
    ['an anchor', 'a: 1\nb: &x 1', /line 2: must not use anchors/],
    ['a name twice', 'a: 1\nb: {c: 1, c: 2}', /line 2: must not name one thing twice/],
    ['a tag', 'a: !!str 1', /tags/],
    ['a tag of a language', 'a: !!js/function "x"', /line 1/],
    ['a prototype', 'a: {__proto__: {admin: true}}', /such a name/],
    ['a quoted prototype', 'a: {"__proto__": 1}', /such a name/],
    ['a constructor', 'constructor: {prototype: 1}', /such a name/],
    ['a merge', 'a: {<<: {b: 1}}', /such a name/],
    ['two documents', 'a: 1\n---\nb: 2', /MULTIPLE_DOCS/],
    ['a directive', '%YAML 1.1\n---\na: yes', /directives/],
    ['a name that is no text', '1: x', /names that are text/],
    ['a name that is a list', '? [a]\n: b', /names that are text/],
    ['a number without end', 'a: .inf', /numbers without end/],
    ['a number too large', 'a: 1e999', /numbers without end/],
    ['depth in brackets', '['.repeat(400_000), /nested deeper/],
    ['depth in brackets with something between', 'a: ' + '[a,'.repeat(200_000), /nested deeper/],
    ['depth in dashes', '- '.repeat(400_000), /nested deeper/],
    ['what is no map', '- a', /map of sections/],
    ['nothing', '', /map of sections/],
    ['what is no YAML', 'a: [', /not YAML/],
  ])('%s', (_, yaml, told) => {
    expect(() => readDocument(yaml)).toThrow(told)
  })

  test('depth in steps is refused or read, never a fault', () => {
    const steps = Array.from({ length: 900 }, (_, index) => `${' '.repeat(index)}a:\n`).join('')
    expect(() => readDocument(`${steps}${' '.repeat(901)}b`)).toThrow(/nested deeper|not YAML/)
  })
})
