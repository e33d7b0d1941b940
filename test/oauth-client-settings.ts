/** Settings of a scripted server, as plain as they can be; a test names what it is about. */
import type { RawAnswer } from '#oauth-client/answer.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { GrantRequest, ServerSettings } from '#oauth-client/settings.ts'

export const PLAIN: Profile = { name: 'plain', title: 'Plain', openid: false, defaults: {} }

export const CLIENT_SECRET = 'our secret: +/&=%"é'

export function settingsOf(url: string, changes: Partial<ServerSettings> = {}): ServerSettings {
  return {
    token_endpoint: `${url}/token`,
    authorization_endpoint: `${url}/authorize`,
    revocation_endpoint: `${url}/revoke`,
    introspection_endpoint: `${url}/introspect`,
    userinfo_endpoint: `${url}/userinfo`,
    issuer: url,
    client_id: 'us',
    authentication: { method: 'client_secret_post', client_secret: CLIENT_SECRET },
    scope: 'read write',
    include_scope: true,
    query_parameters: [],
    post_parameters: [],
    request_refresh_token: false,
    prompt: null,
    pkce: true,
    profile: PLAIN,
    ...changes,
  }
}

export const NOW = 1_800_000_000

export const GRANTS = {
  client: { type: 'client_credentials' },
  code: { type: 'authorization_code', code: 'the-code', redirect_uri: 'https://us.example/callback' },
  refresh: { type: 'refresh_token', refresh_token: 'the-refresh-token' },
  password: { type: 'password', username: 'ada', password: 'pass word' },
} as const satisfies Record<string, GrantRequest>

export function rawOf(json: unknown, changes: Partial<RawAnswer> = {}): RawAnswer {
  return { status: 200, headers: {}, body: typeof json === 'string' ? json : JSON.stringify(json), ...changes }
}
