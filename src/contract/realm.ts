import { z } from 'zod'
import { realmName, text, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'
import { link } from './uri.ts'

const day = 86_400
const year = 365 * day

export const facades = ['appmill', 'spring', 'onesait'] as const

/** A realm's KEY, typed; a generated one has 256 bits. */
const typedKey = z
  .string()
  .min(24)
  .max(256)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
  .refine((key) => key.isWellFormed(), 'must be well-formed Unicode')

const writable = {
  display_name: text(200),
  enabled: z.boolean(),
  token_validity: z.int().min(60).max(year).describe('seconds that an access token lives where its client inherits'),
  colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i, 'must be #rrggbb')
    .nullable(),
  logo_uri: link.nullable(),
  refresh_idle_seconds: z.int().min(60).max(year),
  refresh_absolute_seconds: z
    .int()
    .min(60)
    .max(10 * year),
  refresh_replay_seconds: z
    .int()
    .min(0)
    .max(60)
    .describe('how long a lost refresh answer may be fetched again; 0: never'),
  session_idle_seconds: z.int().min(60).max(year),
  session_absolute_seconds: z.int().min(60).max(year),
  id_token_seconds: z.int().min(60).max(day),
  allow_password_grant: z
    .boolean()
    .describe('lets clients of that grant type exchange a username and password for tokens (RFC 9700 advises against)'),
  facades: z
    .array(z.enum(facades))
    .max(facades.length)
    .refine((list) => new Set(list).size === list.length, 'must not name one twice')
    .describe('older shapes that are answered for this realm; each belongs to one realm at a time'),
  strict_reauthorization: z
    .boolean()
    .describe('every change of an OAuth server’s settings asks for a new authorization of its connections'),
}

const key = typedKey
  .nullable()
  .describe('the secret of the built-in client that is named like the realm; null generates one')

export const realm = z
  .object({ name: realmName, ...writable, built_in: z.boolean(), created_at: time, updated_at: time })
  .meta({ id: 'Realm' })
export type Realm = z.infer<typeof realm>

export const realmWithKey = realm
  .extend({ key: z.string().optional().describe('the KEY that was just set, answered this once') })
  .meta({ id: 'RealmWithKey' })

export const realmBody = z.strictObject({ name: realmName, ...optional(writable), key: key.optional() }).meta({
  id: 'RealmCreate',
  examples: [{ name: 'shop', display_name: 'The shop', token_validity: 3600 }],
})
export const realmPatch = z
  .strictObject({ ...removable(writable), key: key.optional() })
  .meta({ id: 'RealmPatch', examples: [{ token_validity: 1800 }] })

export const realmParams = z.strictObject({ realm: realmName })

const noun = { noun: 'realm', reach: 'realm', params: realmParams, query: noQuery } as const

const filters = {
  name: containing,
  display_name: containing,
  enabled: flag,
  token_validity: range,
  created_at: range,
  updated_at: range,
}

export const listRealms = operation({
  ...noun,
  id: 'realms.list',
  method: 'GET',
  path: '/realms',
  summary: 'The realms that the caller may read',
  reach: 'platform',
  right: 'read',
  params: noQuery,
  query: listQuery(filters, ['name', 'display_name', 'enabled', 'token_validity', 'created_at', 'updated_at']),
  body: nothing,
  answer: page(realm),
  status: 200,
  refusals: [400],
})

export const createRealm = operation({
  ...noun,
  id: 'realms.create',
  method: 'POST',
  path: '/realms',
  summary: 'Create a realm, with its signing keys, standard scopes and APIs, and its KEY, answered this once',
  reach: 'platform',
  right: 'write',
  params: noQuery,
  body: realmBody,
  answer: realmWithKey,
  status: 201,
  refusals: [400, 409],
})

export const readRealm = operation({
  ...noun,
  id: 'realms.read',
  method: 'GET',
  path: '/realms/{realm}',
  summary: 'Read a realm',
  right: 'read',
  body: nothing,
  answer: realm,
  status: 200,
  refusals: [400, 404],
})

export const updateRealm = operation({
  ...noun,
  id: 'realms.update',
  method: 'PATCH',
  path: '/realms/{realm}',
  summary: 'Change a realm; a KEY that is set is in the answer, this once',
  right: 'write',
  body: realmPatch,
  answer: realmWithKey,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteRealm = operation({
  ...noun,
  id: 'realms.delete',
  method: 'DELETE',
  path: '/realms/{realm}',
  summary: 'Delete a realm; all its tokens die, its name is never given out again',
  reach: 'platform',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const realmOperations = [listRealms, createRealm, readRealm, updateRealm, deleteRealm]
