import type { Profile } from '#oauth-client/profile.ts'

/** An OpenID Provider: refresh tokens are asked for by scope, with consent (OIDC Core §11). */
export const GENERIC_OIDC: Profile = {
  name: 'generic_oidc',
  title: 'OpenID Connect',
  openid: true,
  defaults: { authentication_method: 'client_secret_basic', scope: 'openid', pkce: true },
  offline: { scope: 'offline_access', parameters: { prompt: 'consent' } },
}
