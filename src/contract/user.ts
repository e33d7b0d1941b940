import { z } from 'zod'
import { description, id, isSegment, realmName, roleName, text, time } from './field.ts'
import { noQuery, nothing, operation, optional, removable } from './operation.ts'
import { containing, flag, listQuery, page, range } from './page.ts'

const email = z
  .string()
  .max(254)
  .regex(/^[^\s\p{Cc}@]+@[^\s\p{Cc}@]+$/u, 'must be an e-mail address')
  .refine((address) => address.isWellFormed(), 'must be well-formed Unicode')

/** OpenID Connect Core §5.1.1. */
const addressFields = {
  formatted: description.max(500),
  street_address: text(200),
  locality: text(100),
  region: text(100),
  postal_code: text(20),
  country: text(100),
}

const password = z
  .string()
  .min(8)
  .max(1024)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
  .refine((secret) => secret.isWellFormed(), 'must be well-formed Unicode')

const writable = {
  name: text(200).nullable(),
  given_name: text(100).nullable(),
  family_name: text(100).nullable(),
  email: email.nullable(),
  email_verified: z.boolean(),
  phone_number: z
    .string()
    .regex(/^\+?[0-9 ().-]{3,31}$/, 'must be a telephone number, best in the form of E.164')
    .nullable(),
  address: z.strictObject(optional(addressFields)).nullable(),
  locale: z
    .string()
    .max(35)
    .regex(/^[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*$/, 'must be a BCP 47 language tag')
    .nullable(),
  enabled: z.boolean(),
  must_change_password: z.boolean(),
  roles: z
    .array(roleName)
    .max(100)
    .refine((list) => new Set(list).size === list.length, 'must not name one twice'),
}

const username = text(255).refine(isSegment, 'must not be . or ..')

export const user = z.object({ id, username, ...writable, created_at: time, updated_at: time }).meta({ id: 'User' })
export type User = z.infer<typeof user>

export const userBody = z
  .strictObject({
    username,
    ...optional(writable),
    password: password.optional().describe('write-only; final unless must_change_password is set with it'),
  })
  .meta({
    id: 'UserCreate',
    examples: [{ username: 'ada', name: 'Ada Lovelace', email: 'ada@shop.example', roles: ['editor'] }],
  })
export type UserBody = z.infer<typeof userBody>

const addressPatch = z.strictObject(removable(addressFields)).nullable().optional()

export const userPatch = z
  .strictObject({
    username: username.optional(),
    ...removable(writable),
    address: addressPatch,
    password: password.optional(),
  })
  .meta({ id: 'UserPatch', examples: [{ enabled: false }, { address: { locality: 'Turin' } }] })
export type UserPatch = z.infer<typeof userPatch>

/** A whole user before the defaults: a merge patch is judged by this after it was merged. */
export const userDocument = z.strictObject({ username, ...optional(writable) })
export type UserDocument = z.infer<typeof userDocument>

export const userParams = z.strictObject({ realm: realmName, id })
const realmParams = z.strictObject({ realm: realmName })

const noun = { noun: 'user', reach: 'realm', params: userParams, query: noQuery } as const

const filters = {
  username: containing,
  name: containing,
  given_name: containing,
  family_name: containing,
  email: containing,
  enabled: flag,
  email_verified: flag,
  created_at: range,
  updated_at: range,
}

export const listUsers = operation({
  ...noun,
  id: 'users.list',
  method: 'GET',
  path: '/realms/{realm}/users',
  summary: 'Users; search looks into username, name and email',
  right: 'read',
  params: realmParams,
  query: listQuery(filters, [
    'username',
    'name',
    'given_name',
    'family_name',
    'email',
    'enabled',
    'created_at',
    'updated_at',
  ]),
  body: nothing,
  answer: page(user),
  status: 200,
  refusals: [400, 404],
})

export const createUser = operation({
  ...noun,
  id: 'users.create',
  method: 'POST',
  path: '/realms/{realm}/users',
  summary: 'Create a user',
  right: 'write',
  params: realmParams,
  body: userBody,
  answer: user,
  status: 201,
  refusals: [400, 404, 409],
})

export const readUser = operation({
  ...noun,
  id: 'users.read',
  method: 'GET',
  path: '/realms/{realm}/users/{id}',
  summary: 'Read a user',
  right: 'read',
  body: nothing,
  answer: user,
  status: 200,
  refusals: [400, 404],
})

export const updateUser = operation({
  ...noun,
  id: 'users.update',
  method: 'PATCH',
  path: '/realms/{realm}/users/{id}',
  summary: 'Change a user; a new password ends the sessions and tokens that the old one began',
  right: 'write',
  body: userPatch,
  answer: user,
  status: 200,
  refusals: [400, 404, 409, 412],
})

export const deleteUser = operation({
  ...noun,
  id: 'users.delete',
  method: 'DELETE',
  path: '/realms/{realm}/users/{id}',
  summary: 'Delete a user; sessions and tokens are dead at once',
  right: 'write',
  body: nothing,
  answer: nothing,
  status: 204,
  refusals: [400, 404, 409, 412],
})

export const userOperations = [listUsers, createUser, readUser, updateUser, deleteUser]
