/** Authorization requests as clients send them, honest and odd, and what came of them. */
import { createHash } from 'node:crypto'
import { Browser, type Page } from './browser.ts'
import { authorizationUrl, REDIRECT_URI, signIn } from './code-flow.ts'
import type { House } from './house.ts'

export const VERIFIER = 'a'.repeat(43)
export const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url')

export const HONEST = {
  response_type: 'code',
  client_id: 'app',
  redirect_uri: REDIRECT_URI,
  scope: 'openid profile',
  state: 'a state',
  code_challenge: CHALLENGE,
  code_challenge_method: 'S256',
}

/** Other values for the honest request; undefined leaves one out. */
export type Change = Readonly<Record<string, string | undefined>>

export function requestUrl(house: House, change: Change = {}): URL {
  const url = authorizationUrl(house, HONEST)
  for (const [name, value] of Object.entries(change)) {
    if (value === undefined) url.searchParams.delete(name)
    else url.searchParams.set(name, value)
  }
  return url
}

/** A browser in which that person has a session. */
export async function signedIn(house: House, username = 'alice'): Promise<Browser> {
  const browser = new Browser(house.url)
  const page = await signIn(browser, await browser.open(requestUrl(house)), username)
  if (!page.url.searchParams.has('code')) throw new Error(`${username} could not sign in:\n${page.body}`)
  return browser
}

/** The request, sent from a browser in which alice has a session. */
export async function ask(house: House, change: Change): Promise<Page> {
  return (await signedIn(house)).open(requestUrl(house, change))
}

/** What makes a page an error page of our own: nothing leaves for an address that the request chose. */
export function ownPage(page: Page) {
  return {
    isElsewhere: page.isElsewhere,
    status: page.status,
    location: page.headers.get('location'),
    type: page.headers.get('content-type')?.split(';')[0],
    cache: page.headers.get('cache-control'),
  }
}

export const ERROR_PAGE = { isElsewhere: false, status: 400, location: null, type: 'text/html', cache: 'no-store' }

/** What reached the client by query; `at`: where. */
export function answerOf(page: Page) {
  const answer = page.isElsewhere ? page.url.searchParams : new URLSearchParams()
  return {
    at: page.url.origin + page.url.pathname,
    error: answer.get('error'),
    state: answer.get('state'),
    iss: answer.get('iss'),
    hasCode: /^[\w-]{43}$/.test(answer.get('code') ?? ''),
  }
}

/** The answer that tells the client of an error (RFC 6749 §4.1.2.1, RFC 9207 §2). */
export function refusal(house: House, error: string, state: string | null = HONEST.state) {
  return { at: REDIRECT_URI, error, state, iss: house.issuer(), hasCode: false }
}

export function hasCode(page: Page): boolean {
  return answerOf(page).hasCode
}
