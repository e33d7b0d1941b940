/** The page that asks a person before they are sent to a provider: who asks, which account, what for. */
import type { Response } from '#http/message.ts'
import { html, page } from '#http/page.ts'
import { redirectHost, shownName, tokenField } from '#login/pages/frame.ts'
import { texts as hall } from '#login/pages/texts.ts'
import type { VisitOfSomebody } from '#login/visit.ts'
import { APPLICATION } from '#store/connections.ts'
import type { Realm } from '#store/realms.ts'
import type { Journey } from './journey.ts'

const texts = {
  title: (server: string) => `Connect ${server}?`,
  asksUser: (client: string, server: string) => `${client} asks to use your account at ${server}.`,
  asksApplication: (realm: string, server: string) =>
    `The account that you choose at ${server} will be used by every application of ${realm} that may use this server.`,
  scopes: 'It asks there for:',
  next: (provider: string) => `Next you sign in at ${provider} and agree there.`,
  warning: 'Go on only if you have just started this yourself. If somebody sent you the link, cancel.',
  leaving: (provider: string) => `On to ${provider}`,
  leavingWhy: 'You are being taken there.',
  leave: 'Continue',
  approve: 'Connect',
  deny: 'Cancel',
}

/** `authorizationUrl`: of the provider, for the host that is named. */
export function connectPage(
  { realm: hallRealm, session }: VisitOfSomebody,
  { row, realm, server, client, settings }: Journey,
  { action, token, authorizationUrl }: { action: string; token: string; authorizationUrl: string },
): Response {
  const name = shownName(server.name)
  const asks =
    row.subject === APPLICATION
      ? texts.asksApplication(shownName(realm.display_name), name)
      : texts.asksUser(shownName(client.client_name), name)
  const scopes = settings.scope.split(' ').filter((scope) => scope !== '')
  const list = scopes.map((scope) => html`<li><code>${scope}</code></li>`)
  return page({
    title: texts.title(name),
    status: 200,
    realm: { ...hallRealm.settings, display_name: shownName(hallRealm.display_name) },
    body: html`<h1>${texts.title(name)}</h1>
<p>${asks}</p>
<p>${hall.consentAs(shownName(session.user.username))}</p>
${list.length === 0 ? undefined : html`<p id="scopes">${texts.scopes}</p><ul class="names" aria-labelledby="scopes">${list}</ul>`}
<p>${texts.next(new URL(authorizationUrl).host)} ${hall.consentRedirect(redirectHost(row.return_url))}</p>
<p>${texts.warning}</p>
<form id="connect-form" method="post" action="${action}">
${tokenField(token)}
<button id="approve" name="approve" value="1" type="submit">${texts.approve}</button>
<button id="deny" name="deny" value="1" type="submit" class="secondary">${texts.deny}</button>
</form>`,
  })
}

/** Off to the provider. */
export function leaveFor(journey: Pick<Journey, 'realm' | 'server'>, url: string): Response {
  return leavingPage(journey.realm, shownName(journey.server.name), url)
}

/** Back to who sent the person: `result` is `connected` or `refused`, and then `error` says why. */
export function leadBack({ row, realm, server }: Pick<Journey, 'row' | 'realm' | 'server'>, error?: string): Response {
  const url = new URL(row.return_url)
  url.searchParams.set('oauth_server', server.slug)
  url.searchParams.set('result', error === undefined ? 'connected' : 'refused')
  if (error !== undefined) url.searchParams.set('error', error)
  return leavingPage(realm, redirectHost(row.return_url), url.href)
}

/**
 * By a page and no redirect: browsers hold every hop after a form to the policy of the page with the form, here and at
 * the provider's, and where the other side sends people on to is in nobody's list.
 */
function leavingPage(realm: Realm, place: string, url: string): Response {
  const title = texts.leaving(place)
  return page({
    title,
    status: 200,
    headers: { refresh: `0; url=${url}` },
    realm: { ...realm.settings, display_name: shownName(realm.display_name) },
    body: html`<h1>${title}</h1>
<p>${texts.leavingWhy}</p>
<p><a id="leave" href="${url}" referrerpolicy="no-referrer">${texts.leave}</a></p>`,
  })
}
