/** Running a connector, and what its runs did. */
import { z } from 'zod'
import { id, realmName } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

const connectorParams = z.strictObject({ realm: realmName, name: z.string().min(1).max(100) })
const noun = { noun: 'connector', reach: 'realm', params: connectorParams } as const

const runFields = {
  id,
  at_ms: z.int().describe('milliseconds since 1970'),
  duration_ms: z.int(),
  actor_kind: z.enum(['user', 'client']),
  actor_name: z.string(),
  result: z
    .enum(['ok', 'failed'])
    .describe('failed: no answer, a status of 400 and above, or an output that went wrong'),
  status: z.int().nullable().describe('of the API’s answer'),
  code: z.string().nullable().describe('of what went wrong'),
  detail: z.string().nullable(),
  request: z.object({ method: z.string(), url: z.string(), body: z.string().nullable() }).describe('secrets masked'),
  answer: z
    .object({ content_type: z.string().nullable(), bytes: z.int(), excerpt: z.string() })
    .nullable()
    .describe('secrets masked'),
}

export const connectorRun = z.object(runFields).meta({ id: 'ConnectorRun' })

export const runConnector = operation({
  ...noun,
  id: 'connectors.run',
  method: 'POST',
  path: '/realms/{realm}/connectors/{name}/run',
  summary: 'Run a connector with the realm’s own connection',
  right: 'write',
  query: noQuery,
  body: z
    .strictObject({
      parameters: z
        .record(z.string().max(64), z.string().max(65_536))
        .default({})
        .describe('a value for each {parameter} of the connector'),
    })
    .meta({ id: 'ConnectorRunStart', examples: [{ parameters: { customer: '4711' } }] }),
  answer: z.object({ ...runFields, outputs: z.record(z.string(), z.json()) }).meta({ id: 'ConnectorRunResult' }),
  status: 200,
  refusals: [400, 404, 409],
})

export const listConnectorRuns = operation({
  ...noun,
  id: 'connector-runs.list',
  method: 'GET',
  path: '/realms/{realm}/connectors/{name}/runs',
  summary: 'What a connector did in the last thirty days',
  right: 'read',
  query: listQuery(
    { at_ms: range, duration_ms: range, actor_name: containing, result: containing, status: range, code: containing },
    ['at_ms', 'duration_ms', 'actor_name', 'result', 'status', 'code'],
  ),
  body: nothing,
  answer: page(connectorRun),
  status: 200,
  refusals: [400, 404],
})

export const connectorRunOperations = [runConnector, listConnectorRuns]
