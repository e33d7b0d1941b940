/**
 * How a console's session begins and ends: an authorization-code round trip with PKCE (RFC 6749 §4.1, RFC 7636) of the
 * built-in client `sallyport-console`, whose back end this is, and signing out. Every step of the person's way (password,
 * forced change of it, another account) is the hall's; the exchange is a call within the process.
 * `state` is bound to the browser and spent by its callback; the verifier is made from the browser's cookie, so that it
 * stands in no row; `iss` is checked (RFC 9207 §2.4). The tokens that come of it are dropped: the session rests on the
 * grant behind them.
 */
import { hmacSha256, sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { issuerUrl } from '#http/doors.ts'
import { parseForm } from '#http/form.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { consoleClientId } from '#issuer/own-client.ts'
import { redeemOwnCode } from '#issuer/own-exchange.ts'
import { headRefused } from '#issuer/refusals.ts'
import type { LiveToken } from '#issuer/tokens/check.ts'
import { ensureBrowser, readRealmCookie } from '#login/browser.ts'
import { formToken, requireSameOrigin } from '#login/own-form.ts'
import { refusedAsPage } from '#login/pages/error.ts'
import { clearedSessionCookie } from '#login/session.ts'
import { authorizationRequestSeconds } from '#store/authorization-requests.ts'
import { addConsoleSession, addConsoleSignIn, spendConsoleSignIn } from '#store/console-sessions.ts'
import { revokeGrant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'
import { noRolePage, signedOutPage, signInFailedPage } from './console-pages.ts'
import {
  clearedConsoleCookie,
  consoleCookie,
  currentConsole,
  endConsole,
  readConsoleCookie,
  requireOwnPage,
} from './console-session.ts'
import type { AdminContext } from './context.ts'
import { isAdministrative, systemOf, writeScope } from './gate.ts'

const root = '/console/'
/** What a list of sessions shows; a longer header tells nobody more. */
const userAgentLimit = 256
/** A page of the console and what stands in its address; the way back need not hold more. */
const longestReturn = 2048

export function consoleSessionRoutes(context: AdminContext): readonly Route[] {
  const refused = refusedAsPage(context)
  const door = (path: string, method: string, run: (system: Realm, request: Request) => Promise<Response>): Route => ({
    methods: [method],
    path: root + path,
    name: `console ${path}`,
    refused,
    handle: async (request) => {
      if (request.method === 'HEAD') throw headRefused(method)
      return await run(await systemOf(context), request)
    },
  })
  return [
    door('sign-in', 'GET', (system, request) => signIn(context, system, request)),
    door('callback', 'GET', (system, request) => callback(context, system, request)),
    door('sign-out', 'POST', (system, request) => signOut(context, system, request)),
    door('signed-out', 'GET', async (system) => signedOutPage(system)),
  ]
}

/**
 * Where a sign-in leads: a page of the console, whatever was asked for. Read as a browser would read it, so that no way
 * of writing another address passes (N005).
 */
export function returnPath(asked: string | undefined, publicUrl: string): string {
  if (asked === undefined || asked.length > longestReturn || !URL.canParse(asked, publicUrl)) return root
  const url = new URL(asked, publicUrl)
  const isOurs = asked.startsWith(root) && url.origin === new URL(publicUrl).origin && url.pathname.startsWith(root)
  const isDoor = /^\/console\/(?:sign-in|callback|sign-out|signed-out)\b/.test(url.pathname)
  return isOurs && !isDoor ? url.pathname + url.search + url.hash : root
}

/** `GET /console/sign-in?return=`: off to the authorization endpoint, or straight back where somebody is signed in. */
async function signIn(context: AdminContext, system: Realm, request: Request): Promise<Response> {
  const { publicUrl } = context
  const returnTo = returnPath(parseForm(request.query).get('return'), publicUrl)
  if (await currentConsole(context, system, request)) return seeOther(publicUrl + returnTo)
  const browser = ensureBrowser(request, publicUrl, system.name)
  const state = randomToken()
  const row = { state_hash: sha256Base64url(state), browser_hash: browser.hash, return_to: returnTo }
  await addConsoleSignIn(context.db, row, authorizationRequestSeconds)
  const url = new URL(`${issuerUrl(publicUrl, system.name)}/authorize`)
  const parameters = {
    response_type: 'code',
    client_id: consoleClientId,
    redirect_uri: redirectUri(publicUrl),
    scope: `openid profile ${writeScope}`,
    state,
    code_challenge: sha256Base64url(verifierOf(browser, state)),
    code_challenge_method: 'S256',
  }
  url.search = new URLSearchParams(parameters).toString()
  return seeOther(url.href, browser.setCookie === undefined ? [] : [browser.setCookie])
}

/** `GET /console/callback`: the authorization response. */
async function callback(context: AdminContext, system: Realm, request: Request): Promise<Response> {
  const { publicUrl } = context
  const answer = parseForm(request.query)
  const state = answer.get('state')
  const browser = readRealmCookie(request, publicUrl, system.name, 'browser')
  if (state === undefined || browser === undefined || answer.repeated.length > 0) {
    return failed(context, system, request, 'no browser or no state')
  }
  const signedIn = await spendConsoleSignIn(context.db, {
    state_hash: sha256Base64url(state),
    browser_hash: sha256Base64url(browser),
  })
  if (!signedIn) return failed(context, system, request, 'unknown state')
  if (answer.get('iss') !== issuerUrl(publicUrl, system.name)) return failed(context, system, request, 'another issuer')
  const code = answer.get('code')
  if (code === undefined) return failed(context, system, request, 'the authorization was refused')
  const verifier = verifierOf({ value: browser }, state)
  const token = await redeemOwnCode(context, system, request, { code, verifier, redirectUri: redirectUri(publicUrl) })
  if (!token?.user || !token.grant) return failed(context, system, request, 'the grant has ended')
  if (!token.user.roles.some(isAdministrative)) return await withoutRole(context, system, request, token)
  return await begin(context, system, request, token.user, token.grant.id, signedIn.return_to)
}

async function begin(
  context: AdminContext,
  system: Realm,
  request: Request,
  user: User,
  grantId: string,
  returnTo: string,
): Promise<Response> {
  const { publicUrl } = context
  const previous = readConsoleCookie(publicUrl, system, request)
  const value = randomToken()
  const session = await addConsoleSession(context.db, {
    token_hash: sha256Base64url(value),
    grant_id: grantId,
    address: request.address,
    user_agent: (request.headers['user-agent'] ?? '').slice(0, userAgentLimit),
    idle_seconds: system.settings.session_idle_seconds,
    absolute_seconds: system.settings.session_absolute_seconds,
    previous_token_hash: previous === undefined ? undefined : sha256Base64url(previous),
  })
  context.events.record({ ...eventOf(system, request, user), kind: 'console_sign_in' })
  request.log.info({ session: session.id, grant: grantId, user: user.id }, 'somebody signed in to the console')
  return seeOther(publicUrl + returnTo, [consoleCookie(publicUrl, system, value)])
}

/** They have proven who they are, and may do nothing here: told plainly, with a way to be somebody else. */
async function withoutRole(
  context: AdminContext,
  system: Realm,
  request: Request,
  { user, grant }: LiveToken,
): Promise<Response> {
  if (!grant || !user) throw new Error('a code is redeemed for a person')
  await revokeGrant(context.db.sql, grant.id, 'no administrative role')
  context.events.record({
    ...eventOf(system, request, user),
    kind: 'console_refused',
    detail: 'no administrative role',
  })
  request.log.warn({ user: user.id }, 'a person without an administrative role came to the console')
  const browser = ensureBrowser(request, context.publicUrl, system.name)
  return noRolePage(system, {
    username: user.username,
    action: new URL(`${issuerUrl(context.publicUrl, system.name)}/logout/confirm`).pathname,
    token: formToken(browser, ['logout', grant.session_id ?? '']),
  })
}

/** `POST /console/sign-out`: a form with `csrf_token`, or a call with the header. */
async function signOut(context: AdminContext, system: Realm, request: Request): Promise<Response> {
  const { publicUrl } = context
  // First of all: no cookie comes from another site, and its absence must not be a way to make the browser forget it.
  requireSameOrigin(request, publicUrl)
  const console = await currentConsole(context, system, request)
  if (console) {
    requireOwnPage(context, request, console, parseForm(request.body).get('csrf_token'))
    await endConsole(context, console)
    context.events.record({ ...eventOf(system, request, console.user), kind: 'console_sign_out' })
    request.log.info({ session: console.session.id, user: console.user.id }, 'somebody signed out of the console')
  }
  const cookies = console ? [clearedSessionCookie(publicUrl, system)] : []
  return seeOther(`${publicUrl}${root}signed-out`, [...cookies, clearedConsoleCookie(publicUrl, system)])
}

function eventOf(system: Realm, request: Request, user: User) {
  const where = { address: request.address, request_id: request.id }
  return { realm_id: system.id, user, client_id: consoleClientId, ...where }
}

/** `because`: one of our own sentences, never what was sent. */
function failed(context: AdminContext, system: Realm, request: Request, because: string): Response {
  const { address, id } = request
  context.events.record({ realm_id: system.id, kind: 'console_refused', address, request_id: id, detail: because })
  request.log.warn({ event: 'console_refused', because }, 'a sign-in to the console did not come to its end')
  return signInFailedPage(system, request)
}

function redirectUri(publicUrl: string): string {
  return `${publicUrl}/console/callback`
}

/** RFC 7636 §4.1: 43 characters, of 256 bits that nobody has who has not the browser's cookie. */
function verifierOf(browser: { readonly value: string }, state: string): string {
  return hmacSha256(Buffer.from(browser.value, 'utf8'), JSON.stringify(['console sign-in', state])).toString(
    'base64url',
  )
}

function seeOther(location: string, cookies: readonly string[] = []): Response {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status: 303, headers: cookies.length === 0 ? headers : { ...headers, 'set-cookie': cookies }, body: '' }
}
