/** RFC 8252 §8.6: any program of the machine may use that redirect, so the person says that they began this. */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { confirmPage } from '../pages/confirm.ts'
import { recordDecision, resume, type VisitOfSomebody } from '../visit.ts'
import { deny } from './consent.ts'
import type { Step, StepContext } from './step.ts'

export const confirmStep: Step = {
  name: 'confirm',
  asks: 'somebody',
  show: (_context, visit, token) => confirmPage(visit, token),
  submit,
}

async function submit(context: StepContext, visit: VisitOfSomebody, form: Form, token: string): Promise<Response> {
  const isConfirmed = form.names.includes('confirm')
  if (isConfirmed === form.names.includes('deny')) return confirmPage(visit, token)
  if (!isConfirmed) return await deny(context, visit)
  await recordDecision(context, visit, { confirmed: true })
  return resume(context, visit)
}
