/**
 * What the client may have (RFC 6749 §10.2, OpenID Connect Core §3.1.2.4). Agreed to is what the stored request asks
 * for, by the person who saw the page; nothing that the form holds can widen it (N031).
 */
import type { Form } from '#http/form.ts'
import type { Response } from '#http/message.ts'
import { addConsent } from '#store/consents.ts'
import { realmResources } from '#store/resources.ts'
import { formTokenField } from '../own-form.ts'
import { consentPage } from '../pages/consent.ts'
import { eventOf, recordDecision, resume, type VisitOfSomebody } from '../visit.ts'
import type { Step, StepContext } from './step.ts'

export const consentStep: Step = {
  name: 'consent',
  asks: 'somebody',
  show,
  submit,
  onlyFields: [formTokenField, 'approve', 'deny'],
}

async function show(context: StepContext, visit: VisitOfSomebody, token: string): Promise<Response> {
  const { scopes } = await realmResources(context.db, visit.realm, context.publicUrl)
  const names = visit.stored.parameters.scope.split(' ').filter((name) => name !== '')
  const asked = names.map((name) => ({ name, description: scopes.get(name)?.description ?? '' }))
  return consentPage(visit, token, asked)
}

async function submit(context: StepContext, visit: VisitOfSomebody, form: Form, token: string): Promise<Response> {
  const isApproved = form.names.includes('approve')
  if (isApproved === form.names.includes('deny')) return await show(context, visit, token)
  return isApproved ? await approve(context, visit) : await deny(context, visit)
}

async function approve(context: StepContext, visit: VisitOfSomebody): Promise<Response> {
  const { client, session, request } = visit
  const { scope } = visit.stored.parameters
  if (await recordDecision(context, visit, { consented_scope: scope })) {
    await addConsent(context.db, session.user.id, client.id, scope)
    context.events.record({ ...eventOf(visit, session.user), kind: 'consent_given', detail: scope })
    request.log.info({ event: 'consent', user: session.user.id, client_id: client.client_id, scope }, 'consent given')
  }
  return resume(context, visit)
}

/** Also the answer to a confirmation. */
export async function deny(context: StepContext, visit: VisitOfSomebody): Promise<Response> {
  const { client, realm, session, request } = visit
  if (await recordDecision(context, visit, { denied: true })) {
    context.metrics.login(realm.name, 'denied')
    context.events.record({ ...eventOf(visit, session.user), kind: 'consent_denied' })
    request.log.info({ event: 'denied', user: session.user.id, client_id: client.client_id }, 'the user said no')
  }
  return resume(context, visit)
}
