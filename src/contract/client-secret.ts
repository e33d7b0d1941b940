import { z } from 'zod'
import { clientParams, typedSecret } from './client.ts'
import { id, text, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { page, wholeListQuery } from './page.ts'

export const clientSecret = z
  .object({
    id,
    kind: z.enum(['generated', 'typed', 'sealed']),
    label: z.string(),
    created_at: time,
    expires_at: time.nullable(),
    last_used_at: time.nullable(),
  })
  .meta({ id: 'ClientSecret' })

export const newClientSecret = clientSecret
  .extend({ client_secret: z.string().optional().describe('a generated secret, answered this once') })
  .meta({ id: 'ClientSecretCreated' })

export const clientSecretBody = z
  .strictObject({
    secret: typedSecret.optional().describe('left out: one is generated'),
    label: text(100).optional(),
    expires_at: time.optional(),
    overlap_seconds: z
      .int()
      .min(0)
      .max(7_776_000)
      .nullable()
      .optional()
      .describe('how long the secrets before it keep working; 0, the default: not at all; null: as long as they would'),
  })
  .meta({ id: 'ClientSecretCreate', examples: [{ label: 'spring rollover', overlap_seconds: 3600 }] })

const noun = { noun: 'client-secret', reach: 'realm', params: clientParams, query: noQuery } as const

export const listSecrets = operation({
  ...noun,
  id: 'client-secrets.list',
  method: 'GET',
  path: '/realms/{realm}/clients/{client_id}/secrets',
  summary: 'The secrets of a client, without their values',
  query: wholeListQuery,
  right: 'read',
  body: nothing,
  answer: page(clientSecret),
  status: 200,
  refusals: [400, 404],
})

export const createSecret = operation({
  ...noun,
  id: 'client-secrets.create',
  method: 'POST',
  path: '/realms/{realm}/clients/{client_id}/secrets',
  summary: 'Set a new secret; the ones before it end now, after the overlap, or as they would have',
  right: 'write',
  body: clientSecretBody,
  answer: newClientSecret,
  status: 201,
  refusals: [400, 404, 409],
})

export const deleteSecret = operation({
  ...noun,
  id: 'client-secrets.delete',
  method: 'DELETE',
  path: '/realms/{realm}/clients/{client_id}/secrets/{id}',
  summary: 'End a secret',
  params: clientParams.extend({ id }),
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409],
})

export const clientSecretOperations = [listSecrets, createSecret, deleteSecret]
