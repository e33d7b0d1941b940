/**
 * What may be said of a provider, as data: how it is asked, leg by leg, how its answers are read, and how its tokens
 * live. No secret is in it: where a request carries one, the profile names its place.
 */
import { z } from 'zod'
import { scopeList, text } from './field.ts'
import { endpoint } from './oauth-server-fields.ts'

const line = z
  .string()
  .max(1024)
  .regex(/^[^\p{Cc}]*$/u, 'must not hold control characters')
const template = line.describe('text with places in braces, {client_id} or {kept.name}')
const name = text(128)
const path = z
  .string()
  .max(256)
  .regex(/^[^\s.]+(?:\.[^\s.]+)*$/, 'must be names and list positions with dots between, like data.token')
const paths = z.array(path).min(1).max(10)
const seconds = z.int().min(0).max(3_153_600_000)

const value = z
  .union([
    template,
    z.strictObject({
      sha256: template,
      key: template.exactOptional(),
      encoding: z.enum(['hex', 'base64', 'base64url']).exactOptional(),
    }),
    z.strictObject({ first: z.int().min(1).max(1024), of: template }),
    z.strictObject({ basic: z.tuple([template, template]) }),
  ])
  .meta({ id: 'ProfileValue' })

function map<V extends z.ZodType>(of: V) {
  return z.record(name, of).refine((members) => Object.keys(members).length <= 50, 'must not have more than 50 members')
}

/** Set by the request itself, or by what carries it. */
const carried = /^(?:host|content-length|connection|keep-alive|te|trailer|transfer-encoding|upgrade|expect|cookie)$/i
const header = z
  .string()
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$/, 'must be the name of a header')
  .refine((typed) => !carried.test(typed), 'is set by the request itself')
const headers = z
  .record(header, value)
  .refine((members) => Object.keys(members).length <= 20, 'must not have more than 20 members')

const shaped = {
  url: template.describe('in place of the endpoint; leads to its origin or to one of hosts').exactOptional(),
  add: map(value).describe('parameters beside the standard ones, or in their place').exactOptional(),
  rename: map(name).describe('standard name: the provider’s').exactOptional(),
  drop: z.array(name).max(50).describe('standard names that are not sent').exactOptional(),
}

const request = z.strictObject({
  method: z.enum(['GET', 'POST']).exactOptional(),
  placement: z.enum(['form', 'json', 'query']).describe('where the parameters stand; form by default').exactOptional(),
  ...shaped,
  headers: headers.exactOptional(),
})
const revocation = request.extend({ method: z.enum(['GET', 'POST', 'DELETE']).exactOptional() })

const sources = [
  'seconds',
  'milliseconds',
  'unix_seconds',
  'unix_milliseconds',
  'date',
  'clock',
  'jwt',
  'introspection',
] as const

const answer = z.strictObject({
  format: z.enum(['json', 'form', 'xml']).describe('found out from the body by default').exactOptional(),
  root: path.describe('all fields start here').exactOptional(),
  fields: z
    .strictObject({
      access_token: paths.exactOptional(),
      token_type: paths.exactOptional(),
      expires: paths.exactOptional(),
      refresh_token: paths.exactOptional(),
      refresh_expires: paths.exactOptional(),
      scope: paths.exactOptional(),
      id_token: paths.exactOptional(),
    })
    .describe('where each stands; the first path that is there counts')
    .exactOptional(),
  statuses: z
    .array(z.int().min(100).max(599))
    .max(20)
    .describe('that may hold tokens, beside 200 to 299')
    .exactOptional(),
  success: z
    .strictObject({ path, equals: z.array(line).min(1).max(20) })
    .describe('of answers that say 200 to everything')
    .exactOptional(),
  error: z.strictObject({ code: paths, description: paths.exactOptional() }).exactOptional(),
  aliases: map(name).describe('the provider’s error code: the standard’s, or a class').exactOptional(),
  expiry: z
    .strictObject({
      source: z.enum(sources),
      default_seconds: seconds.exactOptional(),
      refresh_source: z.enum(sources).exactOptional(),
      zero_is_never: z.boolean().exactOptional(),
    })
    .exactOptional(),
  token_type: z.enum(['bearer', 'as_given']).exactOptional(),
  keep: map(path).describe('our name: path of a value for later URLs and calls').exactOptional(),
})

const addressDefault = z
  .string()
  .max(2048)
  .refine(
    (url) => endpoint.safeParse(url.replaceAll(/\{\w+\}/g, 'x')).success,
    'must be an absolute http or https URL; {names} of variables may stand in it',
  )

const defaults = z.strictObject({
  issuer: addressDefault.exactOptional(),
  authorization_endpoint: addressDefault.exactOptional(),
  token_endpoint: addressDefault.exactOptional(),
  revocation_endpoint: addressDefault.exactOptional(),
  introspection_endpoint: addressDefault.exactOptional(),
  userinfo_endpoint: addressDefault.exactOptional(),
  base_url: addressDefault.exactOptional(),
  authentication_method: z
    .enum(['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'])
    .exactOptional(),
  basic_encoding: z.enum(['strict', 'loose']).exactOptional(),
  scope: scopeList.exactOptional(),
  pkce: z.boolean().exactOptional(),
  request_refresh_token: z.boolean().exactOptional(),
  variables: z
    .record(
      z.string().regex(/^\w{1,63}$/, 'must be letters, digits and _'),
      z.strictObject({
        label: text(100),
        default: z
          .string()
          .max(255)
          .regex(/^[\w.-]+$/)
          .exactOptional(),
      }),
    )
    .describe('{name} in an address, asked for by its label')
    .exactOptional(),
})

const host = z
  .string()
  .max(253)
  .regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host in lower case, like accounts.example or *.example')

/** Each may be left out: the specification's way counts then. */
export const profileRules = {
  hosts: z.array(host).max(50).describe('where URLs of the rules may lead beside the endpoint’s own origin; https'),
  scope: z.strictObject({
    parameter: name.exactOptional(),
    separator: line.min(1).max(8).exactOptional(),
    answer_separator: line.min(1).max(8).exactOptional(),
    resend: z
      .array(z.enum(['token', 'refresh']))
      .max(2)
      .exactOptional(),
  }),
  basic_credentials: z.tuple([template, template]).describe('user and password, in place of client ID and secret'),
  offline: z
    .strictObject({ scope: scopeList.exactOptional(), parameters: map(line).exactOptional() })
    .describe('how a refresh token is asked for'),
  authorize: z.strictObject(shaped),
  callback: z.strictObject({
    code: name
      .nullable()
      .describe('the parameter that holds the code; null: consent alone is the answer')
      .exactOptional(),
    keep: map(name).exactOptional(),
  }),
  token: request,
  refresh: request.describe('as token, where it is left out'),
  revoke: revocation,
  answer,
  assertion_claims: map(template),
  id_token_issuer: template,
  renew_with: z.enum(['refresh_token', 'access_token', 'client']),
  refresh_token: z.strictObject({
    rotation: z.enum(['none', 'rotates', 'unknown']).exactOptional(),
    reuse_grace_seconds: seconds.exactOptional(),
    reuse_ends_grant: z.boolean().exactOptional(),
    idle_seconds: seconds.exactOptional(),
    absolute_seconds: seconds.exactOptional(),
    keep: z.enum(['newest', 'first']).exactOptional(),
  }),
  margin_seconds: z.int().min(0).max(86_400),
  placement: z.union([
    z.strictObject({ in: z.literal('header'), name: header, prefix: line.exactOptional() }),
    z.strictObject({ in: z.literal('query'), name }),
  ]),
  expired_statuses: z.array(z.int().min(400).max(599)).min(1).max(20),
}

/** What a profile says beside its name and title. */
export const profileFields = { openid: z.boolean(), defaults, ...profileRules }
