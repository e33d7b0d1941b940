/** From text to what the contract says: strictly, and naming the field that is wrong. */
import type { z } from 'zod'
import { complaint } from '#contract/complaint.ts'
import { nothing } from '#contract/operation.ts'
import { parseStrictJson } from '#crypto/strict-json.ts'
import type { Request } from '#http/message.ts'
import type { Refusal } from '#http/refusal.ts'
import { invalidBody, invalidField, notFound, unknownField, unknownParameter } from './problem.ts'

/** Longer names are not repeated to whoever sent them. */
const longestFieldName = 100

export function parseParams<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  const parsed = schema.safeParse(request.params)
  if (!parsed.success) throw notFound('object')
  return parsed.data
}

export function parseQuery<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  const entries = [...new URLSearchParams(request.query)]
  const names = entries.map(([name]) => name)
  const repeated = names.find((name, index) => names.indexOf(name) !== index)
  if (repeated !== undefined) throw invalidField(shortened(repeated), 'must be there once')
  const parsed = schema.safeParse(Object.fromEntries(entries), { error: complaint })
  if (parsed.success) return parsed.data
  throw refusalOf(parsed.error, unknownParameter)
}

/** A body may be left out where all its members may. */
export function parseBody<S extends z.ZodType>(schema: S, request: Request): z.output<S> {
  if (schema === (nothing as z.ZodType)) {
    if (request.body !== '') throw invalidBody('this operation takes no body')
    return undefined as z.output<S>
  }
  const document = request.body === '' ? {} : parseStrictJson(request.body)
  if (document === undefined) {
    throw invalidBody('the body must be JSON without duplicate members, deep nesting or half surrogates')
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw invalidBody('the body must be a JSON object')
  }
  return parseDocument(schema, document)
}

export function parseDocument<S extends z.ZodType>(schema: S, document: object): z.output<S> {
  const parsed = schema.safeParse(document, { error: complaint })
  if (parsed.success) return parsed.data
  throw refusalOf(parsed.error, unknownField)
}

/** The first thing that is wrong; an unknown name before any other, because it explains the rest. */
function refusalOf(error: z.ZodError, unknown: (field: string) => Refusal): Refusal {
  const issue = error.issues.find((each) => each.code === 'unrecognized_keys') ?? error.issues[0]
  if (!issue) return invalidBody('the request does not fit')
  if (issue.code === 'unrecognized_keys') return unknown(pathOf([...issue.path, issue.keys[0] ?? '']))
  return invalidField(pathOf(issue.path), issue.message)
}

function pathOf(path: readonly PropertyKey[]): string {
  return shortened(path.map(String).join('.'))
}

function shortened(name: string): string {
  return name.length > longestFieldName ? `${name.slice(0, longestFieldName)}...` : name
}
