/** What is worth a look, found by rules: of one client, and of everything in a realm. */
import { z } from 'zod'
import { clientParams } from './client.ts'
import { realmName } from './field.ts'
import { nothing, operation } from './operation.ts'
import { containing, listQuery, page, wholeListQuery } from './page.ts'

export const severities = ['error', 'warning', 'info'] as const

export const finding = z
  .object({
    rule: z.string(),
    severity: z.enum(severities).describe('error: does not work or is unsafe; warning: will be, or is a risk; info'),
    object_kind: z.enum(['client', 'realm', 'oauth_server']),
    object_id: z.string().describe('as in the path of the object'),
    object_name: z.string(),
    reason: z.string().describe('a sentence'),
    fix: z.record(z.string(), z.unknown()).nullable().describe('the merge patch of the object that mends it, if any'),
  })
  .meta({ id: 'Finding' })
export type Finding = z.infer<typeof finding>

export const clientHealth = operation({
  id: 'clients.health',
  noun: 'health',
  method: 'GET',
  path: '/realms/{realm}/clients/{client_id}/health',
  summary: 'What is worth a look in a client, the worst first',
  reach: 'realm',
  right: 'read',
  params: clientParams,
  query: wholeListQuery,
  body: nothing,
  answer: page(finding),
  status: 200,
  refusals: [400, 404],
})

export const realmHealth = operation({
  id: 'realms.health',
  noun: 'health',
  method: 'GET',
  path: '/realms/{realm}/health',
  summary:
    'What is worth a look in a realm, its clients and OAuth servers, the worst first; of very many clients the first by name',
  reach: 'realm',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery(
    { rule: containing, severity: z.enum(severities).optional(), object_kind: containing, object_id: containing },
    ['severity', 'rule', 'object_id', 'reason'],
  ),
  body: nothing,
  answer: page(finding),
  status: 200,
  refusals: [400, 404],
})

export const healthOperations = [clientHealth, realmHealth]
