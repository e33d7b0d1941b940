/**
 * Who is there: the session of one person in one browser and one realm. The cookie holds a random value, new at each
 * login, and the row keeps its hash; the `sid` that clients see is another value and stays with the person's session.
 * Owns beginning, reading and ending sessions. What a login has to prove is the steps', what hangs on a session
 * (grants) ends in the same transaction.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import type { Request } from '#http/message.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Database, transaction } from '#store/database.ts'
import type { Realm } from '#store/realms.ts'
import * as rows from '#store/sessions.ts'
import type { User } from '#store/users.ts'
import { clearedRealmCookie, readRealmCookie, realmCookie } from './browser.ts'
import type { LoginContext } from './context.ts'

/** A live session of a live and enabled user. */
export interface CurrentSession {
  /** The `sid`. */
  readonly id: string
  readonly user: User
  readonly auth_time: number
  /** RFC 8176 */
  readonly amr: readonly string[]
  readonly created_at: number
}

/** A session is written to at most this often, in seconds, however busy it is. */
const touchSeconds = 60
/** What a list of sessions shows; a longer header tells nobody more. */
const userAgentLimit = 256

/** Who sits at the browser that sent the request; one read, and once a minute one small write. */
export async function currentSession(
  context: Pick<LoginContext, 'db' | 'publicUrl'>,
  realm: Realm,
  request: Request,
): Promise<CurrentSession | undefined> {
  const token = readRealmCookie(request, context.publicUrl, realm.name, 'session')
  if (token === undefined) return undefined
  const session = await rows.findSession(context.db, realm.id, sha256Base64url(token))
  if (!session) return undefined
  const { last_seen_at, ...current } = session
  if (nowSeconds() - last_seen_at >= touchSeconds) {
    await rows.touchSession(context.db, session.id, realm.settings.session_idle_seconds)
  }
  return current
}

/**
 * Begins a session after a login that proved `user`. A session that the browser had goes on under the new cookie where
 * it was the same person's, and ends where it was another's. `checkedPassword`: the hash that the login was checked
 * against. Undefined: the user was disabled, deleted or got another password meanwhile.
 */
export async function startSession(
  context: Pick<LoginContext, 'db' | 'publicUrl'>,
  realm: Realm,
  request: Request,
  user: Pick<User, 'id'>,
  amr: readonly string[],
  checkedPassword?: string,
): Promise<{ readonly id: string; readonly setCookie: string } | undefined> {
  const previous = readRealmCookie(request, context.publicUrl, realm.name, 'session')
  const token = randomToken()
  const id = await rows.beginSession(context.db, {
    realm_id: realm.id,
    user_id: user.id,
    token_hash: sha256Base64url(token),
    amr,
    address: request.address,
    user_agent: (request.headers['user-agent'] ?? '').slice(0, userAgentLimit),
    idle_seconds: realm.settings.session_idle_seconds,
    absolute_seconds: realm.settings.session_absolute_seconds,
    ...(previous === undefined ? {} : { previous_token_hash: sha256Base64url(previous) }),
    ...(checkedPassword === undefined ? {} : { checked_password: checkedPassword }),
  })
  return id === undefined ? undefined : { id, setCookie: realmCookie(context.publicUrl, realm.name, 'session', token) }
}

/** Ends a session and every grant that does not outlive it; send `clearedSessionCookie` with the answer. */
export function endSession(db: Database, id: string, because: string): Promise<boolean> {
  return transaction(db, (sql) => rows.endSession(sql, id, because))
}

export function clearedSessionCookie(publicUrl: string, realm: Pick<Realm, 'name'>): string {
  return clearedRealmCookie(publicUrl, realm.name, 'session')
}
