/**
 * Username and password. An unknown name, a disabled user and a wrong password look alike and cost the same (N032); the
 * attempt is counted before anything is hashed (N033).
 */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { findPassword } from '#store/credentials.ts'
import { fold } from '#store/fold.ts'
import { findUserByLogin, type User } from '#store/users.ts'
import { type PasswordPageProblem, passwordPage } from '../pages/password.ts'
import { startSession } from '../session.ts'
import { accountKey, addressKey, checkAttempt, forgive, giveBack, type ThrottleKey } from '../throttle.ts'
import { recordLogin, resume, type Visit } from '../visit.ts'
import type { Step, StepContext } from './step.ts'

/** Longer than any username or address that can be stored. */
const usernameLimit = 256
/** Longer than any password that can be set. */
const passwordLimit = 1024

export const passwordStep: Step = { name: 'password', asks: 'anybody', show, submit }

function show(_context: StepContext, visit: Visit, token: string): Response {
  const username = visit.stored.parameters.login_hint ?? visit.session?.user.username ?? ''
  return passwordPage(visit, { token, username })
}

async function submit(context: StepContext, visit: Visit, form: Form, token: string): Promise<Response> {
  const { realm, request } = visit
  const username = (form.get('username') ?? '').trim()
  const password = form.get('password') ?? ''
  const again: Again = (problem) => passwordPage(visit, { token, username, problem })
  if (username === '' || password === '') return again({ kind: 'missing' })
  if (username.length > usernameLimit || password.length > passwordLimit) return again({ kind: 'wrong' })

  const user = await findUserByLogin(context.db, realm.id, username)
  const account = user ? `user ${user.id}` : `name ${fold(username)}`
  const keys = [accountKey(realm.id, account), addressKey(realm.id, request.address)]
  const leave = await context.gate.enter(keys)
  try {
    return await attempt(context, visit, { user, password, keys }, again)
  } finally {
    leave()
  }
}

type Again = (problem: PasswordPageProblem) => Response

interface Attempt {
  /** Undefined: nobody has that name. */
  readonly user: User | undefined
  readonly password: string
  readonly keys: readonly ThrottleKey[]
}

async function attempt(context: StepContext, visit: Visit, tried: Attempt, again: Again): Promise<Response> {
  const { realm, request, stored } = visit
  const { user, keys } = tried
  const wait = await checkAttempt(context.db, keys)
  if (wait > 0) {
    context.metrics.login(realm.name, 'throttled')
    request.log.warn({ event: 'login_throttled', user: user?.id, address: request.address }, 'login has to wait')
    return again({ kind: 'wait', seconds: wait })
  }
  const proved = await prove(context, visit, tried)
  if (!proved) return again({ kind: 'wrong' })
  const hinted = stored.parameters.id_token_hint_sub
  if (hinted !== undefined && hinted !== proved.user.id) {
    await forgive(context.db, keys)
    return again({ kind: 'other-account' })
  }
  return (await enter(context, visit, proved, keys)) ?? again({ kind: 'wrong' })
}

interface Proved {
  readonly user: User
  /** The hash that the password was checked against. */
  readonly hash: string
}

/** Undefined: this is nobody; the attempt stays counted. One hash is computed whoever was named. */
async function prove(
  context: StepContext,
  { realm, request }: Visit,
  { user, password, keys }: Attempt,
): Promise<Proved | undefined> {
  await context.pace.slowDown(realm.id)
  const stored = user && (await findPassword(context.db, user.id))
  const isRight = await checked(context, keys, () =>
    stored ? context.userPasswords.verify(password, stored.value) : context.userPasswords.verifyDummy(password),
  )
  if (user && stored && isRight && user.enabled) return { user, hash: stored.value }
  context.pace.failed(realm.id)
  context.metrics.login(realm.name, isRight ? 'disabled' : 'wrong_credentials')
  // What was typed as a name may be a password: it is not logged.
  request.log.warn({ event: 'login_failed', user: user?.id, address: request.address }, 'login failed')
  return undefined
}

/** An attempt that nobody came to check is not a failure. */
async function checked(
  context: StepContext,
  keys: readonly ThrottleKey[],
  check: () => Promise<boolean>,
): Promise<boolean> {
  try {
    return await check()
  } catch (fault) {
    await giveBack(context.db, keys)
    throw fault
  }
}

/** Undefined: the user was disabled or got another password in this moment. */
async function enter(
  context: StepContext,
  visit: Visit,
  { user, hash }: Proved,
  keys: readonly ThrottleKey[],
): Promise<Response | undefined> {
  const { realm, request, client } = visit
  const session = await startSession(context, realm, request, user, ['pwd'], hash)
  if (!session) return undefined
  await Promise.all([forgive(context.db, keys), recordLogin(context, visit, session.id)])
  context.metrics.login(realm.name, 'success')
  request.log.info({ event: 'login', user: user.id, session: session.id, client_id: client.client_id }, 'logged in')
  return resume(context, visit, session.setCookie)
}
