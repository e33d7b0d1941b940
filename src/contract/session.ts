import { z } from 'zod'
import { id, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { page, wholeListQuery } from './page.ts'
import { userParams } from './user.ts'

export const session = z
  .object({
    id,
    auth_time: time,
    amr: z.array(z.string()).describe('how the user was recognised (RFC 8176)'),
    address: z.string(),
    user_agent: z.string(),
    created_at: time,
    last_seen_at: time,
    idle_expires_at: time,
    expires_at: time,
  })
  .meta({ id: 'Session' })

const noun = { noun: 'session', reach: 'realm', params: userParams, query: noQuery } as const

export const listSessions = operation({
  ...noun,
  id: 'sessions.list',
  method: 'GET',
  path: '/realms/{realm}/users/{id}/sessions',
  summary: 'Where a user is logged in',
  query: wholeListQuery,
  right: 'read',
  body: nothing,
  answer: page(session),
  status: 200,
  refusals: [400, 404],
})

export const endSessions = operation({
  ...noun,
  id: 'sessions.end-all',
  method: 'DELETE',
  path: '/realms/{realm}/users/{id}/sessions',
  summary: 'Log a user out everywhere; what does not outlive a session ends with it',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const endSession = operation({
  ...noun,
  id: 'sessions.end',
  method: 'DELETE',
  path: '/realms/{realm}/users/{id}/sessions/{session_id}',
  summary: 'End one session',
  params: userParams.extend({ session_id: id }),
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const sessionOperations = [listSessions, endSessions, endSession]
