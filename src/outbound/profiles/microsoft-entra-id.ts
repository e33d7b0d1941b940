import type { Profile } from '#oauth-client/profile.ts'

/**
 * The scope is said at every leg: it names the API that the token is for. A used refresh token stays good although a
 * new one comes. ID tokens of the addresses for many tenants name the user's own tenant as their issuer.
 */
export const MICROSOFT_ENTRA_ID: Profile = {
  name: 'microsoft_entra_id',
  title: 'Microsoft Entra ID',
  openid: true,
  defaults: {
    issuer: 'https://login.microsoftonline.com/{tenant}/v2.0',
    authorization_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/authorize',
    token_endpoint: 'https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token',
    userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo',
    base_url: 'https://graph.microsoft.com',
    authentication_method: 'client_secret_post',
    scope: 'https://graph.microsoft.com/.default',
    pkce: true,
    request_refresh_token: true,
    variables: { tenant: { label: 'Directory (tenant) ID', default: 'common' } },
  },
  scope: { resend: ['token', 'refresh'] },
  offline: { scope: 'offline_access' },
  id_token_issuer: 'https://login.microsoftonline.com/{tid}/v2.0',
  answer: { aliases: { invalid_resource: 'server_settings' } },
  refresh_token: { rotation: 'none', idle_seconds: 7_776_000 },
}
