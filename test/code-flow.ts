/** The code flow as a client walks it, for tests that need its tokens. */
import { createHash, randomBytes } from 'node:crypto'
import { Browser, type Page } from './browser.ts'
import { type Credentials, USER_PASSWORD } from './clients.ts'
import type { House } from './house.ts'
import { basic, form } from './requests.ts'

export const REDIRECT_URI = 'https://app.example/callback'

/** All that a client knows of the house. */
export type Front = Pick<House, 'url' | 'issuer'>

export interface FlowOptions {
  readonly client: Credentials
  readonly username: string
  readonly scope?: string
  readonly realm?: string
  readonly browser?: Browser
  /** More or other parameters of the authorization request. */
  readonly parameters?: Readonly<Record<string, string>>
}

export interface Authorized {
  readonly browser: Browser
  readonly answer: URLSearchParams
  readonly code: string
  readonly verifier: string
}

export interface Tokens {
  readonly access_token: string
  readonly token_type: string
  readonly expires_in: number
  readonly scope?: string
  readonly refresh_token?: string
  readonly id_token?: string
}

export function pkce(): { readonly verifier: string; readonly challenge: string } {
  const verifier = randomBytes(32).toString('base64url')
  return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') }
}

export function authorizationUrl(house: Front, parameters: Readonly<Record<string, string>>, realm = 'default'): URL {
  const url = new URL(`${house.issuer(realm)}/authorize`)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value)
  return url
}

/** Types username and password where the page asks, agrees where it asks, and answers where the browser ends up. */
export async function signIn(browser: Browser, page: Page, username: string, password = USER_PASSWORD): Promise<Page> {
  let at = page
  for (let step = 0; step < 4 && !at.isElsewhere; step++) {
    if (at.body.includes('name="password"')) at = await browser.submit(at, { username, password, login: '' })
    else if (at.body.includes('name="approve"')) at = await browser.submit(at, { approve: '' })
    else if (at.body.includes('name="confirm"')) at = await browser.submit(at, { confirm: '' })
    else break
  }
  return at
}

/** From the authorization request to the code. */
export async function authorize(house: Front, options: FlowOptions): Promise<Authorized> {
  const { verifier, challenge } = pkce()
  const browser = options.browser ?? new Browser(house.url)
  const url = authorizationUrl(
    house,
    {
      response_type: 'code',
      client_id: options.client.client_id,
      redirect_uri: REDIRECT_URI,
      scope: options.scope ?? 'openid',
      state: 'a state',
      code_challenge: challenge,
      code_challenge_method: 'S256',
      ...options.parameters,
    },
    options.realm,
  )
  const page = await signIn(browser, await browser.open(url), options.username)
  if (!page.isElsewhere) throw new Error(`the flow stopped at ${page.url.href} (${page.status}):\n${page.body}`)
  const answer = page.url.searchParams
  return { browser, answer, code: answer.get('code') ?? '', verifier }
}

export function tokenRequest(
  house: Front,
  client: Credentials,
  fields: Readonly<Record<string, string>>,
  realm?: string,
): Promise<Response> {
  const body = form(fields)
  return fetch(`${house.issuer(realm)}/token`, { method: 'POST', headers: basic(client), body })
}

export function redeem(house: Front, client: Credentials, { code, verifier }: Authorized): Promise<Response> {
  return tokenRequest(house, client, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: REDIRECT_URI,
    code_verifier: verifier,
  })
}

/** The whole flow. */
export async function tokensOf(house: Front, options: FlowOptions): Promise<Tokens & { readonly browser: Browser }> {
  const authorized = await authorize(house, options)
  const response = await redeem(house, options.client, authorized)
  const answer = (await response.json()) as Tokens
  if (response.status !== 200) throw new Error(`the code was refused: ${JSON.stringify(answer)}`)
  return { ...answer, browser: authorized.browser }
}

export function refresh(
  house: Front,
  client: Credentials,
  refreshToken: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return tokenRequest(house, client, { grant_type: 'refresh_token', refresh_token: refreshToken, ...more })
}
