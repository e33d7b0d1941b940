/** What to do about a refusal: where in the console the cause can be mended. */
import { type Client, deviceCodeGrant } from '#contract/client.ts'
import type { Refused, Step } from './step.ts'

export function adviceFor({ request }: Step, { error, description = '' }: Refused, client: Client): string | undefined {
  const grant = request.parameters['grant_type']
  if (error === 'invalid_client' && !client.enabled) return 'The client is disabled: enable it, and try again.'
  if (error === 'invalid_client') return proofAdvice[client.token_endpoint_auth_method]
  if (error === 'invalid_grant')
    return grantAdvice[grant ?? ''] ?? 'What was handed in is used, expired or of another client.'
  if (error === 'invalid_request' && description.includes('code_challenge')) return advice['pkce']
  return advice[error]
}

const typedSecret =
  'The secret is not one of this client, or it has ended. Look under Credentials, or make one that lives 10 minutes.'

const proofAdvice: Readonly<Record<Client['token_endpoint_auth_method'], string>> = {
  client_secret_basic: typedSecret,
  client_secret_post: typedSecret,
  client_secret_jwt: typedSecret,
  private_key_jwt:
    'No key of this client verifies the assertion. Compare the key set under Settings with the key here.',
  none: 'The client is public: it may not do what needs a client that proves who it is.',
}

const grantAdvice: Readonly<Record<string, string>> = {
  authorization_code:
    'The code is used, older than a minute, or not for this redirect URI and verifier. Start again for a new one.',
  refresh_token:
    'The refresh token is spent, revoked or expired. Where a spent one was used again, all of its family are dead: start again.',
  password:
    'The username or password is wrong, or the person is disabled, has to do something first, or has a second factor. Failed sign-ins are with the user, under Credentials.',
  [deviceCodeGrant]: 'The device code is used or unknown. Start again for a new one.',
}

const advice: Readonly<Record<string, string>> = {
  unauthorized_client: 'This grant is not among the allowed grant types of the client: allow it under Settings.',
  unsupported_grant_type:
    'The realm does not offer this grant. The password grant is switched on in the realm’s settings.',
  invalid_scope:
    'A scope is not among those that the client may ask for, or there is none such. Compare with Allowed scopes under Settings.',
  access_denied: 'The person said no, or may not do this. Nothing is wrong with the client.',
  login_required: 'With prompt none the person has to be signed in already. Try again without it.',
  consent_required: 'With prompt none the person has to have agreed already. Try again without it.',
  interaction_required: 'With prompt none there may be no page. Try again without it.',
  expired_token: 'The code was not typed in time. Start again for a new one.',
  invalid_request: 'A parameter is missing, twice or malformed; the description names it.',
  pkce: 'The client requires PKCE, which is sent here. The description says what is wrong with it.',
  invalid_token: 'The token is unknown, expired, revoked or meant for another API. Check it with the server below.',
  insufficient_scope: 'Userinfo needs a token of a person with the scope openid.',
  slow_down: 'It was asked too often.',
  server_error: 'Something failed on the server; its log has the request.',
  temporarily_unavailable: 'The server is busy. Try again in a moment.',
}
