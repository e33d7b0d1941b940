/** Connectors: saved HTTP calls that run with a connection's token, below the base URL of their OAuth server. */
import { z } from 'zod'
import { description, isSegment, realmName, text, time } from './field.ts'
import { slug } from './oauth-server-fields.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

export const connectorMethods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD'] as const

const connectorName = text(100).refine(isSegment, 'must not be . or ..')
const parameterName = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
const tokenCharacters = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/
const line = z
  .string()
  .max(4096)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')

/** What the way out or the token sets, or what would speak for another hop or caller. */
const ownHeader =
  /^(?:authorization|proxy-.*|host|cookie|set-cookie|connection|keep-alive|te|trailer|transfer-encoding|upgrade|content-length|expect|forwarded|x-forwarded-.*|x-real-ip|(?:x-)?remote-user|x-sallyport-.*)$/i

/**
 * A path below the base URL, with `{parameters}` that are filled, encoded, at each run. What one program could read as
 * leading elsewhere is refused: another origin, dot segments, backslashes, encoded slashes, a query.
 */
const path = z
  .string()
  .max(2048)
  .regex(
    /^(?:\/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%(?!2[EeFf]|5[Cc]|00)[0-9A-Fa-f]{2}|\{[A-Za-z_][A-Za-z0-9_]{0,63}\})+)*\/?$/,
    'must begin with / and hold segments and {parameters} only, without a query',
  )
  .refine((typed) => typed.split('/').every(isSegment), 'must not have dot segments')

const named = (name: z.ZodString) => z.strictObject({ name, value: line })

const body = z
  .strictObject({
    kind: z.enum(['json', 'form', 'text', 'none']),
    content: z.string().max(65_536).default('').describe('with {parameters}; of a form: name=value lines'),
    omit_empty: z.boolean().default(false).describe('leaves out members whose value is empty'),
  })
  .refine(({ kind, content }) => kind !== 'none' || content === '', { path: ['content'], error: 'must be empty' })

const output = z.strictObject({
  name: z
    .string()
    .regex(parameterName, 'must be a name of letters, digits and _')
    .refine((name) => name !== '__proto__', 'must be another name'),
  from: z.enum(['status', 'header', 'body']),
  language: z.enum(['none', 'jsonpath', 'xpath', 'regex']).default('none'),
  expression: z.string().max(1024).default('').describe('the header’s name, or a path or pattern'),
})

const noneTwice = (list: readonly { readonly name: string }[]) =>
  new Set(list.map(({ name }) => name.toLowerCase())).size === list.length

const writable = {
  name: connectorName,
  description,
  oauth_server: slug.describe('the slug of its OAuth server'),
  connection: z.enum(['application', 'user']),
  method: z.enum(connectorMethods),
  path,
  query: z.array(named(text(128))).max(50),
  headers: z
    .array(
      named(
        z
          .string()
          .regex(tokenCharacters, 'must be the name of a header')
          .refine((name) => !ownHeader.test(name), 'is set by the token or the way out'),
      ),
    )
    .max(50)
    .refine(noneTwice, 'must not name one twice'),
  body,
  timeout_ms: z.int().min(100).max(600_000),
  outputs: z.array(output).max(50).refine(noneTwice, 'must not name one twice'),
}

export const connector = z
  .object({ ...writable, oauth_server: z.string(), created_at: time, updated_at: time })
  .meta({ id: 'Connector' })
export type Connector = z.infer<typeof connector>

const { name, oauth_server, ...rest } = writable

export const connectorBody = z.strictObject({ name, oauth_server, ...optional(rest) }).meta({
  id: 'ConnectorCreate',
  examples: [{ name: 'Contacts of a customer', oauth_server: 'acme-crm', path: '/customers/{customer}/contacts' }],
})
export const connectorPatch = z
  .strictObject(removable(writable))
  .meta({ id: 'ConnectorPatch', examples: [{ timeout_ms: 5000 }] })
export type ConnectorPatch = z.output<typeof connectorPatch>

const realmParams = z.strictObject({ realm: realmName })
const connectorParams = z.strictObject({ realm: realmName, name: z.string().min(1).max(100) })
const noun = { noun: 'connector', reach: 'realm', params: connectorParams, query: noQuery } as const

const filters = {
  name: containing,
  description: containing,
  oauth_server: containing,
  connection: containing,
  method: containing,
  path: containing,
  created_at: range,
  updated_at: range,
}

export const listConnectors = operation({
  ...noun,
  id: 'connectors.list',
  method: 'GET',
  path: '/realms/{realm}/connectors',
  summary: 'Saved calls that run with a connection’s token',
  right: 'read',
  params: realmParams,
  query: listQuery(filters, ['name', 'oauth_server', 'connection', 'method', 'path', 'created_at', 'updated_at']),
  body: nothing,
  answer: page(connector),
  status: 200,
  refusals: [400, 404],
})

export const createConnector = operation({
  ...noun,
  id: 'connectors.create',
  method: 'POST',
  path: '/realms/{realm}/connectors',
  summary: 'Save a call',
  right: 'write',
  params: realmParams,
  body: connectorBody,
  answer: connector,
  status: 201,
  refusals: [400, 404, 409],
})

export const readConnector = operation({
  ...noun,
  id: 'connectors.read',
  method: 'GET',
  path: '/realms/{realm}/connectors/{name}',
  summary: 'Read a connector',
  right: 'read',
  body: nothing,
  answer: connector,
  status: 200,
  refusals: [400, 404],
})

export const updateConnector = operation({
  ...noun,
  id: 'connectors.update',
  method: 'PATCH',
  path: '/realms/{realm}/connectors/{name}',
  summary: 'Change or rename a connector',
  right: 'write',
  body: connectorPatch,
  answer: connector,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteConnector = operation({
  ...noun,
  id: 'connectors.delete',
  method: 'DELETE',
  path: '/realms/{realm}/connectors/{name}',
  summary: 'Delete a connector',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 412],
})

export const connectorOperations = [listConnectors, createConnector, readConnector, updateConnector, deleteConnector]
