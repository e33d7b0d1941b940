import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import type { VisitOfSomebody } from '../visit.ts'
import { hallPage, redirectHost, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export function confirmPage({ realm, client, session, stored }: VisitOfSomebody, token: string): Response {
  const title = texts.confirm(shownName(client.client_name))
  return hallPage({
    realm,
    title,
    status: 200,
    redirectUri: stored.parameters.redirect_uri,
    content: html`
<h1>${title}</h1>
<p>${texts.consentAs(shownName(session.user.username))} ${texts.confirmWhy}</p>
<p>${texts.consentRedirect(redirectHost(stored.parameters.redirect_uri))}</p>
<form id="confirm-form" method="post" action="?request=${stored.id}">
${tokenField(token)}
<button id="confirm" name="confirm" value="1" type="submit">${texts.confirmButton}</button>
<button id="deny" name="deny" value="1" type="submit" class="secondary">${texts.deny}</button>
</form>`,
  })
}
