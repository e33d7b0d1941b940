/** Python with Requests. */
import { deviceCodeGrant } from '#contract/client.ts'
import { basicName, hasAssertion, lines, type Place, quoted, type Snippets } from './snippet-place.ts'

/** What every request carries: HTTP Basic, or parameters of the body. */
function head(place: Place, ...imports: readonly string[]): string {
  const isBasic = place.method === 'client_secret_basic'
  return lines(
    '# pip install requests',
    ...['os', ...imports].toSorted().map((name) => `import ${name}`),
    '',
    'import requests',
    '',
    `ISSUER = ${quoted(place.issuer)}`,
    isBasic && `AUTH = (${quoted(basicName(place.clientId))}, os.environ["OAUTH_CLIENT_SECRET"])`,
    !isBasic && 'AUTH = None',
    isBasic && 'CLIENT = {}',
    !isBasic && 'CLIENT = {',
    !isBasic && `    "client_id": ${quoted(place.clientId)},`,
    place.method === 'client_secret_post' && '    "client_secret": os.environ["OAUTH_CLIENT_SECRET"],',
    ...(hasAssertion(place) ? assertion : []),
    !isBasic && '}',
    '',
    '',
    'def post(path, **form):',
    '    return requests.post(ISSUER + path, data=CLIENT | form, auth=AUTH, timeout=10)',
    '',
    '',
  )
}

const assertion = [
  '    # A JWT that the client has signed, a new one for each request (RFC 7523); PyJWT and Authlib make them.',
  '    "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",',
  '    "client_assertion": os.environ["OAUTH_CLIENT_ASSERTION"],',
]

function scopeArgument({ scope }: Place): string {
  return scope === '' ? '' : `, scope=${quoted(scope)}`
}

export const python: Snippets = {
  authorization_code: (place) =>
    lines(
      head(place, 'base64', 'hashlib', 'secrets', 'urllib.parse'),
      'verifier = secrets.token_urlsafe(32)',
      'digest = hashlib.sha256(verifier.encode()).digest()',
      'state = secrets.token_urlsafe(16)',
      'query = urllib.parse.urlencode({',
      '    "response_type": "code",',
      `    "client_id": ${quoted(place.clientId)},`,
      `    "redirect_uri": ${quoted(place.redirectUri)},`,
      place.scope !== '' && `    "scope": ${quoted(place.scope)},`,
      '    "state": state,',
      '    "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),',
      '    "code_challenge_method": "S256",',
      '})',
      'print(f"Open in a browser: {ISSUER}/authorize?{query}")',
      'address = urllib.parse.urlparse(input("The address where the browser ended: "))',
      'answer = dict(urllib.parse.parse_qsl(address.query))',
      'if answer.get("state") != state or "code" not in answer:',
      '    raise SystemExit(f"not the answer to this request: {answer}")',
      'tokens = post(',
      '    "/token",',
      '    grant_type="authorization_code",',
      '    code=answer["code"],',
      `    redirect_uri=${quoted(place.redirectUri)},`,
      '    code_verifier=verifier,',
      ')',
      'print(tokens.status_code, tokens.json())',
    ),
  client_credentials: (place) =>
    lines(
      head(place),
      `tokens = post("/token", grant_type="client_credentials"${scopeArgument(place)})`,
      'print(tokens.status_code, tokens.json())',
    ),
  [deviceCodeGrant]: (place) =>
    lines(
      head(place, 'time'),
      `device = post("/device_authorization", scope=${quoted(place.scope)}).json()`,
      'print("Open", device["verification_uri"], "and type", device["user_code"])',
      'interval = device.get("interval", 5)',
      'while True:',
      '    time.sleep(interval)',
      '    tokens = post(',
      '        "/token",',
      `        grant_type=${quoted(deviceCodeGrant)},`,
      '        device_code=device["device_code"],',
      '    )',
      '    error = tokens.json().get("error")',
      '    if error == "slow_down":',
      '        interval += 5',
      '    elif error != "authorization_pending":',
      '        break',
      'print(tokens.status_code, tokens.json())',
    ),
  password: (place) =>
    lines(
      head(place),
      'tokens = post(',
      '    "/token",',
      '    grant_type="password",',
      '    username=os.environ["USERNAME"],',
      '    password=os.environ["PASSWORD"],',
      place.scope !== '' && `    scope=${quoted(place.scope)},`,
      ')',
      'print(tokens.status_code, tokens.json())',
    ),
  refresh_token: (place) =>
    lines(
      head(place),
      'tokens = post("/token", grant_type="refresh_token", refresh_token=os.environ["REFRESH_TOKEN"])',
      '# Keep the refresh token of the answer: the one before is spent.',
      'print(tokens.status_code, tokens.json())',
    ),
}
