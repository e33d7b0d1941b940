/** OpenAPI 3.1 made from the contract: served to everyone, because it says nothing that the sources do not say. */
import { STATUS_CODES } from 'node:http'
import { z } from 'zod'
import type { Operation } from '#contract/operation.ts'
import { nothing } from '#contract/operation.ts'
import { operations } from '#contract/operations.ts'
import { exportFormats, exportTypes } from '#contract/page.ts'
import { problem, problemMediaType } from '#contract/problem.ts'
import { issuerUrl, managementApiUrl } from '#http/doors.ts'
import type { Route } from '#http/message.ts'
import type { AdminContext } from './context.ts'
import { readScope, systemRealm, writeScope } from './gate.ts'
import { answerExample } from './openapi-examples.ts'
import { problemResponse } from './problem.ts'

type Json = Record<string, unknown>

const refusalTexts: Readonly<Record<number, string>> = {
  400: 'A field or parameter is wrong or unknown; the problem names it',
  401: 'The bearer token is missing, expired, revoked or meant for another API',
  403: 'The scope of the token or the roles of the caller do not allow this',
  404: 'There is no such object, or the caller may not know of it',
  409: 'The name is taken, the object is protected, or the request contradicts its state',
  412: 'If-Match names a state that is no longer there',
}

const problemTypes: Readonly<Record<number, string>> = {
  400: 'urn:sallyport:problem:invalid_field',
  401: 'urn:sallyport:problem:invalid_token',
  403: 'urn:sallyport:problem:forbidden',
  404: 'urn:sallyport:problem:not_found',
  409: 'urn:sallyport:problem:conflict',
  412: 'urn:sallyport:problem:stale',
}

export function openApiRoute(context: AdminContext): Route {
  let body: string | undefined
  return {
    methods: ['GET'],
    path: '/api/v1/openapi.json',
    name: 'api openapi',
    cors: 'any',
    handle: () => {
      body ??= JSON.stringify(openApiDocument(context.publicUrl))
      return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-cache' }, body }
    },
    refused: problemResponse,
  }
}

/** Schemas with a name of their own, gathered while the operations are written. */
type Named = Record<string, Json>

export function openApiDocument(publicUrl: string): Json {
  const schemas: Named = {}
  const paths: Record<string, Json> = {}
  for (const operation of operations) {
    const method = operation.method.toLowerCase()
    paths[operation.path] = { ...paths[operation.path], [method]: operationObject(operation, schemas) }
  }
  const issuer = issuerUrl(publicUrl, systemRealm)
  const scopes = { [writeScope]: 'Manage, as far as your roles allow', [readScope]: 'Read, as far as your roles allow' }
  const flows = {
    authorizationCode: {
      authorizationUrl: `${issuer}/authorize`,
      tokenUrl: `${issuer}/token`,
      scopes: { ...scopes, openid: 'End with my session' },
    },
    clientCredentials: { tokenUrl: `${issuer}/token`, scopes },
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Sallyport management API',
      version: '1',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: managementApiUrl(publicUrl) }],
    tags: [...new Set(operations.map((operation) => operation.noun))].map((name) => ({ name })),
    paths,
    components: { schemas, securitySchemes: { sallyport: { type: 'oauth2', flows } } },
  }
}

function operationObject(operation: Operation, schemas: Named): Json {
  const { right } = operation
  const security = [{ sallyport: [writeScope] }, ...(right === 'read' ? [{ sallyport: [readScope] }] : [])]
  return {
    operationId: operation.id,
    tags: [operation.noun],
    summary: operation.summary,
    security,
    parameters: parametersOf(operation, schemas),
    ...(isNothing(operation.body) ? {} : { requestBody: requestBodyOf(operation, schemas) }),
    responses: responsesOf(operation, schemas),
  }
}

function parametersOf(operation: Operation, schemas: Named): Json[] {
  const params = membersOf(operation.params, 'path', schemas)
  const query = membersOf(operation.query, 'query', schemas)
  const ifMatch = { name: 'If-Match', in: 'header', required: false, schema: { type: 'string' } }
  return [...params, ...query, ...(operation.refusals.includes(412) ? [ifMatch] : [])]
}

function membersOf(schema: z.ZodType, place: 'path' | 'query', schemas: Named): Json[] {
  const { properties = {} } = schemaOf(schema, 'input', schemas) as { properties?: Record<string, Json> }
  const required = place === 'path'
  return Object.entries(properties).map(([name, member]) => ({ name, in: place, required, schema: member }))
}

function requestBodyOf(operation: Operation, schemas: Named): Json {
  const type = operation.method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const required = !operation.body.safeParse({}).success || operation.method === 'PATCH'
  return { required, content: { [type]: { schema: schemaOf(operation.body, 'input', schemas) } } }
}

function responsesOf(operation: Operation, schemas: Named): Json {
  const refused = [...operation.refusals, 401, 403].toSorted((a, b) => a - b)
  const schema = schemaOf(problem, 'output', schemas)
  const refusals = refused.map((status) => {
    const content = { [problemMediaType]: { schema, example: problemExample(status) } }
    return [String(status), { description: refusalTexts[status], content }]
  })
  return { [String(operation.status)]: doneOf(operation, schemas), ...Object.fromEntries(refusals) }
}

function problemExample(status: number): Json {
  const title = STATUS_CODES[status]
  return { type: problemTypes[status], title, status, detail: refusalTexts[status], request_id: 'M5Djq9e0-2' }
}

function doneOf(operation: Operation, schemas: Named): Json {
  if (isNothing(operation.answer)) return { description: 'Done' }
  const headers = {
    ...(operation.status === 201 ? { Location: { schema: { type: 'string', format: 'uri' } } } : {}),
    ...(operation.path.endsWith('}') ? { ETag: { schema: { type: 'string' } } } : {}),
  }
  const schema = schemaOf(operation.answer, 'output', schemas)
  const content = { 'application/json': { schema, example: answerExample(operation) } }
  return { description: operation.summary, headers, content: { ...content, ...filesOf(operation) } }
}

/** What a list answers where `format` asks for it. */
function filesOf(operation: Operation): Json {
  if (!(operation.query instanceof z.ZodObject && 'format' in operation.query.shape)) return {}
  const types = exportFormats.filter((format) => format !== 'json').map((format) => exportTypes[format])
  return Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]))
}

function isNothing(schema: z.ZodType): boolean {
  return schema === (nothing as z.ZodType)
}

/**
 * Answers may grow: what they hold besides is not forbidden. Our examples are what a caller sends, also where we change
 * what was sent. Named schemas move to the components.
 */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Named): Json {
  const made = z.toJSONSchema(schema, {
    io,
    override: ({ zodSchema, jsonSchema }) => {
      const examples = z.globalRegistry.get(zodSchema)?.['examples']
      if (io === 'output') delete jsonSchema.additionalProperties
      else if (Array.isArray(examples)) jsonSchema.examples = examples
    },
  })
  const moved = JSON.parse(JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/')) as Json
  const { $schema: _schema, $defs, ...json } = moved
  Object.assign(schemas, $defs)
  return json
}
