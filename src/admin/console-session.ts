/**
 * The console's session: what stands in for a bearer token where a browser calls. The browser holds a random cookie that
 * scripts cannot read and nothing else; no token ever reaches it. Owns reading the cookie, what a call that changes
 * something has to prove besides, and the end of a session. Does not own: how one begins (`console-session-routes.ts`),
 * and what its person may do, which the gate asks of the roles that the person holds now.
 * SameSite is Lax: a link to the console from elsewhere finds its reader signed in, and a GET changes nothing. Whatever
 * changes something needs a token that only our own page can read, and has to come from our own origin (N148).
 */
import { passiveHeader } from '#contract/caller.ts'
import { equalConstantTime, sha256Base64url } from '#crypto/hash.ts'
import { cookieName, forgetCookie, printCookie, readCookie } from '#http/cookies.ts'
import type { Request } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { formToken, requireSameOrigin } from '#login/own-form.ts'
import { nowSeconds } from '#observe/clock.ts'
import {
  type ConsoleSession,
  endConsoleSession,
  findConsoleSession,
  touchConsoleSession,
} from '#store/console-sessions.ts'
import { transaction } from '#store/database.ts'
import { findLiveGrant, type LiveGrant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import { endSession, touchSession } from '#store/sessions.ts'
import type { AdminContext } from './context.ts'

/** The header in which a call of our own page shows its token. */
export const csrfHeader = 'x-csrf-token'

/** A session is written to at most this often, in seconds, however busy it is. */
const TOUCH_SECONDS = 60
/** 256 bits as `randomToken` prints them. */
const TOKEN = /^[A-Za-z0-9_-]{43}$/

/** A live session of the console, with the person behind it as they are now. */
export interface CurrentConsole extends LiveGrant {
  readonly session: ConsoleSession
  readonly csrfToken: string
  /** When it ends if nobody comes; seconds since 1970. */
  readonly expiresAt: number
}

type Context = Pick<AdminContext, 'db' | 'publicUrl'>

/** The session of the browser that sent the request; undefined: it has none, or it or what it rests on has ended. */
export async function currentConsole(
  context: Context,
  system: Realm,
  request: Request,
): Promise<CurrentConsole | undefined> {
  const cookie = readConsoleCookie(context.publicUrl, system, request)
  const session = cookie && (await findConsoleSession(context.db, sha256Base64url(cookie)))
  const live = session && (await findLiveGrant(context.db, session.grant_id))
  if (!cookie || !live || live.grant.realm_id !== system.id) return undefined
  const now = nowSeconds()
  let idleExpiresAt = session.idle_expires_at
  // What a page asks of itself while nobody is there must not keep its session alive.
  const isPassive = request.headers[passiveHeader] !== undefined
  if (!isPassive && now - session.last_seen_at >= TOUCH_SECONDS) {
    const idleSeconds = system.settings.session_idle_seconds
    idleExpiresAt = now + idleSeconds
    await touchConsoleSession(context.db, session.id, idleSeconds)
    // Who works in the console is here: the login that it rests on must not end for want of visits to a sign-in page.
    if (live.grant.session_id !== null) await touchSession(context.db, live.grant.session_id, idleSeconds)
  }
  const expiresAt = Math.min(idleExpiresAt, session.expires_at)
  return { ...live, session, csrfToken: csrfTokenOf(cookie, session), expiresAt }
}

/** Refuses with 403 what a page that is not ours could have sent. Reading changes nothing and needs no proof. */
export function requireOwnPage(context: Context, request: Request, console: CurrentConsole, shown?: string): void {
  if (request.method === 'GET' || request.method === 'HEAD') return
  requireSameOrigin(request, context.publicUrl)
  const token = request.headers[csrfHeader] ?? shown
  if (token !== undefined && equalConstantTime(token, console.csrfToken)) return
  throw new Refusal(403, 'foreign_request', 'the CSRF token is missing or not of this session', {
    session: console.session.id,
    has_token: token !== undefined,
  })
}

/** Signs out: ends the session, the grant that it rests on and the login, everywhere in this browser. */
export async function endConsole(context: Context, { session, grant }: CurrentConsole): Promise<void> {
  await endConsoleSession(context.db, session, 'logout')
  const sid = grant.session_id
  if (sid !== null) await transaction(context.db, (sql) => endSession(sql, sid, 'logout'))
}

export function readConsoleCookie(publicUrl: string, system: Realm, request: Request): string | undefined {
  const value = readCookie(request.headers['cookie'], nameOf(publicUrl, system))
  return value !== undefined && TOKEN.test(value) ? value : undefined
}

/** Ends with the browser: how long a session lives is the row's business. */
export function consoleCookie(publicUrl: string, system: Pick<Realm, 'name'>, value: string): string {
  return printCookie(nameOf(publicUrl, system), value, { secure: isSecure(publicUrl) })
}

export function clearedConsoleCookie(publicUrl: string, system: Pick<Realm, 'name'>): string {
  return forgetCookie(nameOf(publicUrl, system), isSecure(publicUrl))
}

function nameOf(publicUrl: string, system: Pick<Realm, 'name'>): string {
  return cookieName('console', system.name, isSecure(publicUrl))
}

function isSecure(publicUrl: string): boolean {
  return publicUrl.startsWith('https:')
}

function csrfTokenOf(cookie: string, session: ConsoleSession): string {
  return formToken({ value: cookie }, ['console', session.id])
}
