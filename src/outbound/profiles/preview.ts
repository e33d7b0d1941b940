/** The requests that a profile makes of an invented server's settings: for people who choose one. Nothing is sent. */
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import type { Profile } from '#oauth-client/profile.ts'
import { secretsOf } from '#oauth-client/redact.ts'
import { revocationRequest } from '#oauth-client/revoke.ts'
import type { Authentication, GrantRequest, Kept, Leg, ServerSettings } from '#oauth-client/settings.ts'
import { type ShownRequest, showRequest, showTokenRequest } from '#oauth-client/show.ts'
import { UnusableSettings } from '#oauth-client/template.ts'
import { filledDefaults } from './catalogue.ts'

export interface PreviewedRequest extends ShownRequest {
  readonly leg: Leg | 'revoke'
  /** Why it cannot be made; null: it can. */
  readonly problem: string | null
}

const redirectUri = 'https://sallyport.example/callback'
const madeForEach = ['state', 'nonce', 'code_challenge']

/**
 * The way of a person through the browser: to the provider, with the code, again when the token has expired, and how a
 * token is given back, where that has an address.
 */
export function previewOf(profile: Profile): readonly PreviewedRequest[] {
  const settings = settingsOf(profile)
  const kept = sampleOfKept(settings)
  const code: GrantRequest = {
    type: 'authorization_code',
    code: 'the-code-of-the-callback',
    redirect_uri: redirectUri,
    kept,
    ...(settings.pkce && { code_verifier: 'the-verifier-of-the-challenge' }),
  }
  const renewal: GrantRequest = {
    type: 'refresh_token',
    refresh_token: 'the-refresh-token',
    access_token: 'the-access-token',
    kept,
  }
  const { revocation_endpoint: revocation } = settings
  const given = { token: renewal.refresh_token, hint: 'refresh_token', kept } as const
  const secrets = secretsOf(settings, renewal)
  return [
    madeOr('authorize', () => ({ method: 'GET', url: authorizeUrl(settings, kept), headers: {}, body: null })),
    madeOr('token', () => showTokenRequest(settings, code)),
    madeOr('refresh', () => showTokenRequest(settings, renewal)),
    ...(revocation === null
      ? []
      : [madeOr('revoke', () => showRequest(revocationRequest(settings, given, revocation), secrets))]),
  ]
}

function madeOr(leg: PreviewedRequest['leg'], make: () => ShownRequest): PreviewedRequest {
  try {
    return { leg, ...make(), problem: null }
  } catch (error) {
    if (!(error instanceof UnusableSettings)) throw error
    return { leg, method: '', url: '', headers: {}, body: null, problem: error.message }
  }
}

/** What a callback or an answer would have left: where a URL is made of it, a host that the profile lets it lead to. */
function sampleOfKept({ profile, token_endpoint }: ServerSettings): Kept {
  const names = [...Object.keys(profile.callback?.keep ?? {}), ...Object.keys(profile.answer?.keep ?? {})]
  const host = profile.hosts?.[0]?.replace('*', 'sample') ?? new URL(token_endpoint).host
  const urls = [profile.authorize, profile.token, profile.refresh, profile.revoke].map((rules) => rules?.url ?? '')
  const sample = (name: string): string => {
    if (urls.some((url) => url.startsWith(`{kept.${name}}`))) return `https://${host}`
    return urls.some((url) => url.startsWith(`https://{kept.${name}}`)) ? host : `the-kept-${name}`
  }
  return Object.fromEntries(names.map((name) => [name, sample(name)]))
}

/** What is made anew for each journey is only named: the preview says the same at each look. */
function authorizeUrl(settings: ServerSettings, kept: Kept): string {
  const url = new URL(beginAuthorization(settings, { redirect_uri: redirectUri, kept }).url)
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
    revocation_endpoint: defaults.revocation_endpoint ?? (profile.revoke ? 'https://login.example/oauth/revoke' : null),
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
