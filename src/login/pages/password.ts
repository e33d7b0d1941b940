import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import type { Visit } from '../visit.ts'
import { alert, hallPage, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export type PasswordPageProblem =
  | { readonly kind: 'missing' | 'wrong' | 'other-account' }
  | { readonly kind: 'wait'; readonly seconds: number }

export interface PasswordPageView {
  readonly token: string
  /** Filled in already. */
  readonly username: string
  readonly problem?: PasswordPageProblem
}

/** The first page: both fields at once, so that nobody learns which names exist. */
export function passwordPage({ realm, client, stored }: Visit, view: PasswordPageView): Response {
  const { problem, token, username } = view
  const invalid = problem ? html` aria-invalid="true" aria-describedby="problem"` : html``
  const isFilled = username !== ''
  return hallPage({
    realm,
    title: texts.signIn,
    redirectUri: stored.parameters.redirect_uri,
    status: problem === undefined ? 200 : problem.kind === 'wait' ? 429 : 422,
    ...(problem?.kind === 'wait' ? { headers: { 'retry-after': String(problem.seconds) } } : {}),
    content: html`
<h1>${texts.signIn}</h1>
<p>${texts.signInTo(shownName(client.client_name))}</p>
${alert('problem', problem && sentenceOf(problem))}
<form id="login-form" method="post" action="?request=${stored.id}">
${tokenField(token)}
<label for="username">${texts.username}</label>
<input id="username" name="username" type="text" value="${username}" autocomplete="username" autocapitalize="none"
 spellcheck="false" required${isFilled ? html`` : html` autofocus`}${invalid}>
<label for="password">${texts.password}</label>
<input id="password" name="password" type="password" autocomplete="current-password"
 required${isFilled ? html` autofocus` : html``}${invalid}>
<button id="login" name="login" value="1" type="submit">${texts.login}</button>
</form>`,
  })
}

function sentenceOf(problem: PasswordPageProblem): string {
  if (problem.kind === 'wait') return texts.wait(problem.seconds)
  if (problem.kind === 'missing') return texts.missingCredentials
  return problem.kind === 'wrong' ? texts.wrongCredentials : texts.otherAccount
}
