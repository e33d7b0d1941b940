/** A password that somebody else chose is changed before anything else. The old one was shown for this very request. */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { findPassword } from '#store/credentials.ts'
import { setUserPassword } from '#store/user-changes.ts'
import { changePasswordPage } from '../pages/change-password.ts'
import { findPasswordProblem } from '../password-rules.ts'
import { startSession } from '../session.ts'
import { eventOf, recordLogin, resume, type VisitOfSomebody } from '../visit.ts'
import type { Step, StepContext } from './step.ts'

export const changePasswordStep: Step = {
  name: 'change-password',
  asks: 'somebody',
  signsIn: true,
  show,
  submit,
}

function show(context: StepContext, visit: VisitOfSomebody, token: string): Response {
  return isDue(visit) ? changePasswordPage(visit, { token }) : resume(context, visit)
}

async function submit(context: StepContext, visit: VisitOfSomebody, form: Form, token: string): Promise<Response> {
  if (!isDue(visit)) return resume(context, visit)
  const { client, realm, session, request } = visit
  const password = form.get('new_password') ?? ''
  const old = await findPassword(context.db, session.user.id)
  const problem =
    findPasswordProblem(password, { user: session.user, realm, client }) ??
    (form.get('new_password_again') === password ? undefined : 'differs') ??
    (old && (await context.userPasswords.verify(password, old.value)) ? 'same' : undefined)
  if (problem) return changePasswordPage(visit, { token, problem })

  const { user } = session
  const hash = await context.userPasswords.hash(password)
  const actor = {
    kind: 'user',
    id: user.id,
    name: user.username,
    address: request.address,
    request_id: request.id,
  } as const
  if (!(await setUserPassword(context.db, actor, realm.id, user.id, hash, false))) return resume(context, visit)
  context.metrics.login(realm.name, 'password_changed')
  context.events.record({ ...eventOf(visit, user), kind: 'password_changed' })
  request.log.info({ event: 'password_changed', user: user.id }, 'password changed')
  // The change ended every session of the user, this one too: the person who made it goes on in a new one.
  const started = await startSession(context, realm, request, user, ['pwd'], hash)
  if (started) await recordLogin(context, visit, started.id)
  return resume(context, visit, started?.setCookie)
}

/** Only who has just shown the old password may set a new one. */
function isDue({ session, stored }: VisitOfSomebody): boolean {
  const { login_session, authenticated_at } = stored.progress
  return session.user.must_change_password && authenticated_at !== undefined && login_session === session.id
}
