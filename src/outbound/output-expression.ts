/** Whether what an administrator types to find an output can be read at all; told when it is saved, not when it runs. */
import { createRequire } from 'node:module'
import type { Connector } from '#store/connectors.ts'

/** Loaded when a connector is first saved with one. */
const load = createRequire(import.meta.url)

/** What is wrong, for who typed it; undefined: nothing. */
export function wrongExpression({
  language,
  expression,
}: Pick<Connector['outputs'][number], 'language' | 'expression'>): string | undefined {
  try {
    tryOn[language](expression)
    return undefined
  } catch {
    return names[language]
  }
}

/** Each is tried on next to nothing. */
const tryOn = {
  none: () => undefined,
  jsonpath: (expression: string): unknown => {
    const { query } = load('jsonpath-rfc9535') as typeof import('jsonpath-rfc9535')
    return query(null, expression)
  },
  xpath: (expression: string): unknown => {
    const { DOMParser } = load('@xmldom/xmldom') as typeof import('@xmldom/xmldom')
    const { select } = load('xpath') as typeof import('xpath')
    return select(expression, new DOMParser().parseFromString('<x/>', 'text/xml') as unknown as Node)
  },
  regex: (expression: string): unknown => new RegExp(expression, 'su'),
} as const

const names = {
  none: undefined,
  jsonpath: 'must be a JSONPath (RFC 9535)',
  xpath: 'must be an XPath 1.0 expression',
  regex: 'must be a regular expression of JavaScript, with the flags s and u',
} as const
