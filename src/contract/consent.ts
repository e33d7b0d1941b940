import { z } from 'zod'
import { id, realmName, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { containing, listQuery, page, range } from './page.ts'
import { userParams } from './user.ts'

export const consent = z
  .object({
    user_id: id,
    username: z.string(),
    client_id: z.string(),
    client_name: z.string(),
    scope: z.string().describe('what the user need not be asked for again'),
    created_at: time,
    updated_at: time,
  })
  .meta({ id: 'Consent' })

const realmParams = z.strictObject({ realm: realmName })
const read = {
  noun: 'consent',
  reach: 'realm',
  method: 'GET',
  right: 'read',
  body: nothing,
  answer: page(consent),
  status: 200,
  refusals: [400, 404],
} as const

const filters = {
  username: containing,
  client_id: containing,
  client_name: containing,
  scope: containing,
  created_at: range,
  updated_at: range,
}
const query = listQuery(filters, ['username', 'client_id', 'created_at', 'updated_at'])

export const listConsents = operation({
  ...read,
  id: 'consents.list',
  path: '/realms/{realm}/consents',
  summary: 'What users have agreed to',
  params: realmParams,
  query,
})

export const listUserConsents = operation({
  ...read,
  id: 'user-consents.list',
  path: '/realms/{realm}/users/{id}/consents',
  summary: 'What a user has agreed to',
  params: userParams,
  query,
})

export const withdrawConsent = operation({
  id: 'consents.withdraw',
  noun: 'consent',
  method: 'DELETE',
  path: '/realms/{realm}/consents/{user_id}/{client_id}',
  summary:
    'Withdraw what a user has agreed to for a client; every token that came of it ends, and the user is asked again',
  reach: 'realm',
  right: 'write',
  params: realmParams.extend({ user_id: id, client_id: z.string().min(1).max(255) }),
  query: noQuery,
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const consentOperations = [listConsents, listUserConsents, withdrawConsent]
