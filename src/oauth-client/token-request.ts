/**
 * A token request before it is sent: the specification's parameters, then what the profile changes, then what the
 * administrator added. Pure but for the clock and the randomness of assertions; nothing is sent here.
 */
import type { EgressRequest } from '#http/egress.ts'
import { signAssertion } from './assertion.ts'
import { authenticate, type Credentials } from './authenticate.ts'
import type { RequestRules } from './profile.ts'
import type { GrantRequest, Leg, Parameter, ServerSettings } from './settings.ts'
import { fillUrl, fillValue, type Places, placesOf, UnusableSettings } from './template.ts'

export interface HttpRequest {
  readonly url: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly clientCertificate?: NonNullable<EgressRequest['clientCertificate']>
}

type Parameters = Map<string, string>

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

/** `now`: Unix milliseconds. Throws `UnusableSettings`. */
export function tokenRequest(settings: ServerSettings, grant: GrantRequest, now: number): HttpRequest {
  const { profile } = settings
  const leg: Leg = grant.type === 'refresh_token' ? 'refresh' : 'token'
  const rules = (leg === 'refresh' ? (profile.refresh ?? profile.token) : profile.token) ?? {}
  const places = placesOf(settings, grant, now)
  const endpoint = (leg === 'refresh' ? settings.refresh_endpoint : null) ?? settings.token_endpoint
  const parameters: Parameters = new Map(grantParameters(settings, grant, places, now))
  const scope = scopeOf(settings, grant.type)
  if (scope !== '') parameters.set('scope', scope)
  const credentials = signsItself(settings, grant) ? NO_CREDENTIALS : authenticate(settings, places, now)
  for (const [name, value] of credentials.parameters) parameters.set(name, value)
  return assemble(settings, { leg, rules, places, endpoint, parameters, credentials })
}

const NO_CREDENTIALS: Credentials = { parameters: [], headers: {} }

/** The assertion of this grant is signed with the client's own key: it says who we are. */
function signsItself({ assertion, authentication }: ServerSettings, grant: GrantRequest): boolean {
  return grant.type === 'jwt_bearer' && !assertion && 'claims' in authentication
}

function grantParameters(
  settings: ServerSettings,
  grant: GrantRequest,
  places: Places,
  now: number,
): [string, string][] {
  switch (grant.type) {
    case 'client_credentials':
      return [['grant_type', 'client_credentials']]
    case 'authorization_code': {
      const { code, redirect_uri, code_verifier } = grant
      const proof: [string, string][] = code_verifier === undefined ? [] : [['code_verifier', code_verifier]]
      return [['grant_type', 'authorization_code'], ['code', code], ['redirect_uri', redirect_uri], ...proof]
    }
    case 'refresh_token':
      if (settings.profile.renew_with === 'access_token') return []
      return [
        ['grant_type', 'refresh_token'],
        ['refresh_token', grant.refresh_token],
      ]
    case 'password':
      return [
        ['grant_type', 'password'],
        ['username', grant.username],
        ['password', grant.password],
      ]
    case 'jwt_bearer':
      break
  }
  return [
    ['grant_type', JWT_BEARER],
    ['assertion', grantAssertion(settings, places, now)],
  ]
}

function grantAssertion(settings: ServerSettings, places: Places, now: number): string {
  const by = settings.assertion ?? settings.authentication
  if ('claims' in by) return signAssertion(settings, by, places, now)
  throw new UnusableSettings('the grant type JWT bearer needs a key that signs the assertion')
}

/** In the provider's spelling; empty where the leg names none. */
function scopeOf({ scope, include_scope, profile }: ServerSettings, grant: GrantRequest['type']): string {
  const resent = profile.scope?.resend ?? []
  const isNamed =
    grant === 'authorization_code'
      ? resent.includes('token')
      : grant === 'refresh_token'
        ? resent.includes('refresh')
        : include_scope
  return isNamed ? separated(scope, profile.scope?.separator) : ''
}

/** The scopes of a space-delimited text, joined as the provider wants them. */
export function separated(scope: string, separator = ' '): string {
  return scope.split(/\s+/).filter(Boolean).join(separator)
}

interface Parts {
  readonly leg: Leg | 'other'
  readonly rules: RequestRules
  readonly places: Places
  readonly endpoint: string
  readonly parameters: Parameters
  readonly credentials: Credentials
}

/** One request to an endpoint of the server, as the profile's rules for that leg shape it. */
export function assemble(settings: ServerSettings, parts: Parts): HttpRequest {
  const { leg, rules, places, endpoint, credentials } = parts
  const { profile } = settings
  const method = rules.method ?? 'POST'
  const placement = method === 'GET' ? 'query' : (rules.placement ?? 'form')
  const standard = reshaped(parts.parameters, rules, places, profile.scope?.parameter)
  const parameters = withOwn(standard, forLeg(settings.post_parameters, leg))
  const url = rules.url === undefined ? endpoint : fillUrl(rules.url, places, endpoint, profile.hosts ?? [])
  const query = forLeg(settings.query_parameters, leg).map(({ name, value }): [string, string] => [name, value])
  const body = bodyOf(parameters, placement)
  const known = new Map([...places, ['body', body ?? '']])
  const own = Object.entries(rules.headers ?? {}).map(([name, value]) => [name.toLowerCase(), fillValue(value, known)])
  return {
    url: withQuery(url, placement === 'query' ? [...parameters, ...query] : query),
    method,
    headers: {
      accept: 'application/json',
      ...(placement === 'form' && { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(placement === 'json' && { 'content-type': 'application/json' }),
      ...credentials.headers,
      ...(Object.fromEntries(own) as Record<string, string>),
    },
    ...(body !== undefined && { body }),
    ...(credentials.clientCertificate && { clientCertificate: credentials.clientCertificate }),
  }
}

/** The administrator's own come in place of what has their names, and may repeat theirs (RFC 8707 §2). */
export function withOwn(standard: ReadonlyMap<string, string>, own: readonly Parameter[]): [string, string][] {
  const kept = [...standard].filter(([name]) => !own.some((parameter) => parameter.name === name))
  return [...kept, ...own.map(({ name, value }): [string, string] => [name, value])]
}

function bodyOf(parameters: readonly [string, string][], placement: 'form' | 'json' | 'query'): string | undefined {
  if (placement === 'query') return undefined
  if (placement === 'form') return new URLSearchParams([...parameters]).toString()
  const members = Map.groupBy(parameters, ([name]) => name)
  return JSON.stringify(
    Object.fromEntries(
      [...members].map(([name, list]) => [name, list.length === 1 ? list[0]?.[1] : list.map(([, value]) => value)]),
    ),
  )
}

/** What a profile makes of the specification's parameters: added to, taken away, called otherwise. */
export function reshaped(
  standard: ReadonlyMap<string, string>,
  rules: Pick<RequestRules, 'add' | 'drop' | 'rename'>,
  places: Places,
  scopeParameter = 'scope',
): Parameters {
  const all = new Map(standard)
  for (const [name, value] of Object.entries(rules.add ?? {})) all.set(name, fillValue(value, places))
  for (const name of rules.drop ?? []) all.delete(name)
  const names = new Map([['scope', scopeParameter], ...Object.entries(rules.rename ?? {})])
  return new Map([...all].map(([name, value]) => [names.get(name) ?? name, value]))
}

/** What goes with a leg. The authorization request is read by a browser: a secret goes there only when told to. */
export function forLeg(parameters: readonly Parameter[], leg: Leg | 'other'): readonly Parameter[] {
  return parameters.filter((parameter) =>
    parameter.leg === undefined ? leg !== 'authorize' || parameter.secret !== true : parameter.leg === leg,
  )
}

/** What the URL says already stays; names that it says are said again in our words only. */
export function withQuery(text: string, parameters: readonly (readonly [string, string])[]): string {
  if (parameters.length === 0) return text
  const url = URL.parse(text)
  if (url === null) throw new UnusableSettings('an endpoint of the server is no URL')
  for (const [name] of parameters) url.searchParams.delete(name)
  for (const [name, value] of parameters) url.searchParams.append(name, value)
  return url.href
}
