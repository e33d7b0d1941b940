/** Username and password: the page, and what a proof begins. Whether they are right is `prove-password.ts`. */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { type PasswordPageProblem, passwordPage } from '../pages/password.ts'
import { type Proved, provePassword } from '../prove-password.ts'
import { startSession } from '../session.ts'
import { forgive } from '../throttle.ts'
import { eventOf, recordLogin, resume, type Visit } from '../visit.ts'
import type { Step, StepContext } from './step.ts'

export const passwordStep: Step = { name: 'password', asks: 'anybody', signsIn: true, show, submit }

function show(_context: StepContext, visit: Visit, token: string): Response {
  const username = visit.stored.parameters.login_hint ?? visit.session?.user.username ?? ''
  return passwordPage(visit, { token, username })
}

type Again = (problem: PasswordPageProblem) => Response

async function submit(context: StepContext, visit: Visit, form: Form, token: string): Promise<Response> {
  const { realm, request } = visit
  const username = (form.get('username') ?? '').trim()
  const password = form.get('password') ?? ''
  const again: Again = (problem) => passwordPage(visit, { token, username, problem })
  if (username === '' || password === '') return again({ kind: 'missing' })
  const proof = await provePassword(context, { realm, request, username, password }, (proved) =>
    settle(context, visit, proved, again),
  )
  if (proof.outcome === 'wait') return again({ kind: 'wait', seconds: proof.seconds })
  return proof.outcome === 'wrong' ? again({ kind: 'wrong' }) : proof.value
}

async function settle(context: StepContext, visit: Visit, proved: Proved, again: Again): Promise<Response> {
  const hinted = visit.stored.parameters.id_token_hint_sub
  if (hinted !== undefined && hinted !== proved.user.id) {
    await forgive(context.db, proved.keys)
    return again({ kind: 'other-account' })
  }
  return (await enter(context, visit, proved)) ?? again({ kind: 'wrong' })
}

/** Undefined: the user was disabled or got another password in this moment. */
async function enter(context: StepContext, visit: Visit, { user, hash, keys }: Proved): Promise<Response | undefined> {
  const { realm, request, client } = visit
  const session = await startSession(context, realm, request, user, ['pwd'], hash)
  if (!session) return undefined
  await Promise.all([forgive(context.db, keys), recordLogin(context, visit, session.id)])
  context.metrics.login(realm.name, 'success')
  context.events.record({ ...eventOf(visit, user), kind: 'login' })
  request.log.info({ event: 'login', user: user.id, session: session.id, client_id: client.client_id }, 'logged in')
  return resume(context, visit, session.setCookie)
}
