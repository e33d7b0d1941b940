import type { Profile } from '#oauth-client/profile.ts'

/** A server that keeps to RFC 6749, and about which nothing more is known. */
export const GENERIC_OAUTH2: Profile = {
  name: 'generic_oauth2',
  title: 'OAuth 2.0',
  openid: false,
  defaults: { authentication_method: 'client_secret_post', pkce: true },
}
