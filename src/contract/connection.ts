import { z } from 'zod'
import { id, realmName, time } from './field.ts'
import { slug } from './oauth-server-fields.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'

export const connectionStates = ['ok', 'degraded', 'uncertain', 'needs_authorization'] as const

export const connection = z
  .object({
    id,
    subject: z.enum(['application', 'user']),
    username: z.string().nullable().describe('null: the application’s own, or the user is no more'),
    environment: z.string().nullable(),
    application: z.string().nullable(),
    state: z
      .enum(connectionStates)
      .describe('uncertain: a refresh was sent and its answer was lost; the old token is used while it lives'),
    reason: z.string().nullable().describe('the code of the last failure'),
    detail: z.string().nullable(),
    state_at: time,
    scope: z.string().nullable(),
    scope_is_narrower: z.boolean().describe('the last answer granted less than was granted before'),
    has_access_token: z.boolean(),
    has_refresh_token: z.boolean(),
    received_at: time.nullable(),
    expires_at: time.nullable(),
    refresh_expires_at: time.nullable(),
    failures: z.int().min(0),
    next_try_at: time.nullable(),
    is_attempt_open: z.boolean().describe('something may have been sent whose outcome is not known'),
    frozen_at: time.nullable().describe('since when nothing is sent, because the database may be an old one or a copy'),
    last_used_at: time.nullable(),
    created_at: time,
  })
  .meta({ id: 'Connection' })
export type Connection = z.infer<typeof connection>

export const realmConnection = connection
  .extend({ server: z.string().describe('the slug of the OAuth server'), server_name: z.string() })
  .meta({ id: 'RealmConnection' })
export type RealmConnection = z.infer<typeof realmConnection>

const storedAnswer = z
  .object({
    id,
    state: z.enum(['pending', 'unreadable']),
    grant_type: z.string(),
    received_at: time,
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.string().describe('without tokens and secrets'),
  })
  .meta({ id: 'StoredAnswer' })

const exchange = z
  .object({
    id,
    at_ms: z.int().describe('milliseconds since 1970'),
    duration_ms: z.int(),
    grant_type: z.string(),
    result: z.enum(['ok', 'failed']),
    class: z.string().nullable().describe('what a failure means'),
    code: z.string().nullable(),
    description: z.string().nullable(),
    request: z
      .object({
        method: z.string(),
        url: z.string(),
        headers: z.record(z.string(), z.string()),
        body: z.string().nullable(),
      })
      .nullable()
      .describe('without secrets; null: none could be made'),
    answer: z
      .object({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.string() })
      .nullable()
      .describe('without tokens and secrets; null: none came'),
  })
  .meta({ id: 'ConnectionExchange' })
export type ConnectionExchange = z.output<typeof exchange>

const serverParams = z.strictObject({ realm: realmName, slug })
const params = serverParams.extend({ id })
const noun = { noun: 'connection', reach: 'realm', params, query: noQuery } as const
const root = '/realms/{realm}/oauth-servers/{slug}/connections'

const filters = {
  state: containing,
  reason: containing,
  subject: containing,
  username: containing,
  environment: containing,
  application: containing,
  scope: containing,
  expires_at: range,
  next_try_at: range,
  frozen_at: range,
  last_used_at: range,
  created_at: range,
}
const sortable = ['state', 'reason', 'username', 'expires_at', 'next_try_at', 'last_used_at', 'created_at'] as const

export const listConnections = operation({
  ...noun,
  id: 'connections.list',
  method: 'GET',
  path: root,
  summary: 'What people and applications hold at an OAuth server',
  right: 'read',
  params: serverParams,
  query: listQuery(filters, sortable),
  body: nothing,
  answer: page(connection),
  status: 200,
  refusals: [400, 404],
})

export const listRealmConnections = operation({
  ...noun,
  id: 'realm-connections.list',
  method: 'GET',
  path: '/realms/{realm}/connections',
  summary: 'What people and applications hold, at whichever OAuth server of the realm',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: listQuery(
    { ...filters, server: slug.describe('the one OAuth server with this slug').optional(), server_name: containing },
    [...sortable, 'server', 'server_name'],
  ),
  body: nothing,
  answer: page(realmConnection),
  status: 200,
  refusals: [400, 404],
})

export const readConnection = operation({
  ...noun,
  id: 'connections.read',
  method: 'GET',
  path: `${root}/{id}`,
  summary: 'Read a connection; tokens are never shown',
  right: 'read',
  body: nothing,
  answer: connection,
  status: 200,
  refusals: [400, 404],
})

export const disconnect = operation({
  ...noun,
  id: 'connections.disconnect',
  method: 'DELETE',
  path: `${root}/{id}`,
  summary: 'End a connection: its tokens are revoked at the provider where it takes that, and forgotten',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const refreshConnection = operation({
  ...noun,
  id: 'connections.refresh',
  method: 'POST',
  path: `${root}/{id}/refresh`,
  summary: 'Renew the token now; the answer says how the connection stands then',
  right: 'write',
  body: nothing,
  answer: connection,
  status: 200,
  refusals: [400, 404, 409],
})

export const listActivity = operation({
  ...noun,
  id: 'connections.activity',
  method: 'GET',
  path: `${root}/{id}/activity`,
  summary: 'What was asked of the provider for a connection, and what it answered: the last few, for a week',
  right: 'read',
  body: nothing,
  answer: page(exchange),
  status: 200,
  refusals: [400, 404],
})

export const listStoredAnswers = operation({
  ...noun,
  id: 'connections.answers',
  method: 'GET',
  path: `${root}/{id}/answers`,
  summary: 'Answers of the provider that were kept because no token was found in them',
  right: 'read',
  body: nothing,
  answer: page(storedAnswer),
  status: 200,
  refusals: [400, 404],
})

export const replayAnswer = operation({
  ...noun,
  id: 'connections.replay',
  method: 'POST',
  path: `${root}/{id}/replay`,
  summary: 'Read the newest stored answer again, with the settings and profile of now; nothing is sent',
  right: 'write',
  body: nothing,
  answer: connection,
  status: 200,
  refusals: [400, 404, 409],
})

export const releaseConnections = operation({
  ...noun,
  id: 'connections.release',
  method: 'POST',
  path: '/realms/{realm}/connections/release',
  summary: 'Let frozen connections go on: this database is the real one and up to date',
  right: 'write',
  params: z.strictObject({ realm: realmName }),
  body: z
    .strictObject({ ids: z.array(id).min(1).max(1000).optional().describe('left out: all of the realm') })
    .meta({ id: 'ConnectionsRelease', examples: [{}] }),
  answer: z.object({ released: z.int().min(0) }).meta({ id: 'ConnectionsReleased' }),
  status: 200,
  refusals: [400, 404],
})

export const connectionOperations = [
  listConnections,
  listRealmConnections,
  readConnection,
  disconnect,
  refreshConnection,
  listActivity,
  listStoredAnswers,
  replayAnswer,
  releaseConnections,
]
