import { z } from 'zod'
import { realmName } from './field.ts'
import { legs } from './oauth-server-fields.ts'
import { nothing, operation } from './operation.ts'
import { page, wholeListQuery } from './page.ts'

const profile = z
  .object({
    name: z.string(),
    title: z.string(),
    openid: z.boolean().describe('speaks OpenID Connect'),
    requests: z
      .array(
        z.object({
          leg: z.enum(legs),
          method: z.string(),
          url: z.string(),
          headers: z.record(z.string(), z.string()),
          body: z.string().nullable(),
        }),
      )
      .describe('what it makes of an invented client’s settings: to look at'),
    defaults: z.json().describe('fills the form of a new server; {name} in a URL is one of its variables'),
  })
  .meta({ id: 'ProviderProfile' })

export const listProfiles = operation({
  id: 'profiles.list',
  noun: 'profile',
  reach: 'realm',
  method: 'GET',
  path: '/realms/{realm}/profiles',
  summary: 'What is known of providers, and may be named by an OAuth server',
  right: 'read',
  params: z.strictObject({ realm: realmName }),
  query: wholeListQuery,
  body: nothing,
  answer: page(profile),
  status: 200,
  refusals: [400, 404],
})

export const profileOperations = [listProfiles]
