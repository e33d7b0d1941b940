/** A token that is given back (RFC 7009 §2.1): best effort, the answer only tells whether it was heard. */
import { authenticate } from './authenticate.ts'
import { at, readBody } from './read-body.ts'
import { sendOnce } from './request-token.ts'
import type { Kept, ServerSettings, WayOut } from './settings.ts'
import { placesOf, UnusableSettings } from './template.ts'
import { assemble, type HttpRequest } from './token-request.ts'

export type Revoked =
  | { readonly kind: 'revoked' }
  /** The server has no revocation endpoint. */
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'failed'; readonly code: string; readonly description: string }

export interface TokenToRevoke {
  readonly token: string
  readonly hint: 'access_token' | 'refresh_token'
  readonly kept?: Kept
}

export async function revokeToken(
  settings: ServerSettings,
  token: TokenToRevoke,
  way: WayOut,
  signal: AbortSignal,
): Promise<Revoked> {
  const endpoint = settings.revocation_endpoint
  if (endpoint === null) return { kind: 'unsupported' }
  let request: HttpRequest
  try {
    request = revocationRequest(settings, token, endpoint)
  } catch (error) {
    if (error instanceof UnusableSettings) return { kind: 'failed', code: 'settings', description: error.message }
    throw error
  }
  const sent = await sendOnce(request, way, signal)
  if (sent.kind !== 'answer') return { kind: 'failed', code: sent.code, description: sent.detail }
  const { status } = sent.raw
  if (status >= 200 && status < 300 && succeeded(settings, sent.raw)) return { kind: 'revoked' }
  return {
    kind: 'failed',
    code: `http_${status}`,
    description: `the revocation endpoint answers with status ${status}`,
  }
}

/** Throws `UnusableSettings`. */
export function revocationRequest(
  settings: ServerSettings,
  { token, hint, kept }: TokenToRevoke,
  endpoint: string,
): HttpRequest {
  const now = Date.now()
  const places = placesOf(settings, kept ? { kept } : {}, now)
    .set('token', token)
    .set('token_type_hint', hint)
  const credentials = authenticate(settings, places, now)
  const parameters = new Map([['token', token], ['token_type_hint', hint], ...credentials.parameters])
  return assemble(settings, {
    leg: 'other',
    rules: settings.profile.revoke ?? {},
    places,
    endpoint,
    parameters,
    credentials,
  })
}

/** A provider that says 200 of everything tells the truth in the body. */
function succeeded({ profile }: ServerSettings, raw: Parameters<typeof readBody>[0]): boolean {
  const success = profile.answer?.success
  const body = readBody(raw)
  if (success === undefined || body.kind === 'unreadable') return true
  const value = at(body.tree, success.path)
  const isPlain = typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
  return isPlain ? success.equals.includes(String(value)) : value === undefined
}
