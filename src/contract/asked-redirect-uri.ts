import { z } from 'zod'
import { clientParams } from './client.ts'
import { id, time } from './field.ts'
import { noQuery, nothing, operation } from './operation.ts'
import { page, wholeListQuery } from './page.ts'

export const askedRedirectUri = z
  .object({
    id,
    redirect_uri: z.string(),
    host: z.string().describe('what has to be typed to approve it; of a private-use URI its scheme'),
    asked: z.int().min(1).describe('how often'),
    first_asked_at: time,
    last_asked_at: time,
    last_address: z.string().describe('the address of the last request'),
    is_punycode: z.boolean().describe('a browser may show the host in other letters than these'),
    looks_like: z.string().nullable().describe('a registered host of the client that could be mistaken for this one'),
    problem: z.string().nullable().describe('why it cannot be registered'),
  })
  .meta({ id: 'AskedRedirectUri' })

const noun = { noun: 'asked-redirect-uri', reach: 'realm', params: clientParams, query: noQuery } as const
const one = clientParams.extend({ id })

export const listAskedRedirectUris = operation({
  ...noun,
  id: 'asked-redirect-uris.list',
  method: 'GET',
  path: '/realms/{realm}/clients/{client_id}/asked-redirect-uris',
  summary: 'Unknown redirect URIs that requests named and that were refused; at most ten, the latest first',
  query: wholeListQuery,
  right: 'read',
  body: nothing,
  answer: page(askedRedirectUri),
  status: 200,
  refusals: [400, 404],
})

export const approveRedirectUri = operation({
  ...noun,
  id: 'asked-redirect-uris.approve',
  method: 'POST',
  path: '/realms/{realm}/clients/{client_id}/asked-redirect-uris/{id}/approve',
  summary: 'Register a redirect URI that was asked for',
  right: 'write',
  params: one,
  body: z
    .strictObject({ host: z.string().min(1).max(2048).describe('typed by whoever approves, as the list shows it') })
    .meta({ id: 'AskedRedirectUriApproval', examples: [{ host: 'app.example' }] }),
  answer: z.object({ redirect_uris: z.array(z.string()) }).meta({ id: 'ApprovedRedirectUris' }),
  status: 200,
  refusals: [400, 404, 409],
})

export const forgetRedirectUri = operation({
  ...noun,
  id: 'asked-redirect-uris.delete',
  method: 'DELETE',
  path: '/realms/{realm}/clients/{client_id}/asked-redirect-uris/{id}',
  summary: 'Forget a redirect URI that was asked for; it may be asked for again',
  right: 'write',
  params: one,
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404],
})

export const askedRedirectUriOperations = [listAskedRedirectUris, approveRedirectUri, forgetRedirectUri]
