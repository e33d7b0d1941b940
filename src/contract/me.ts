import { z } from 'zod'
import { id, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'

export const me = z
  .object({
    kind: z.enum(['user', 'client']),
    id,
    name: z.string(),
    roles: z.array(z.string()).describe('as they are now'),
    csrf_token: z.string().nullable().describe('for x-csrf-token; null where the caller came with a bearer token'),
    expires_at: time.nullable().describe('when the session or the token ends if nothing is done'),
    realms: z.array(z.string()).describe('the realms that the caller may see'),
  })
  .meta({ id: 'Me' })
export type Me = z.infer<typeof me>

export const readMe = operation({
  id: 'me.read',
  noun: 'me',
  method: 'GET',
  path: '/me',
  summary: 'Who is calling, and what they may see',
  reach: 'platform',
  right: 'read',
  params: z.strictObject({}),
  query: noQuery,
  body: nothing,
  answer: me,
  status: 200,
  refusals: [400],
})

export const meOperations = [readMe]
