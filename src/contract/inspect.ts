import { z } from 'zod'
import { realmName, time } from './field.ts'
import { noQuery, operation } from './operation.ts'

const check = z.object({ rule: z.string(), passed: z.boolean(), detail: z.string() }).meta({ id: 'TokenCheck' })
const members = z.record(z.string(), z.unknown()).nullable()

export const inspection = z
  .object({
    kind: z.enum(['access_token', 'id_token', 'refresh_token', 'authorization_code', 'other_jwt', 'unknown']),
    format: z.enum(['jwt', 'opaque']).nullable(),
    active: z.boolean().describe('every check passed'),
    checks: z.array(check).describe('in the order in which they were made'),
    reasons: z.array(check).describe('those that failed'),
    header: members.describe('of a JWT of this realm'),
    claims: members,
    client_id: z.string().nullable(),
    client_name: z.string().nullable(),
    user_id: z.string().nullable(),
    username: z.string().nullable(),
    grant_id: z.string().nullable(),
    scope: z.string().nullable(),
    expires_at: time.nullable(),
  })
  .meta({ id: 'TokenInspection' })

export const inspectBody = z
  .strictObject({ token: z.string().min(1).max(16_384).meta({ writeOnly: true }) })
  .meta({ id: 'TokenInspect', examples: [{ token: 'eyJhbGciOiJFUzI1NiJ9.e30.c2lnbmF0dXJl' }] })

export const inspectToken = operation({
  id: 'tokens.inspect',
  noun: 'token',
  method: 'POST',
  path: '/realms/{realm}/tokens/inspect',
  summary: 'What a token of this realm says, whether it holds, and why not; nothing of it is kept',
  reach: 'realm',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: noQuery,
  body: inspectBody,
  answer: inspection,
  status: 200,
  refusals: [400, 404],
})

export const inspectOperations = [inspectToken]
