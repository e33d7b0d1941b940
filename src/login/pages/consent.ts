import type { Response } from '#http/message.ts'
import { type Html, html } from '#http/page.ts'
import type { VisitOfSomebody } from '../visit.ts'
import { hallPage, redirectHost, shownName, tokenField } from './frame.ts'
import { texts } from './texts.ts'

export interface AskedScope {
  readonly name: string
  /** Empty: nobody described it. */
  readonly description: string
}

export function consentPage(visit: VisitOfSomebody, token: string, scopes: readonly AskedScope[]): Response {
  const { realm, client, session, stored } = visit
  const name = shownName(client.client_name)
  // By http it would tell the network who signs in where, and browsers would block it.
  const logo = client.logo_uri?.startsWith('https://') ? client.logo_uri : undefined
  return hallPage({
    realm,
    title: texts.consent(name),
    status: 200,
    redirectUri: stored.parameters.redirect_uri,
    images: logo === undefined ? [] : [logo],
    content: html`
${logo === undefined ? undefined : html`<img class="client-logo" src="${logo}" alt="" referrerpolicy="no-referrer">`}
<h1>${texts.consent(name)}</h1>
<p>${texts.consentAs(shownName(session.user.username))}</p>
${scopes.length === 0 ? html`<p>${texts.consentNoScopes}</p>` : scopeList(scopes)}
<p>${texts.consentRedirect(redirectHost(stored.parameters.redirect_uri))}</p>
<form id="consent-form" method="post" action="?request=${stored.id}">
${tokenField(token)}
<button id="approve" name="approve" value="1" type="submit">${texts.approve}</button>
<button id="deny" name="deny" value="1" type="submit" class="secondary">${texts.deny}</button>
</form>`,
  })
}

/** What the client will be able to do, as a list that names itself. */
export function scopeList(scopes: readonly AskedScope[]): Html {
  const list = scopes.map((scope) => html`<li>${sentenceOf(scope)} <code>${scope.name}</code></li>`)
  return html`<p id="scopes">${texts.consentScopes}</p><ul aria-labelledby="scopes">${list}</ul>`
}

function sentenceOf({ name, description }: AskedScope): string {
  return texts.scopes.get(name) ?? shownName(description)
}
