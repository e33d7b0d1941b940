import { z } from 'zod'
import { time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { userParams } from './user.ts'

export const loginFailures = z
  .object({
    failures: z.int().min(0).describe('counted since first_at; the first ones cost nothing'),
    first_at: time.nullable(),
    last_at: time.nullable(),
    retry_at: time
      .nullable()
      .describe('before that every login has to wait, with the right password too; null: none has to'),
  })
  .meta({ id: 'LoginFailures' })

const noun = { noun: 'login-failures', reach: 'realm', params: userParams, query: noQuery } as const

export const readLoginFailures = operation({
  ...noun,
  id: 'login-failures.read',
  method: 'GET',
  path: '/realms/{realm}/users/{id}/login-failures',
  summary: 'Whether failed logins make a user wait',
  right: 'read',
  body: nothing,
  answer: loginFailures,
  status: 200,
  refusals: [400, 404],
})

export const releaseLogin = operation({
  ...noun,
  id: 'login-failures.release',
  method: 'DELETE',
  path: '/realms/{realm}/users/{id}/login-failures',
  summary: 'Forget the failed logins of a user; what is counted at addresses stays',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const loginFailureOperations = [readLoginFailures, releaseLogin]
