/** Node.js with openid-client 6. */
import { deviceCodeGrant } from '#contract/client.ts'
import { lines, type Place, type Snippets, single } from './snippet-place.ts'

const proofs: Readonly<Record<Place['method'], string>> = {
  client_secret_basic: 'client.ClientSecretBasic(env.OAUTH_CLIENT_SECRET)',
  client_secret_post: 'client.ClientSecretPost(env.OAUTH_CLIENT_SECRET)',
  client_secret_jwt: 'client.ClientSecretJwt(env.OAUTH_CLIENT_SECRET)',
  private_key_jwt: 'client.PrivateKeyJwt(key)',
  none: 'client.None()',
}

/** `typed`: somebody types at the terminal; `env`: it reads more from the environment than its secret. */
function head(place: Place, needs?: 'typed' | 'env'): string {
  const isPlain = place.issuer.startsWith('http:')
  const readsEnvironment = place.method !== 'none' || needs === 'env'
  const ofProcess = [...(readsEnvironment ? ['env'] : []), ...(needs === 'typed' ? ['stdin', 'stdout'] : [])]
  return lines(
    '// npm install openid-client',
    ofProcess.length > 0 && `import { ${ofProcess.join(', ')} } from 'node:process'`,
    needs === 'typed' && "import { createInterface } from 'node:readline/promises'",
    "import * as client from 'openid-client'",
    '',
    place.method === 'private_key_jwt' &&
      '// The private key as a JWK; RSA keys take { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }.',
    place.method === 'private_key_jwt' && 'const jwk = JSON.parse(env.OAUTH_CLIENT_KEY)',
    place.method === 'private_key_jwt' &&
      "const key = await crypto.subtle.importKey('jwk', jwk, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign'])",
    'const config = await client.discovery(',
    `  new URL(${single(place.issuer)}),`,
    `  ${single(place.clientId)},`,
    '  undefined,',
    `  ${proofs[place.method]},`,
    isPlain && '  // For http on this machine alone.',
    isPlain && '  { execute: [client.allowInsecureRequests] },',
    ')',
    '',
  )
}

const tell = 'console.log(tokens)'

export const node: Snippets = {
  authorization_code: (place) =>
    lines(
      head(place, 'typed'),
      'const code_verifier = client.randomPKCECodeVerifier()',
      'const state = client.randomState()',
      'const url = client.buildAuthorizationUrl(config, {',
      `  redirect_uri: ${single(place.redirectUri)},`,
      place.scope !== '' && `  scope: ${single(place.scope)},`,
      '  state,',
      '  code_challenge: await client.calculatePKCECodeChallenge(code_verifier),',
      "  code_challenge_method: 'S256',",
      '})',
      '// A web application redirects to `url`, and gets the answer as a request to its redirect URI.',
      'console.log(`Open in a browser: ${url}`)',
      'const terminal = createInterface({ input: stdin, output: stdout })',
      "const answer = await terminal.question('The address where the browser ended: ')",
      'terminal.close()',
      'const tokens = await client.authorizationCodeGrant(config, new URL(answer), {',
      '  pkceCodeVerifier: code_verifier,',
      '  expectedState: state,',
      '})',
      tell,
    ),
  client_credentials: (place) =>
    lines(
      head(place),
      `const tokens = await client.clientCredentialsGrant(config${place.scope === '' ? '' : `, { scope: ${single(place.scope)} }`})`,
      tell,
    ),
  [deviceCodeGrant]: (place) =>
    lines(
      head(place),
      `const device = await client.initiateDeviceAuthorization(config, { scope: ${single(place.scope)} })`,
      'console.log(`Open ${device.verification_uri} and type ${device.user_code}`)',
      'const tokens = await client.pollDeviceAuthorizationGrant(config, device)',
      tell,
    ),
  password: (place) =>
    lines(
      head(place, 'env'),
      "const tokens = await client.genericGrantRequest(config, 'password', {",
      "  username: env.USERNAME ?? '',",
      "  password: env.PASSWORD ?? '',",
      place.scope !== '' && `  scope: ${single(place.scope)},`,
      '})',
      tell,
    ),
  refresh_token: (place) =>
    lines(
      head(place, 'env'),
      'const tokens = await client.refreshTokenGrant(config, env.REFRESH_TOKEN)',
      '// Keep tokens.refresh_token: the one before is spent.',
      tell,
    ),
}
