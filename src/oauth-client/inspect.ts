/** What a server says of a token that it has given: introspection (RFC 7662), userinfo (OIDC Core §5.3), any GET. */
import type { RawAnswer, Sent } from './answer.ts'
import { authenticate } from './authenticate.ts'
import { readExpiry } from './expiry.ts'
import { placeToken } from './place-token.ts'
import type { Profile, RefusalClass } from './profile.ts'
import { at, readBody } from './read-body.ts'
import { classify, retryAfter } from './refusals.ts'
import { classOfUnsent, sendOnce } from './request-token.ts'
import type { ServerSettings, WayOut } from './settings.ts'
import { placesOf, UnusableSettings } from './template.ts'
import { assemble, type HttpRequest } from './token-request.ts'

type Claims = Readonly<Record<string, unknown>>

export interface Unanswered {
  readonly kind: 'failed'
  readonly class: RefusalClass
  readonly code: string
  readonly description: string
  /** null: there was no answer. */
  readonly status: number | null
  /** Seconds from the answer on. */
  readonly retry_after: number | null
}

export type Introspected =
  /** `expires_at`: Unix seconds; null: not said. */
  | {
      readonly kind: 'active'
      readonly expires_at: number | null
      readonly scope: string | null
      readonly claims: Claims
    }
  | { readonly kind: 'inactive' }
  | Unanswered

export type Userinfo =
  | { readonly kind: 'claims'; readonly claims: Claims }
  /** The token is not taken any more. */
  | { readonly kind: 'expired' }
  | Unanswered

export type Called =
  | { readonly kind: 'taken'; readonly status: number }
  /** The token is not taken any more. */
  | { readonly kind: 'expired'; readonly status: number }
  | Unanswered

export async function introspectToken(
  settings: ServerSettings,
  token: string,
  way: WayOut,
  signal: AbortSignal,
): Promise<Introspected> {
  const endpoint = settings.introspection_endpoint
  if (endpoint === null) return failed('server_settings', 'settings', 'the server has no introspection endpoint')
  let request: HttpRequest
  try {
    request = introspectionRequest(settings, token, endpoint)
  } catch (error) {
    if (error instanceof UnusableSettings) return failed('server_settings', 'settings', error.message)
    throw error
  }
  const sent = await sendOnce(request, way, signal)
  const claims = claimsOf(sent)
  if (!claims) return unanswered(settings.profile, sent)
  if (at(claims, 'active') !== true) return { kind: 'inactive' }
  const expiry = readExpiry(at(claims, 'exp'), 'unix_seconds', Math.floor(Date.now() / 1000))
  const scope = at(claims, 'scope')
  return {
    kind: 'active',
    expires_at: expiry.kind === 'at' ? expiry.seconds : null,
    scope: typeof scope === 'string' ? scope : null,
    claims,
  }
}

function introspectionRequest(settings: ServerSettings, token: string, endpoint: string): HttpRequest {
  const now = Date.now()
  const places = placesOf(settings, {}, now)
  const credentials = authenticate(settings, places, now)
  const parameters = new Map([['token', token], ['token_type_hint', 'access_token'], ...credentials.parameters])
  return assemble(settings, { leg: 'other', rules: {}, places, endpoint, parameters, credentials })
}

export async function fetchUserinfo(
  settings: ServerSettings,
  token: string,
  way: WayOut,
  signal: AbortSignal,
): Promise<Userinfo> {
  const endpoint = settings.userinfo_endpoint
  if (endpoint === null) return failed('server_settings', 'settings', 'the server has no userinfo endpoint')
  const { url, headers } = placeToken(settings.profile, token, endpoint)
  const sent = await sendOnce({ url, method: 'GET', headers: { accept: 'application/json', ...headers } }, way, signal)
  const claims = claimsOf(sent)
  if (claims) return { kind: 'claims', claims }
  const expired = settings.profile.expired_statuses ?? [401]
  if (sent.kind === 'answer' && expired.includes(sent.raw.status)) return { kind: 'expired' }
  return unanswered(settings.profile, sent)
}

/** Whether a GET with the token is answered with 2xx; what else the answer says is not looked at. */
export async function callWithToken(
  profile: Profile,
  token: string,
  target: string,
  way: WayOut,
  signal: AbortSignal,
): Promise<Called> {
  const { url, headers } = placeToken(profile, token, target)
  const sent = await sendOnce(
    { url, method: 'GET', headers: { accept: 'application/json, */*', ...headers } },
    way,
    signal,
  )
  if (sent.kind !== 'answer') return unanswered(profile, sent)
  const { status } = sent.raw
  if ((profile.expired_statuses ?? [401]).includes(status)) return { kind: 'expired', status }
  return status >= 200 && status < 300 ? { kind: 'taken', status } : unanswered(profile, sent)
}

function claimsOf(sent: Sent): Claims | undefined {
  if (sent.kind !== 'answer' || sent.raw.status !== 200) return undefined
  const body = readBody(sent.raw, 'json')
  return body.kind === 'tree' && !Array.isArray(body.tree) ? (body.tree as Claims) : undefined
}

function unanswered(profile: Profile, sent: Sent): Unanswered {
  if (sent.kind !== 'answer') {
    return failed(sent.kind === 'not_sent' ? classOfUnsent(sent.code) : 'transient', sent.code, sent.detail)
  }
  const { status, headers }: RawAnswer = sent.raw
  const kind = status === 200 ? 'malformed' : classify(status, undefined, 'client_credentials', profile)
  const wait = retryAfter(headers['retry-after'], Math.floor(Date.now() / 1000))
  const description = `the endpoint answers with status ${status} and nothing that can be read`
  return { ...failed(kind, `http_${status}`, description), status, retry_after: wait }
}

function failed(kind: RefusalClass, code: string, description: string): Unanswered {
  return { kind: 'failed', class: kind, code, description, status: null, retry_after: null }
}
