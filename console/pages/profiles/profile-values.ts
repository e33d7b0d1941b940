/** The fields of a profile's forms: what they are called, what they begin with, and the patch that they make. */
import { z } from 'zod'
import { removable } from '#contract/operation.ts'
import { type ProviderProfile, profileDocument } from '#contract/profile.ts'
import { profileFields } from '#contract/profile-rules.ts'
import type { Values } from '../../parts/form/contract-form.ts'

export const titles = {
  name: 'Name in the API',
  title: 'Title',
  openid: 'OpenID Connect',
  defaults: 'What it fills in',
  hosts: 'Hosts',
  scope: 'Scope',
  basic_credentials: 'Basic credentials',
  offline: 'Offline access',
  authorize: 'Authorize request',
  callback: 'Callback',
  token: 'Token request',
  refresh: 'Refresh request',
  revoke: 'Revocation request',
  answer: 'Answer',
  assertion_claims: 'Claims of assertions',
  id_token_issuer: 'Issuer of ID tokens',
  renew_with: 'Renew with',
  refresh_token: 'Refresh tokens',
  margin_seconds: 'Renew before the end',
  placement: 'Place of the token in calls',
  expired_statuses: 'Statuses that say expired',
} as const

type Field = keyof typeof titles

const { name: _, ...patched } = profileDocument.shape
/** Of the form that changes one: the name stays. */
export const changedFields: z.ZodObject = z.strictObject(removable({ ...patched, ...profileFields }))

export const emptyValues: Values = {
  ...Object.fromEntries(Object.keys(titles).map((field) => [field, null])),
  name: '',
  title: '',
  openid: false,
  defaults: {},
  hosts: [],
}

export function valuesOf(profile: ProviderProfile): Values {
  const said = Object.keys(titles).map((field) => [field, profile[field as Field] ?? emptyValues[field]])
  return Object.fromEntries(said)
}

/** What stands in the form, as a profile says it: nothing that is empty. */
export function documentOf(typed: Values): Values {
  const isNothing = (value: unknown) =>
    value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return Object.fromEntries(Object.entries(typed).filter(([, value]) => !isNothing(value)))
}

/** RFC 7396: members that are there no more go, at every depth. */
export function patchOf(typed: Values, stored: ProviderProfile): Values {
  const before = documentOf(valuesOf(stored))
  const { name: _name, ...patch } = differenceOf(before, documentOf({ ...typed, name: stored.name }))
  return patch
}

function differenceOf(before: Values, after: Values): Values {
  const gone = Object.keys(before).filter((name) => !(name in after))
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(before[name]) !== JSON.stringify(value),
  )
  return Object.fromEntries([
    ...gone.map((name) => [name, null] as const),
    ...changed.map(([name, value]) => {
      const old = before[name]
      return [name, isDocument(old) && isDocument(value) ? differenceOf(old, value) : value] as const
    }),
  ])
}

function isDocument(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
