/** The two pages of RP-Initiated Logout 1.0; the endpoint behind them is the issuer's. */
import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import type { Realm } from '#store/realms.ts'
import { hallPage, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export interface LogoutConfirmView {
  /** Where the form goes: a path of ours. */
  readonly action: string
  /** `formToken` for what the endpoint will check. */
  readonly token: string
  readonly username: string
  readonly setCookie?: string
}

export function logoutConfirmPage(realm: Realm, view: LogoutConfirmView): Response {
  const { action, token, username, setCookie } = view
  const response = hallPage({
    realm,
    title: texts.logoutConfirm,
    status: 200,
    content: html`
<h1>${texts.logoutConfirm}</h1>
<p>${texts.logoutConfirmWhy(shownName(username))}</p>
<form id="logout-form" method="post" action="${action}">
${tokenField(token)}
<button id="confirm" name="confirm" value="1" type="submit">${texts.logoutButton}</button>
</form>`,
  })
  return setCookie === undefined ? response : { ...response, headers: { ...response.headers, 'set-cookie': setCookie } }
}

/** Every logout that leads nowhere else ends here. `setCookies`: what clears the session. */
export function loggedOutPage(realm: Realm, setCookies: readonly string[] = []): Response {
  const response = hallPage({
    realm,
    title: texts.loggedOut,
    status: 200,
    content: html`<h1 id="logged_out">${texts.loggedOut}</h1><p>${texts.loggedOutWhy}</p>`,
  })
  return setCookies.length === 0
    ? response
    : { ...response, headers: { ...response.headers, 'set-cookie': setCookies } }
}
