import type { Profile } from '#oauth-client/profile.ts'

/** Access tokens live half an hour; refresh tokens rotate with half an hour of grace and die after 60 idle days. */
export const XERO: Profile = {
  name: 'xero',
  title: 'Xero',
  openid: true,
  defaults: {
    issuer: 'https://identity.xero.com',
    authorization_endpoint: 'https://login.xero.com/identity/connect/authorize',
    token_endpoint: 'https://identity.xero.com/connect/token',
    revocation_endpoint: 'https://identity.xero.com/connect/revocation',
    userinfo_endpoint: 'https://identity.xero.com/connect/userinfo',
    base_url: 'https://api.xero.com',
    authentication_method: 'client_secret_basic',
    scope: 'openid',
    pkce: true,
    request_refresh_token: true,
  },
  offline: { scope: 'offline_access' },
  refresh_token: { rotation: 'rotates', reuse_grace_seconds: 1_800, idle_seconds: 5_184_000 },
}
