import type { Profile } from '#oauth-client/profile.ts'

/**
 * Refresh tokens come with `access_type=offline` and, after the first time, only with `prompt=consent`. They stay good
 * when used, die after six months without use, and after a week while the app is in testing.
 */
export const GOOGLE: Profile = {
  name: 'google',
  title: 'Google',
  openid: true,
  defaults: {
    issuer: 'https://accounts.google.com',
    authorization_endpoint: 'https://accounts.google.com/o/oauth2/v2/auth',
    token_endpoint: 'https://oauth2.googleapis.com/token',
    revocation_endpoint: 'https://oauth2.googleapis.com/revoke',
    userinfo_endpoint: 'https://openidconnect.googleapis.com/v1/userinfo',
    base_url: 'https://www.googleapis.com',
    authentication_method: 'client_secret_post',
    scope: 'openid email',
    pkce: true,
    request_refresh_token: true,
  },
  offline: { parameters: { access_type: 'offline', prompt: 'consent' } },
  // The token alone is wanted: whoever holds it may give it back.
  revoke: { drop: ['client_id', 'client_secret', 'token_type_hint'] },
  answer: {
    aliases: { admin_policy_enforced: 'consent', org_internal: 'consent', deleted_client: 'invalid_client' },
  },
  refresh_token: { rotation: 'none', idle_seconds: 15_552_000 },
}
