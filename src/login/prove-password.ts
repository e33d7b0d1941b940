/**
 * Whether a password is somebody's: asked by the sign-in page and by the password grant. An unknown name, a disabled
 * user and a wrong password look alike and cost the same (N032); the attempt is counted before anything is hashed (N033).
 * Does not own what a proof is good for: the caller begins a session or a grant, and says whether the attempt is
 * forgiven.
 */
import type { Request } from '#http/message.ts'
import { findPassword } from '#store/credentials.ts'
import { fold } from '#store/fold.ts'
import type { Realm } from '#store/realms.ts'
import { findUserByLogin, type User } from '#store/users.ts'
import type { LoginContext } from './context.ts'
import { accountKey, addressKey, checkAttempt, giveBack, type ThrottleKey, userKey } from './throttle.ts'

/** Longer than any username or address that can be stored. */
const usernameLimit = 256
/** Longer than any password that can be set. */
const passwordLimit = 1024

export interface PasswordAttempt {
  readonly realm: Realm
  readonly request: Request
  readonly username: string
  readonly password: string
}

export interface Proved {
  readonly user: User
  /** The hash that the password was checked against. */
  readonly hash: string
  /** Where the attempt is counted, as a failure unless `forgive` follows. */
  readonly keys: readonly ThrottleKey[]
}

export type PasswordOutcome<T> =
  | { readonly outcome: 'proved'; readonly value: T }
  | { readonly outcome: 'wrong' }
  /** Too many failures before: nothing was counted or hashed. */
  | { readonly outcome: 'wait'; readonly seconds: number }

/** Counts the attempt, checks it, and lets `settle` make something of the proof before the next attempt is let in. */
export async function provePassword<T>(
  context: LoginContext,
  attempt: PasswordAttempt,
  settle: (proved: Proved) => Promise<T>,
): Promise<PasswordOutcome<T>> {
  const { realm, request, password } = attempt
  const username = attempt.username.trim()
  if (username.length > usernameLimit || password.length > passwordLimit) return { outcome: 'wrong' }
  const user = await findUserByLogin(context.db, realm.id, username)
  const account = user ? userKey(realm.id, user.id) : accountKey(realm.id, `name ${fold(username)}`)
  const keys = [account, addressKey(realm.id, request.address)]
  const leave = await context.gate.enter(keys)
  try {
    const seconds = await checkAttempt(context.db, keys)
    if (seconds > 0) {
      context.metrics.login(realm.name, 'throttled')
      context.events.record({ ...eventOf(attempt, user), kind: 'login_throttled' })
      request.log.warn({ event: 'login_throttled', user: user?.id, address: request.address }, 'login has to wait')
      return { outcome: 'wait', seconds }
    }
    const proved = await check(context, attempt, user, keys)
    return proved ? { outcome: 'proved', value: await settle(proved) } : { outcome: 'wrong' }
  } finally {
    leave()
  }
}

/** Undefined: this is nobody; the attempt stays counted. One hash is computed whoever was named. */
async function check(
  context: LoginContext,
  attempt: PasswordAttempt,
  user: User | undefined,
  keys: readonly ThrottleKey[],
): Promise<Proved | undefined> {
  const { realm, request, password } = attempt
  await context.pace.slowDown(realm.id)
  const stored = user && (await findPassword(context.db, user.id))
  const isRight = await checked(context, keys, () =>
    stored ? context.userPasswords.verify(password, stored.value) : context.userPasswords.verifyDummy(password),
  )
  if (user && stored && isRight && user.enabled) return { user, hash: stored.value, keys }
  context.pace.failed(realm.id)
  context.metrics.login(realm.name, isRight ? 'disabled' : 'wrong_credentials')
  const why = isRight ? 'the user is disabled' : ''
  context.events.record({ ...eventOf(attempt, user), kind: 'login_failed', detail: why })
  // What was typed as a name may be a password: it is not logged.
  request.log.warn({ event: 'login_failed', user: user?.id, address: request.address }, 'login failed')
  return undefined
}

function eventOf({ realm, request }: PasswordAttempt, user: User | undefined) {
  return { realm_id: realm.id, user, address: request.address, request_id: request.id }
}

/** An attempt that nobody came to check is not a failure. */
async function checked(
  context: LoginContext,
  keys: readonly ThrottleKey[],
  verify: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await verify()
  } catch (fault) {
    await giveBack(context.db, keys)
    throw fault
  }
}
