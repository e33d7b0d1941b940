import type { Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import type { VisitOfSomebody } from '../visit.ts'
import { hallPage, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export function selectAccountPage({ realm, client, session, stored }: VisitOfSomebody, token: string): Response {
  return hallPage({
    realm,
    title: texts.selectAccount,
    status: 200,
    redirectUri: stored.parameters.redirect_uri,
    content: html`
<h1>${texts.selectAccount}</h1>
<p>${texts.signInTo(shownName(client.client_name))}</p>
<form id="select-account-form" method="post" action="?request=${stored.id}">
${tokenField(token)}
<button id="continue" name="continue" value="1" type="submit">${texts.continueAs(shownName(session.user.username))}</button>
<button id="another" name="another" value="1" type="submit" class="secondary">${texts.anotherAccount}</button>
</form>`,
  })
}
