import type { Profile } from '#oauth-client/profile.ts'

/**
 * The answer names the instance that calls go to, and no life of the token: introspection tells it. Whether refresh
 * tokens rotate is a setting of each organisation.
 */
export const SALESFORCE: Profile = {
  name: 'salesforce',
  title: 'Salesforce',
  openid: true,
  defaults: {
    issuer: 'https://{domain}',
    authorization_endpoint: 'https://{domain}/services/oauth2/authorize',
    token_endpoint: 'https://{domain}/services/oauth2/token',
    revocation_endpoint: 'https://{domain}/services/oauth2/revoke',
    introspection_endpoint: 'https://{domain}/services/oauth2/introspect',
    userinfo_endpoint: 'https://{domain}/services/oauth2/userinfo',
    base_url: 'https://{domain}',
    authentication_method: 'client_secret_post',
    scope: 'api',
    pkce: true,
    request_refresh_token: true,
    variables: { domain: { label: 'Domain', default: 'login.salesforce.com' } },
  },
  offline: { scope: 'refresh_token' },
  answer: {
    // The shortest session that an organisation can set.
    expiry: { source: 'introspection', default_seconds: 900 },
    aliases: {
      invalid_client_id: 'invalid_client',
      invalid_client_credentials: 'invalid_client',
      inactive_user: 'invalid_grant',
      inactive_org: 'invalid_grant',
      rate_limit_exceeded: 'transient',
      unknown_error: 'transient',
    },
    keep: { instance_url: 'instance_url', id: 'id' },
  },
  refresh_token: { rotation: 'unknown' },
}
