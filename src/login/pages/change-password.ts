import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import { type PasswordProblem, shortestPassword } from '../password-rules.ts'
import type { Visit } from '../visit.ts'
import { alert, hallPage, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export type NewPasswordProblem = PasswordProblem | 'same' | 'differs'

const sentences: Readonly<Record<NewPasswordProblem, string>> = {
  short: texts.passwordShort(shortestPassword),
  long: texts.passwordLong,
  name: texts.passwordName,
  same: texts.passwordSame,
  differs: texts.passwordDiffers,
}

export function changePasswordPage(
  { realm, session, stored }: Visit,
  view: { readonly token: string; readonly problem?: NewPasswordProblem },
): Response {
  const { problem, token } = view
  const first = problem !== undefined && problem !== 'differs'
  const invalid = html` aria-invalid="true"`
  return hallPage({
    realm,
    title: texts.changePassword,
    redirectUri: stored.parameters.redirect_uri,
    status: problem === undefined ? 200 : 422,
    content: html`
<h1>${texts.changePassword}</h1>
<p>${texts.changePasswordWhy}</p>
${alert('problem', problem && sentences[problem])}
<form id="change-password-form" method="post" action="?request=${stored.id}">
${tokenField(token)}
<input type="hidden" name="username" value="${session?.user.username ?? ''}" autocomplete="username">
<label for="new_password">${texts.newPassword}</label>
<input id="new_password" name="new_password" type="password" autocomplete="new-password" required autofocus
 aria-describedby="new_password_hint${first ? ' problem' : ''}"${first ? invalid : html``}>
<p id="new_password_hint" class="hint">${texts.newPasswordHint(shortestPassword)}</p>
<label for="new_password_again">${texts.newPasswordAgain}</label>
<input id="new_password_again" name="new_password_again" type="password" autocomplete="new-password"
 required${problem === 'differs' ? html` aria-invalid="true" aria-describedby="problem"` : html``}>
<button id="change_password" name="change_password" value="1" type="submit">${texts.changePasswordButton}</button>
</form>`,
  })
}
