/** Where a user is sent to consent (RFC 6749 §4.1.1, RFC 7636 §4.3), and what has to be remembered until they are back. */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import type { Kept, ServerSettings } from './settings.ts'
import { fillUrl, placesOf, UnusableSettings } from './template.ts'
import { forLeg, reshaped, separated, withOwn, withQuery } from './token-request.ts'

export interface Begun {
  readonly url: string
  /** Good once, for the browser that was sent, the connection and the server (N156). */
  readonly state: string
  readonly code_verifier: string | null
  /** Of servers that speak OpenID Connect. */
  readonly nonce: string | null
}

/** Throws `UnusableSettings` where there is no authorization endpoint. */
export function beginAuthorization(
  settings: ServerSettings,
  { redirect_uri, login_hint, kept = {} }: { redirect_uri: string; login_hint?: string; kept?: Kept },
): Begun {
  const { authorization_endpoint: endpoint, profile } = settings
  if (endpoint === null) throw new UnusableSettings('the server has no authorization endpoint')
  const state = randomToken()
  const verifier = settings.pkce ? randomToken() : null
  const nonce = profile.openid ? randomToken() : null
  const standard = new Map([
    ['response_type', 'code'],
    ['client_id', settings.client_id],
    ['redirect_uri', redirect_uri],
    ['state', state],
    ...asked(settings),
  ])
  if (nonce !== null) standard.set('nonce', nonce)
  if (login_hint !== undefined) standard.set('login_hint', login_hint)
  if (verifier !== null) standard.set('code_challenge', sha256Base64url(verifier)).set('code_challenge_method', 'S256')
  const rules = profile.authorize ?? {}
  const places = placesOf(settings, { kept }, Date.now()).set('redirect_uri', redirect_uri).set('state', state)
  // What goes through a browser is read by everybody on the way.
  places.delete('client_secret')
  const shaped = reshaped(standard, rules, places, profile.scope?.parameter)
  const parameters = withOwn(shaped, forLeg(settings.query_parameters, 'authorize'))
  const url = rules.url === undefined ? endpoint : fillUrl(rules.url, places, endpoint, profile.hosts ?? [])
  return { url: withQuery(url, parameters), state, code_verifier: verifier, nonce }
}

/** Scope, prompt, and how this provider is asked for a refresh token. The administrator's prompt wins over the profile's. */
function asked({ scope, prompt, request_refresh_token, profile }: ServerSettings): [string, string][] {
  const offline = request_refresh_token ? (profile.offline ?? {}) : {}
  const scopes = new Set([...scope.split(/\s+/), ...(offline.scope ?? '').split(/\s+/)].filter(Boolean))
  const named = separated([...scopes].join(' '), profile.scope?.separator)
  return [
    ...(named === '' ? [] : [['scope', named] as [string, string]]),
    ...Object.entries(offline.parameters ?? {}),
    ...(prompt === null ? [] : [['prompt', prompt] as [string, string]]),
  ]
}
