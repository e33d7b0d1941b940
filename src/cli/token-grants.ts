/**
 * The grants by which `token` asks, one function each: what is sent, and what somebody does in a browser on the way. What
 * is said to that person goes to standard error: standard output is the token's.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { secretIn, typedOrPiped } from './credentials.ts'
import { awaitTokens, beginLogin, discover, shownUrl } from './device-login.ts'
import { CommandFailed, EXIT } from './exit.ts'
import { safe } from './print.ts'
import { askTokenEndpoint, type ClientProof, noToken, type TokenAnswer } from './token-request.ts'
import type { WayOut } from './way-out.ts'
import type { World } from './world.ts'

export interface GrantOptions {
  readonly scope?: string
  readonly username?: string
  readonly passwordFile?: string
  readonly refreshTokenFile?: string
  readonly redirectUri?: string
}

export interface Asking {
  readonly world: World
  readonly wayOut: WayOut
  /** Without a trailing slash. */
  readonly issuer: string
  readonly client: ClientProof
  readonly options: GrantOptions
}

type Grant = (asking: Asking) => Promise<TokenAnswer>

export const grants: Readonly<Record<string, Grant>> = {
  client_credentials: (asking) => ask(asking, { grant_type: 'client_credentials' }),
  authorization_code: authorizationCode,
  device_code: deviceCode,
  password: async (asking) => {
    const { username, passwordFile } = asking.options
    if (username === undefined) throw missing('--username NAME')
    if (passwordFile === undefined) throw missing('--password-file FILE (- is standard input)')
    const password = await secretIn(asking.world, passwordFile, 'Password')
    return await ask(asking, { grant_type: 'password', username, password })
  },
  refresh_token: async (asking) => {
    const { refreshTokenFile } = asking.options
    if (refreshTokenFile === undefined) throw missing('--refresh-token-file FILE (- is standard input)')
    const refresh_token = await secretIn(asking.world, refreshTokenFile, 'Refresh token')
    return await ask(asking, { grant_type: 'refresh_token', refresh_token })
  },
}

function missing(what: string): CommandFailed {
  return new CommandFailed(EXIT.usage, `this grant needs ${what}`)
}

/** What a question may say besides its own. */
function more({ options: { scope } }: Asking): Record<string, string> {
  return scope === undefined ? {} : { scope }
}

async function ask(asking: Asking, parameters: Readonly<Record<string, string>>): Promise<TokenAnswer> {
  return await send(asking, `${asking.issuer}/token`, { ...parameters, ...more(asking) })
}

async function send({ wayOut, client }: Asking, endpoint: string, parameters: Readonly<Record<string, string>>) {
  const body = new URLSearchParams({ ...parameters, ...client.parameters })
  const told = await askTokenEndpoint(wayOut, endpoint, body, client.headers)
  if ('answer' in told) return told.answer
  throw noToken(told)
}

/** RFC 8628 */
async function deviceCode(asking: Asking): Promise<TokenAnswer> {
  const { world, wayOut, issuer, client, options } = asking
  const found = await discover(wayOut, issuer)
  const begun = await beginLogin(wayOut, found.device_authorization_endpoint, client, options.scope)
  world.err(`Open ${shownUrl(begun.verification_uri)} and enter the code ${safe(begun.user_code)}\n`)
  return await awaitTokens(wayOut, found.token_endpoint, client, begun)
}

/** RFC 6749 §4.1 with PKCE (RFC 7636). The browser may be on another machine: where it ended up is pasted here. */
async function authorizationCode(asking: Asking): Promise<TokenAnswer> {
  const { world, wayOut, issuer, client, options } = asking
  const { redirectUri } = options
  if (redirectUri === undefined) throw missing('--redirect-uri URL, one that the client has')
  const found = await discover(wayOut, issuer)
  if (found.authorization_endpoint === undefined) {
    throw new CommandFailed(EXIT.unavailable, `${issuer} names no authorization endpoint`)
  }
  const [state, code_verifier] = [randomToken(16), randomToken(32)]
  const url = new URL(found.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: sha256Base64url(code_verifier),
    code_challenge_method: 'S256',
    ...more(asking),
  }
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  world.err(
    `Open ${shownUrl(url.href)}\nand paste the address that it leads to, which begins with ${safe(redirectUri)}\n`,
  )
  const answer = answerIn(await typedOrPiped(world, 'Address'), redirectUri)
  const code = codeOf(answer, state, issuer)
  const redeemed = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier }
  return await send(asking, found.token_endpoint, redeemed)
}

function answerIn(pasted: string, redirectUri: string): URLSearchParams {
  const url = URL.parse(pasted.trim())
  const expected = URL.parse(redirectUri)
  const isThere = url && expected && url.origin === expected.origin && url.pathname === expected.pathname
  if (isThere) return url.searchParams
  throw new CommandFailed(EXIT.usage, 'this is not an address that begins with the redirect URI')
}

/** RFC 6749 §4.1.2 and RFC 9207 §2.4: an answer to another question, or of another issuer, is not redeemed. */
function codeOf(answer: URLSearchParams, state: string, issuer: string): string {
  const refused = (what: string) => new CommandFailed(EXIT.refused, what)
  if (answer.get('state') !== state) throw refused('this is the answer to another question: its state is not ours')
  if ((answer.get('iss') ?? issuer) !== issuer) throw refused('this is the answer of another issuer')
  const error = answer.get('error')
  const description = answer.get('error_description')
  if (error !== null) throw refused(`no token: ${safe(error)}${description === null ? '' : `, ${safe(description)}`}`)
  const code = answer.get('code')
  if (code === null) throw refused('there is no code in this address')
  return code
}
