/**
 * The hall: who is there, and do they agree. Every door where a person is asked something on the way of an authorization
 * request; GET shows a page, POST does what its form says and goes back to the dispatcher.
 * Owns pages, steps, sessions and the throttle. Which step comes next, and the answer to the client, is the issuer's.
 */
import { parseForm } from '#http/form.ts'
import type { Handler, Response, Route } from '#http/message.ts'
import type { LoginContext } from './context.ts'
import { deviceRoutes } from './device.ts'
import { type FormPurpose, formToken, readOwnForm, requireSameOrigin } from './own-form.ts'
import { refusedAsPage } from './pages/error.ts'
import { changePasswordStep } from './steps/change-password.ts'
import { confirmStep } from './steps/confirm.ts'
import { consentStep } from './steps/consent.ts'
import { passwordStep } from './steps/password.ts'
import { selectAccountStep } from './steps/select-account.ts'
import type { Step, StepContext, StepOf } from './steps/step.ts'
import { onlySignsIn, readVisit, resume, staleRequest, type Visit, type VisitOfSomebody } from './visit.ts'

const steps: readonly Step[] = [passwordStep, changePasswordStep, selectAccountStep, consentStep, confirmStep]

export function loginRoutes(context: LoginContext): readonly Route[] {
  const doors = steps.map((step) => ({
    methods: ['GET', 'POST'],
    path: `/realms/:realm/login/${step.name}`,
    handle: handlerOf(context, step),
    refused: refusedAsPage(context),
    name: `login-${step.name}`,
  }))
  return [...doors, ...deviceRoutes(context)]
}

function handlerOf(context: StepContext, step: Step): Handler {
  return async (request) => {
    if (request.method === 'POST') requireSameOrigin(request, context.publicUrl)
    const visit = await readVisit(context, request, parseForm(request.query).get('request') ?? '')
    const { id, parameters } = visit.stored
    if (onlySignsIn(parameters) && !step.signsIn) throw staleRequest({ step: step.name })
    if (step.asks === 'anybody') return await attend(context, step, visit, [step.name, id])
    // The session ended: the dispatcher knows what to do about it.
    if (!isOfSomebody(visit)) return resume(context, visit)
    return await attend(context, step, visit, [step.name, id, visit.session.id])
  }
}

async function attend<V extends Visit>(
  context: StepContext,
  step: StepOf<V>,
  visit: V,
  purpose: FormPurpose,
): Promise<Response> {
  const token = formToken(visit.browser, purpose)
  if (visit.request.method !== 'POST') return await step.show(context, visit, token)
  const form = readOwnForm(visit.request, visit.browser, purpose, step.onlyFields)
  return await step.submit(context, visit, form, token)
}

function isOfSomebody(visit: Visit): visit is VisitOfSomebody {
  return visit.session !== undefined
}
