import { z } from 'zod'
import { id, realmName } from './field.ts'
import { nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

const document = z.record(z.string(), z.unknown()).nullable()

export const auditEntry = z
  .object({
    id,
    at_ms: z.int().describe('milliseconds since 1970'),
    actor_kind: z.enum(['user', 'client', 'system']),
    actor_id: z.string(),
    actor_name: z.string(),
    address: z.string(),
    request_id: z.string(),
    action: z.string(),
    object_kind: z.string(),
    object_id: z.string(),
    object_name: z.string(),
    before: document,
    after: document,
  })
  .meta({ id: 'AuditEntry' })

const filters = {
  at_ms: range,
  actor_name: containing,
  address: containing,
  request_id: containing,
  action: containing,
  object_kind: containing,
  object_id: containing,
  object_name: containing,
}

export const listAudit = operation({
  id: 'audit.list',
  noun: 'audit',
  method: 'GET',
  path: '/realms/{realm}/audit',
  summary: 'What was changed, by whom, from where; the newest first',
  reach: 'realm',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery(filters, ['at_ms']),
  body: nothing,
  answer: page(auditEntry),
  status: 200,
  refusals: [400, 404],
})

export const auditOperations = [listAudit]
