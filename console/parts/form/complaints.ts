/** What a schema has against a value, in the words of its own messages, where the schema itself has said nothing. */
import { z } from 'zod'

type Issue = Parameters<NonNullable<ReturnType<typeof z.config>['customError']>>[0]

z.config({ customError: complaint })

function complaint(issue: Issue): string | undefined {
  const { input } = issue
  switch (issue.code) {
    case 'too_small':
      return least(issue.origin, Number(issue.minimum), issue.inclusive !== false)
    case 'too_big':
      return most(issue.origin, Number(issue.maximum), issue.inclusive !== false)
    case 'invalid_type':
      if (input === undefined || input === null || input === '') return 'must be filled in'
      if (issue.expected === 'number' || issue.expected === 'int') return 'must be a whole number'
      return undefined
    case 'invalid_value':
      return input === undefined || input === null || input === '' ? 'must be chosen' : undefined
    default:
      return undefined
  }
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
