import { z } from 'zod'
import { id, realmName } from './field.ts'
import { nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

export const event = z
  .object({
    id,
    at_ms: z.int().describe('milliseconds since 1970'),
    last_at_ms: z.int().describe('of the last that is counted here'),
    count: z.int().min(1).describe('the same within one minute is one row'),
    kind: z.string(),
    user_id: id.nullable(),
    username: z.string().nullable(),
    client_id: z.string().nullable(),
    address: z.string(),
    request_id: z.string(),
    detail: z.string(),
  })
  .meta({ id: 'Event' })

const filters = {
  at_ms: range,
  last_at_ms: range,
  count: range,
  kind: containing,
  user_id: containing,
  username: containing,
  client_id: containing,
  address: containing,
  request_id: containing,
  detail: containing,
}

export const listEvents = operation({
  id: 'events.list',
  noun: 'event',
  method: 'GET',
  path: '/realms/{realm}/events',
  summary: 'What happened at the doors in the last 90 days: logins, refusals, what was shown twice; the newest first',
  reach: 'realm',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery(filters, ['at_ms', 'last_at_ms', 'count', 'kind', 'username', 'client_id', 'address']),
  body: nothing,
  answer: page(event),
  status: 200,
  refusals: [400, 404],
})

export const eventOperations = [listEvents]
