/** What a server says of a token that it has given: introspection (RFC 7662) and userinfo (OIDC Core §5.3). */
import type { RawAnswer, Sent } from './answer.ts'
import { authenticate } from './authenticate.ts'
import { readExpiry } from './expiry.ts'
import { placeToken } from './place-token.ts'
import type { RefusalClass } from './profile.ts'
import { at, readBody } from './read-body.ts'
import { classify } from './refusals.ts'
import { sendOnce } from './request-token.ts'
import type { ServerSettings, WayOut } from './settings.ts'
import { placesOf, UnusableSettings } from './template.ts'
import { assemble, type HttpRequest } from './token-request.ts'

type Claims = Readonly<Record<string, unknown>>

export interface Unanswered {
  readonly kind: 'failed'
  readonly class: RefusalClass
  readonly code: string
  readonly description: string
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
  if (!claims) return unanswered(settings, sent)
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
  return unanswered(settings, sent)
}

function claimsOf(sent: Sent): Claims | undefined {
  if (sent.kind !== 'answer' || sent.raw.status !== 200) return undefined
  const body = readBody(sent.raw, 'json')
  return body.kind === 'tree' && !Array.isArray(body.tree) ? (body.tree as Claims) : undefined
}

function unanswered({ profile }: ServerSettings, sent: Sent): Unanswered {
  if (sent.kind !== 'answer') return failed('transient', sent.code, sent.detail)
  const { status }: RawAnswer = sent.raw
  const kind = status === 200 ? 'malformed' : classify(status, undefined, 'client_credentials', profile)
  return failed(kind, `http_${status}`, `the endpoint answers with status ${status} and nothing that can be read`)
}

function failed(kind: RefusalClass, code: string, description: string): Unanswered {
  return { kind: 'failed', class: kind, code, description }
}
