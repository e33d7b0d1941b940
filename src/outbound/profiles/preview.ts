/** The requests that a profile makes of an invented server's settings: for people who choose one. Nothing is sent. */
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { Authentication, GrantRequest, Leg, ServerSettings } from '#oauth-client/settings.ts'
import { type ShownRequest, showTokenRequest } from '#oauth-client/show.ts'
import { filledDefaults } from './catalogue.ts'

export interface PreviewedRequest extends ShownRequest {
  readonly leg: Leg
}

const redirectUri = 'https://sallyport.example/callback'
const madeForEach = ['state', 'nonce', 'code_challenge']

/** The way of a person through the browser: to the provider, with the code, and again when the token has expired. */
export function previewOf(profile: Profile): readonly PreviewedRequest[] {
  const settings = settingsOf(profile)
  const code: GrantRequest = {
    type: 'authorization_code',
    code: 'the-code-of-the-callback',
    redirect_uri: redirectUri,
    ...(settings.pkce && { code_verifier: 'the-verifier-of-the-challenge' }),
  }
  const renewal: GrantRequest = {
    type: 'refresh_token',
    refresh_token: 'the-refresh-token',
    access_token: 'the-access-token',
  }
  return [
    { leg: 'authorize', method: 'GET', url: authorizeUrl(settings), headers: {}, body: null },
    { leg: 'token', ...showTokenRequest(settings, code) },
    { leg: 'refresh', ...showTokenRequest(settings, renewal) },
  ]
}

/** What is made anew for each journey is only named: the preview says the same at each look. */
function authorizeUrl(settings: ServerSettings): string {
  const url = new URL(beginAuthorization(settings, { redirect_uri: redirectUri }).url)
  for (const name of madeForEach) if (url.searchParams.has(name)) url.searchParams.set(name, 'made-for-each-journey')
  return url.href
}

function settingsOf(profile: Profile): ServerSettings {
  const asked = Object.entries(profile.defaults.variables ?? {})
  const known = filledDefaults(profile, Object.fromEntries(asked.map(([name, each]) => [name, each.default ?? name])))
  const defaults: Partial<Profile['defaults']> = known ?? {}
  return {
    token_endpoint: defaults.token_endpoint ?? 'https://login.example/oauth/token',
    authorization_endpoint: defaults.authorization_endpoint ?? 'https://login.example/oauth/authorize',
    revocation_endpoint: null,
    introspection_endpoint: null,
    userinfo_endpoint: null,
    issuer: defaults.issuer ?? null,
    client_id: 'your-client-id',
    redirect_uri: redirectUri,
    authentication: authenticationOf(defaults),
    scope: defaults.scope ?? 'first second',
    include_scope: true,
    query_parameters: [],
    post_parameters: [],
    request_refresh_token: defaults.request_refresh_token ?? true,
    prompt: null,
    pkce: defaults.pkce ?? true,
    profile,
  }
}

function authenticationOf({
  authentication_method: method,
  basic_encoding,
}: Partial<Profile['defaults']>): Authentication {
  const client_secret = 'your-client-secret'
  if (method === 'client_secret_basic') return { method, client_secret, encoding: basic_encoding ?? 'strict' }
  return method === 'none' ? { method } : { method: 'client_secret_post', client_secret }
}
