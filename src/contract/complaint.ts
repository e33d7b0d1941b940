/** What a schema has against a value, in the words of its own messages, where the schema itself has said nothing. */
import type { z } from 'zod'

type Issue = Parameters<NonNullable<ReturnType<typeof z.config>['customError']>>[0]

/** For `z.config`, or for one `safeParse`; undefined leaves it to the library's own words. */
export function complaint(issue: Issue): string | undefined {
  const { input } = issue
  switch (issue.code) {
    case 'too_small':
      return least(issue.origin, Number(issue.minimum), issue.inclusive !== false)
    case 'too_big':
      return most(issue.origin, Number(issue.maximum), issue.inclusive !== false)
    case 'invalid_type':
      if (input === undefined || input === null || input === '') return 'must be filled in'
      return kinds[issue.expected]
    case 'invalid_value':
      if (input === undefined || input === null || input === '') return 'must be chosen'
      return `must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    default:
      return undefined
  }
}

const kinds: Readonly<Record<string, string>> = {
  number: 'must be a whole number',
  int: 'must be a whole number',
  string: 'must be a text',
  boolean: 'must be true or false',
  array: 'must be a list',
  object: 'must be an object',
}

function least(origin: string, minimum: number, isInclusive: boolean): string | undefined {
  if (origin === 'string') return minimum <= 1 ? 'must be filled in' : `must have at least ${minimum} characters`
  if (origin === 'array') return minimum <= 1 ? 'must name one at least' : `must name ${minimum} at least`
  return `must be ${isInclusive ? 'at least' : 'more than'} ${minimum.toLocaleString('en')}`
}

function most(origin: string, maximum: number, isInclusive: boolean): string | undefined {
  const number = maximum.toLocaleString('en')
  if (origin === 'string') return `must have at most ${number} characters`
  if (origin === 'array') return `must name at most ${number}`
  return `must be ${isInclusive ? 'at most' : 'less than'} ${number}`
}
