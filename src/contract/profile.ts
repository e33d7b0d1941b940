/** Provider profiles: those that come with Sallyport, and those of a realm's own. */
import { z } from 'zod'
import { realmName, text, time } from './field.ts'
import { noQuery, nothing, operation, optional } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'
import { profileFields, profileRules } from './profile-rules.ts'

export const profileName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -, and not begin with _ or -')
  .meta({ examples: ['acme_crm'] })

const writable = { name: profileName, title: text(100), ...profileFields }
const { name, title, ...rest } = writable

const request = z.object({
  leg: z.enum(['authorize', 'token', 'refresh', 'revoke']),
  method: z.string(),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: z.string().nullable(),
  problem: z.string().nullable().describe('why it cannot be made; null: it can'),
})
export type PreviewedRequest = z.output<typeof request>
const requests = z.array(request).describe('what it makes of an invented client’s settings: to look at')

export const profile = z
  .object({
    name: z.string(),
    title: z.string(),
    shipped: z.boolean().describe('it comes with Sallyport, and is changed by a copy'),
    openid: z.boolean().describe('speaks OpenID Connect'),
    defaults: profileFields.defaults.describe(
      'fills the form of a new server; {name} in a URL is one of its variables',
    ),
    ...optional(profileRules),
    requests,
    created_at: time.nullable(),
    updated_at: time.nullable(),
  })
  .meta({ id: 'ProviderProfile' })
export type ProviderProfile = z.output<typeof profile>

/** The whole of what one says. */
export const profileDocument = z.strictObject({ name, title, ...optional(rest) })
export type ProfileDocument = z.output<typeof profileDocument>

const realmParams = z.strictObject({ realm: realmName })
const params = z.strictObject({ realm: realmName, name: profileName })
const noun = { noun: 'profile', reach: 'realm', params, query: noQuery } as const

export const listProfiles = operation({
  ...noun,
  id: 'profiles.list',
  method: 'GET',
  path: '/realms/{realm}/profiles',
  summary: 'What is known of providers, and may be named by an OAuth server',
  right: 'read',
  params: realmParams,
  query: listQuery(
    { name: containing, title: containing, shipped: flag, openid: flag, created_at: range, updated_at: range },
    ['name', 'title', 'created_at', 'updated_at'],
  ),
  body: nothing,
  answer: page(profile),
  status: 200,
  refusals: [400, 404],
})

const examples = [
  {
    name: 'acme',
    title: 'Acme',
    defaults: { token_endpoint: 'https://login.acme.example/token', authentication_method: 'client_secret_basic' },
    token: { placement: 'json', rename: { client_id: 'app_id' } },
    answer: { root: 'data', expiry: { source: 'milliseconds' } },
  },
]

export const createProfile = operation({
  ...noun,
  id: 'profiles.create',
  method: 'POST',
  path: '/realms/{realm}/profiles',
  summary: 'Say how a provider is asked and how its answers are read',
  right: 'write',
  params: realmParams,
  body: profileDocument.meta({ id: 'ProviderProfileCreate', examples }),
  answer: profile,
  status: 201,
  refusals: [400, 404, 409],
})

export const previewProfile = operation({
  ...noun,
  id: 'profiles.preview',
  method: 'POST',
  path: '/realms/{realm}/profiles/preview',
  summary: 'The requests that a profile would make; nothing is saved or sent',
  right: 'write',
  params: realmParams,
  body: profileDocument.meta({ id: 'ProviderProfilePreview', examples }),
  answer: z.object({ requests }).meta({ id: 'PreviewedProfile' }),
  status: 200,
  refusals: [400, 404],
})

export const readProfile = operation({
  ...noun,
  id: 'profiles.read',
  method: 'GET',
  path: '/realms/{realm}/profiles/{name}',
  summary: 'Read a provider profile',
  right: 'read',
  body: nothing,
  answer: profile,
  status: 200,
  refusals: [400, 404],
})

const patch = z.strictObject({
  title: title.optional(),
  openid: z.boolean().nullable().optional(),
  ...Object.fromEntries(
    Object.entries({ defaults: rest.defaults, ...profileRules }).map(([field, schema]) => [
      field,
      z
        .json()
        .optional()
        .describe(schema.description ?? 'as in a new profile'),
    ]),
  ),
})

export const updateProfile = operation({
  ...noun,
  id: 'profiles.update',
  method: 'PATCH',
  path: '/realms/{realm}/profiles/{name}',
  summary: 'Change a profile of the realm’s own; the servers that name it go on with it',
  right: 'write',
  body: patch.meta({ id: 'ProviderProfilePatch', examples: [{ answer: { root: 'data' } }, { token: null }] }),
  answer: profile,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteProfile = operation({
  ...noun,
  id: 'profiles.delete',
  method: 'DELETE',
  path: '/realms/{realm}/profiles/{name}',
  summary: 'Delete a profile of the realm’s own that no OAuth server names',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const profileOperations = [
  listProfiles,
  createProfile,
  previewProfile,
  readProfile,
  updateProfile,
  deleteProfile,
]
