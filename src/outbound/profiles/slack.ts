import type { AnswerRules, Profile } from '#oauth-client/profile.ts'

const DEFAULTS = {
  authorization_endpoint: 'https://slack.com/oauth/v2/authorize',
  token_endpoint: 'https://slack.com/api/oauth.v2.access',
  revocation_endpoint: 'https://slack.com/api/auth.revoke',
  base_url: 'https://slack.com/api',
  authentication_method: 'client_secret_post',
  pkce: false,
} as const

const ANSWER: AnswerRules = {
  success: { path: 'ok', equals: ['true'] },
  aliases: {
    invalid_code: 'invalid_grant',
    code_already_used: 'invalid_grant',
    invalid_refresh_token: 'invalid_grant',
    token_expired: 'invalid_grant',
    token_revoked: 'invalid_grant',
    account_inactive: 'invalid_grant',
    bad_client_secret: 'invalid_client',
    invalid_client_id: 'invalid_client',
    bad_redirect_uri: 'invalid_request',
    missing_scope: 'invalid_scope',
    ratelimited: 'transient',
    internal_error: 'transient',
    fatal_error: 'transient',
    service_unavailable: 'transient',
  },
  keep: { team_id: 'team.id', bot_user_id: 'bot_user_id', user_id: 'authed_user.id' },
}

/** The token that is given back says who asks. */
const REVOKE = {
  drop: ['token', 'token_type_hint', 'client_id', 'client_secret'],
  headers: { authorization: 'Bearer {token}' },
} as const

/** The app's own token. Refusals say 200 and `ok: false`; scopes have commas between them. */
export const SLACK: Profile = {
  name: 'slack',
  title: 'Slack',
  openid: false,
  defaults: DEFAULTS,
  scope: { separator: ',' },
  revoke: REVOKE,
  answer: ANSWER,
  refresh_token: { rotation: 'rotates' },
}

/** The token of the person who installs the app: another scope parameter, and another place in the first answer. */
export const SLACK_USER: Profile = {
  name: 'slack_user',
  title: 'Slack (user token)',
  openid: false,
  defaults: DEFAULTS,
  scope: { parameter: 'user_scope', separator: ',' },
  revoke: REVOKE,
  answer: {
    ...ANSWER,
    fields: {
      access_token: ['authed_user.access_token', 'access_token'],
      token_type: ['authed_user.token_type', 'token_type'],
      expires: ['authed_user.expires_in', 'expires_in'],
      refresh_token: ['authed_user.refresh_token', 'refresh_token'],
      scope: ['authed_user.scope', 'scope'],
    },
  },
  refresh_token: { rotation: 'rotates' },
}
