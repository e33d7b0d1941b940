import { z } from 'zod'
import { id, realmName, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { page, wholeListQuery } from './page.ts'

export const signingKey = z
  .object({
    kid: id,
    alg: z.enum(['ES256', 'RS256']),
    state: z.enum(['next', 'current', 'retired']),
    created_at: time,
    active_at: time.describe('announced before, signing from here on'),
    retired_at: time.nullable().describe('no longer signing from here on'),
    removed_at: time.nullable().describe('no longer published from here on'),
    public_jwk: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'SigningKey' })
export type SigningKey = z.infer<typeof signingKey>

export const rotateBody = z
  .strictObject({
    emergency: z.boolean().optional().describe('the keys of now are lost: what they signed stops holding at once'),
  })
  .meta({ id: 'KeyRotation', examples: [{ emergency: false }] })

const noun = {
  noun: 'key',
  reach: 'realm',
  params: z.strictObject({ realm: realmName }),
  query: noQuery,
  answer: page(signingKey),
  status: 200,
} as const

export const listKeys = operation({
  ...noun,
  id: 'keys.list',
  method: 'GET',
  path: '/realms/{realm}/keys',
  summary: 'Signing keys: the next, the current and those retired whose tokens may still live',
  query: wholeListQuery,
  right: 'read',
  body: nothing,
  refusals: [400, 404],
})

export const rotateKeys = operation({
  ...noun,
  id: 'keys.rotate',
  method: 'POST',
  path: '/realms/{realm}/keys/rotate',
  summary: 'Bring the next keys into use now',
  right: 'write',
  body: rotateBody,
  refusals: [400, 404],
})

export const signingKeyOperations = [listKeys, rotateKeys]
