/** The few pages on the way into the console and out of it that are not the console's own: they work without it. */
import type { Request, Response } from '#http/message.ts'
import { html } from '#http/page.ts'
import { hallPage, shownName, tokenField } from '#login/pages/frame.ts'
import type { Realm } from '#store/realms.ts'

const consolePath = '/console/'

export interface NoRoleView {
  readonly username: string
  /** Where the form that signs out goes: a path of ours. */
  readonly action: string
  readonly token: string
}

export function noRolePage(realm: Realm, { username, action, token }: NoRoleView): Response {
  return hallPage({
    realm,
    title: 'No access to the console',
    status: 403,
    content: html`
<h1 id="no_role">This account does not administer anything here</h1>
<p>You are signed in as <strong>${shownName(username)}</strong>. An administrator can give you a role: admin, viewer, or
realm-admin or realm-viewer of one realm.</p>
<form id="logout-form" method="post" action="${action}">
${tokenField(token)}
<button id="sign_out" name="sign_out" value="1" type="submit">Sign out and use another account</button>
</form>`,
  })
}

export function signInFailedPage(realm: Realm, request: Request): Response {
  return hallPage({
    realm,
    title: 'Signing in did not work',
    status: 400,
    content: html`
<h1 id="sign_in_failed">Signing in did not work</h1>
<p>It took too long, was finished before, or began in another browser or window.</p>
<p><a class="button" href="${consolePath}">Sign in again</a></p>
<dl><dt>Request</dt><dd><code>${request.id}</code></dd></dl>`,
  })
}

export function signedOutPage(realm: Realm): Response {
  return hallPage({
    realm,
    title: 'You are signed out',
    status: 200,
    content: html`
<h1 id="logged_out">You are signed out</h1>
<p>You can close this window, or <a href="${consolePath}">sign in again</a>.</p>`,
  })
}
