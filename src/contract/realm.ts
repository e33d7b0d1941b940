import { z } from 'zod'
import { realmName, text, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'
import { link } from './uri.ts'

const day = 86_400
const year = 365 * day

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
}

export const realm = z
  .object({ name: realmName, ...writable, built_in: z.boolean(), created_at: time, updated_at: time })
  .meta({ id: 'Realm' })
export type Realm = z.infer<typeof realm>

export const realmBody = z.strictObject({ name: realmName, ...optional(writable) }).meta({
  id: 'RealmCreate',
  examples: [{ name: 'shop', display_name: 'The shop', token_validity: 3600 }],
})
export const realmPatch = z
  .strictObject(removable(writable))
  .meta({ id: 'RealmPatch', examples: [{ token_validity: 1800 }] })

export const realmParams = z.strictObject({ realm: realmName })

const noun = { noun: 'realm', reach: 'realm', params: realmParams, query: noQuery } as const

export const listRealms = operation({
  ...noun,
  id: 'realms.list',
  method: 'GET',
  path: '/realms',
  summary: 'The realms that the caller may read',
  reach: 'platform',
  right: 'read',
  params: noQuery,
  query: listQuery({ name: containing, display_name: containing, enabled: flag, created_at: range }, [
    'name',
    'display_name',
    'enabled',
    'token_validity',
    'created_at',
  ]),
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
  summary: 'Create a realm, with its keys, standard scopes and APIs',
  reach: 'platform',
  right: 'write',
  params: noQuery,
  body: realmBody,
  answer: realm,
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
  summary: 'Change a realm',
  right: 'write',
  body: realmPatch,
  answer: realm,
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
