/** The pages of somebody who answers for a device (RFC 8628 §3.3). */
import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import type { Realm } from '#store/realms.ts'
import type { VisitOfSomebody } from '../visit.ts'
import { type AskedScope, scopeList } from './consent.ts'
import { alert, hallPage, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export type UserCodeProblem =
  | { readonly kind: 'missing' | 'wrong' }
  | { readonly kind: 'wait'; readonly seconds: number }

export interface UserCodePageView {
  /** Where the form goes: a path of ours. */
  readonly action: string
  readonly token: string
  /** `XXXX-XXXX` where the address named it, else empty. */
  readonly userCode: string
  readonly problem?: UserCodeProblem
  readonly setCookie?: string | undefined
}

/** The code is typed, or compared where the address names it: a click on a link alone answers nothing (§3.3.1). */
export function userCodePage(realm: Realm, view: UserCodePageView): Response {
  const { action, token, userCode, problem, setCookie } = view
  const invalid = problem ? html` aria-invalid="true" aria-describedby="problem"` : html``
  const wait = problem?.kind === 'wait' ? { 'retry-after': String(problem.seconds) } : {}
  const response = hallPage({
    realm,
    title: texts.device,
    status: problem === undefined ? 200 : problem.kind === 'wait' ? 429 : 422,
    headers: wait,
    content: html`
<h1>${texts.device}</h1>
<p>${userCode === '' || problem ? texts.deviceWhy : texts.deviceComplete}</p>
${alert('problem', problem && sentenceOf(problem))}
<form id="device-form" method="post" action="${action}">
${tokenField(token)}
<label for="user_code">${texts.userCode}</label>
<input id="user_code" name="user_code" type="text" value="${userCode}" autocomplete="off" autocapitalize="characters"
 spellcheck="false" maxlength="32" required autofocus${invalid}>
<button id="continue" name="continue" value="1" type="submit">${texts.deviceButton}</button>
</form>`,
  })
  return setCookie === undefined ? response : { ...response, headers: { ...response.headers, 'set-cookie': setCookie } }
}

function sentenceOf(problem: UserCodeProblem): string {
  if (problem.kind === 'wait') return texts.wait(problem.seconds)
  return problem.kind === 'missing' ? texts.missingUserCode : texts.wrongUserCode
}

/** Who asks, for what, in whose name, and that it is not this device (RFC 8628 §5.4). */
export function deviceConfirmPage(
  { realm, client, session }: VisitOfSomebody,
  view: { readonly action: string; readonly token: string; readonly scopes: readonly AskedScope[] },
): Response {
  const name = shownName(client.client_name)
  return hallPage({
    realm,
    title: texts.deviceConfirm(name),
    status: 200,
    content: html`
<h1>${texts.deviceConfirm(name)}</h1>
<p>${texts.consentAs(shownName(session.user.username))} ${texts.deviceConfirmWhy(name)}</p>
${view.scopes.length === 0 ? html`<p>${texts.consentNoScopes}</p>` : scopeList(view.scopes)}
<form id="device-confirm-form" method="post" action="${view.action}">
${tokenField(view.token)}
<button id="approve" name="approve" value="1" type="submit">${texts.approve}</button>
<button id="deny" name="deny" value="1" type="submit" class="secondary">${texts.deny}</button>
</form>`,
  })
}

export function deviceAnsweredPage(realm: Realm, isApproved: boolean): Response {
  const title = isApproved ? texts.deviceApproved : texts.deviceDenied
  return hallPage({
    realm,
    title,
    status: 200,
    content: html`
<h1 id="${isApproved ? 'device_approved' : 'device_denied'}">${title}</h1>
<p>${isApproved ? texts.deviceApprovedWhy : texts.deviceDeniedWhy}</p>`,
  })
}
