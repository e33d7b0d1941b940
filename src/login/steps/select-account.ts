/** `prompt=select_account` (OpenID Connect Core §3.1.2.1): this account, or another one. */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { selectAccountPage } from '../pages/select-account.ts'
import { recordDecision, resume, type VisitOfSomebody } from '../visit.ts'
import type { Step, StepContext } from './step.ts'

export const selectAccountStep: Step = {
  name: 'select-account',
  asks: 'somebody',
  show: (_context, visit, token) => selectAccountPage(visit, token),
  submit,
}

async function submit(context: StepContext, visit: VisitOfSomebody, form: Form, token: string): Promise<Response> {
  const isThis = form.names.includes('continue')
  if (isThis === form.names.includes('another')) return selectAccountPage(visit, token)
  await recordDecision(context, visit, { account_selected: isThis })
  return resume(context, visit)
}
