import type { Profile } from '#oauth-client/profile.ts'

/**
 * Refusals say 200 and have codes of their own. Tokens of OAuth Apps do not expire and are not refreshed; those of
 * GitHub Apps live eight hours and rotate. Tokens are given back by a request of its own kind.
 */
export const GITHUB: Profile = {
  name: 'github',
  title: 'GitHub',
  openid: false,
  defaults: {
    authorization_endpoint: 'https://github.com/login/oauth/authorize',
    token_endpoint: 'https://github.com/login/oauth/access_token',
    revocation_endpoint: 'https://api.github.com/applications',
    userinfo_endpoint: 'https://api.github.com/user',
    base_url: 'https://api.github.com',
    authentication_method: 'client_secret_post',
    pkce: true,
  },
  hosts: ['api.github.com'],
  scope: { answer_separator: ',' },
  revoke: {
    method: 'DELETE',
    url: 'https://api.github.com/applications/{client_id}/token',
    placement: 'json',
    drop: ['client_id', 'client_secret', 'token_type_hint'],
    rename: { token: 'access_token' },
    headers: { authorization: { basic: ['{client_id}', '{client_secret}'] } },
  },
  answer: {
    aliases: {
      incorrect_client_credentials: 'invalid_client',
      bad_verification_code: 'invalid_grant',
      bad_refresh_token: 'invalid_grant',
      redirect_uri_mismatch: 'invalid_request',
      application_suspended: 'unauthorized_client',
      unverified_user_email: 'access_denied',
    },
  },
  refresh_token: { rotation: 'rotates', absolute_seconds: 15_811_200 },
}
