/** Each request of the protocol by hand. */
import { deviceCodeGrant } from '#contract/client.ts'
import { basicName, hasAssertion, lines, type Place, type Snippets, shellWord } from './snippet-place.ts'

const assertionType = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

function head(place: Place): string {
  return lines(
    `ISSUER=${shellWord(place.issuer)}`,
    hasAssertion(place) && `CLIENT_ASSERTION='<a JWT that the client has signed (RFC 7523)>'`,
    hasSecret(place) && `OAUTH_CLIENT_SECRET='<the client secret>'`,
    '',
  )
}

function hasSecret(place: Place): boolean {
  return place.method !== 'none' && !hasAssertion(place)
}

/** What proves who is asking, as arguments. */
function proof(place: Place): string {
  const id = `--data-urlencode client_id=${shellWord(place.clientId)}`
  if (place.method === 'client_secret_post') return `${id} --data-urlencode "client_secret=$OAUTH_CLIENT_SECRET"`
  if (place.method === 'none') return id
  if (!hasAssertion(place)) return `-u ${shellWord(`${basicName(place.clientId)}:`)}"$OAUTH_CLIENT_SECRET"`
  return `${id} -d client_assertion_type=${assertionType} -d "client_assertion=$CLIENT_ASSERTION"`
}

function post(place: Place, path: string, parameters: readonly string[]): string {
  return [`curl -sS "$ISSUER${path}"`, proof(place), ...parameters].join(' \\\n  ')
}

function scopeOf({ scope }: Place): readonly string[] {
  return scope === '' ? [] : [`--data-urlencode scope=${shellWord(scope)}`]
}

function authorizeUrl({ clientId, redirectUri, scope }: Place): string {
  const asked = new URLSearchParams({ response_type: 'code', client_id: clientId, redirect_uri: redirectUri })
  if (scope !== '') asked.set('scope', scope)
  return `$ISSUER/authorize?${asked.toString()}&state=$STATE&code_challenge=$CHALLENGE&code_challenge_method=S256`
}

export const curl: Snippets = {
  authorization_code: (place) =>
    lines(
      head(place),
      'VERIFIER=$(openssl rand -hex 32)',
      `CHALLENGE=$(printf %s "$VERIFIER" | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '=')`,
      'STATE=$(openssl rand -hex 16)',
      '',
      `echo "Open in a browser: ${authorizeUrl(place)}"`,
      'echo "The browser ends at the redirect URI. Its state has to be $STATE; its code is:"',
      'read -r CODE',
      post(place, '/token', [
        '-d grant_type=authorization_code',
        '--data-urlencode "code=$CODE"',
        `--data-urlencode redirect_uri=${shellWord(place.redirectUri)}`,
        '-d "code_verifier=$VERIFIER"',
      ]),
    ),
  client_credentials: (place) =>
    lines(head(place), post(place, '/token', ['-d grant_type=client_credentials', ...scopeOf(place)])),
  [deviceCodeGrant]: (place) =>
    lines(
      head(place),
      post(place, '/device_authorization', scopeOf(place)),
      '# Show user_code and verification_uri to the person. Then ask every 5 seconds, until it is no more',
      '# authorization_pending:',
      `DEVICE_CODE='<device_code of the answer>'`,
      post(place, '/token', [`-d grant_type=${deviceCodeGrant}`, '--data-urlencode "device_code=$DEVICE_CODE"']),
    ),
  password: (place) =>
    lines(
      head(place),
      post(place, '/token', [
        '-d grant_type=password',
        "--data-urlencode username='<username>'",
        "--data-urlencode password='<password>'",
        ...scopeOf(place),
      ]),
    ),
  refresh_token: (place) =>
    lines(
      head(place),
      `REFRESH_TOKEN='<the newest refresh token>'`,
      post(place, '/token', ['-d grant_type=refresh_token', '--data-urlencode "refresh_token=$REFRESH_TOKEN"']),
      '# The answer holds the next refresh token: keep that one, this one is spent.',
    ),
}
