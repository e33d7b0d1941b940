/** How a refusal looks to a person: never a redirect, never anything that the request said (N044). */
import type { Refused, Request, Response, Route } from '#http/message.ts'
import { html } from '#http/page.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { LoginContext } from '../context.ts'
import { staleError } from '../visit.ts'
import { hallPage } from './frame.ts'
import { texts } from './texts.ts'

export function refusedAsPage(context: Pick<LoginContext, 'db'>): Route['refused'] {
  return (request, refused) => {
    const realm = heldRealm(context, request)
    return refused.error === staleError ? restartPage(realm, refused) : errorPage(realm, request, refused)
  }
}

/** The realm's look where it is at hand; a page that says what went wrong waits for nothing. */
function heldRealm({ db }: Pick<LoginContext, 'db'>, request: Request): Realm | undefined {
  const held = findRealm(db, request.params['realm'] ?? '')
  if (!(held instanceof Promise)) return held?.enabled ? held : undefined
  // It may fail for the same reason as the request did, which is being told already.
  held.catch(() => undefined)
  return undefined
}

function errorPage(realm: Realm | undefined, request: Request, refused: Refused): Response {
  const title = refused.status === 404 ? texts.notFound : refused.status === 503 ? texts.busy : texts.error
  return hallPage({
    realm,
    title,
    status: refused.status,
    headers: refused.headers,
    content: html`
<h1>${title}</h1>
<p id="error_description">${refused.description}</p>
<dl>
<dt>${texts.errorCode}</dt><dd id="error"><code>${refused.error}</code></dd>
<dt>${texts.errorRequest}</dt><dd><code>${request.id}</code></dd>
</dl>`,
  })
}

function restartPage(realm: Realm | undefined, refused: Refused): Response {
  return hallPage({
    realm,
    title: texts.restart,
    status: refused.status,
    headers: refused.headers,
    content: html`<h1 id="restart">${texts.restart}</h1><p>${texts.restartWhy}</p>`,
  })
}
