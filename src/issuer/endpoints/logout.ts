/**
 * RP-Initiated Logout 1.0: a client, or nobody in particular, asks that the person at the browser is signed out.
 * Only a hint that proves that this session is meant (§2) signs out without asking and may send the browser on; every
 * other request is put to the person and ends here.
 */
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import { ensureBrowser } from '#login/browser.ts'
import { formToken, requireFormToken, requireSameOrigin } from '#login/own-form.ts'
import { loggedOutPage, logoutConfirmPage } from '#login/pages/logout.ts'
import { type CurrentSession, clearedSessionCookie, currentSession, endSession } from '#login/session.ts'
import { type Client, findClient, registeredUris } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { authorizationResponse } from '../authorization-response.ts'
import type { IssuerContext } from '../context.ts'
import { type IdTokenHint, readIdTokenHint } from '../id-token-hint.ts'
import { type Parameters, readBody, readParameters, repeatedParameters } from '../parameters.ts'
import { redirectKind } from '../redirect-uri.ts'
import { headRefused, invalidRequest } from '../refusals.ts'

/** §2, as far as we use them; all others are ignored. */
const USED = ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state']

/** `GET|POST {issuer}/logout`. A client's POST comes back as GET, because no cookie comes with it from another site. */
export async function logout(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET, POST')
  const parameters = readParameters(request)
  const repeated = repeatedParameters(parameters)
  if (repeated.length > 0) throw invalidRequest('a parameter came more than once', { repeated })
  if (request.method !== 'POST') return await requested(context, realm, request, parameters)
  const query = new URLSearchParams()
  for (const name of USED) for (const value of parameters.all(name)) query.set(name, value)
  return seeOther(`${issuerUrl(context.publicUrl, realm.name)}/logout?${query.toString()}`)
}

async function requested(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  parameters: Parameters,
): Promise<Response> {
  const token = parameters.get('id_token_hint')
  const hint = token === undefined ? undefined : await readIdTokenHint(context, realm, token)
  const clientId = parameters.get('client_id')
  if (hint && clientId !== undefined && !hint.aud.includes(clientId)) {
    throw invalidRequest('id_token_hint was issued to another client', { client_id: clientId, aud: hint.aud })
  }
  const session = await currentSession(context, realm, request)
  if (session && !(hint && means(hint, session))) return ask(context, realm, request, session)
  if (session) await end(context, realm, request, session, 'logout by client')
  const cookie = clearedSessionCookie(context.publicUrl, realm)
  const client = await clientOf(context, realm, hint, clientId)
  const answer = client && backToClient(context, request, client, parameters)
  return answer ? { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } } : loggedOutPage(realm, [cookie])
}

/**
 * `POST {issuer}/logout/confirm`: the form of our own page. What a client wanted is not in it: after a question the way
 * ends here. Refuses a form from elsewhere (403).
 */
export async function confirmLogout(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  requireSameOrigin(request, context.publicUrl)
  const session = await currentSession(context, realm, request)
  if (session) {
    const browser = ensureBrowser(request, context.publicUrl, realm.name)
    requireFormToken(browser, ['logout', session.id], readBody(request))
    await end(context, realm, request, session, 'logout')
  }
  return loggedOutPage(realm, [clearedSessionCookie(context.publicUrl, realm)])
}

function ask(context: IssuerContext, realm: Realm, request: Request, session: CurrentSession): Response {
  const browser = ensureBrowser(request, context.publicUrl, realm.name)
  return logoutConfirmPage(realm, {
    action: new URL(`${issuerUrl(context.publicUrl, realm.name)}/logout/confirm`).pathname,
    token: formToken(browser, ['logout', session.id]),
    username: session.user.username,
    ...(browser.setCookie === undefined ? {} : { setCookie: browser.setCookie }),
  })
}

/** §2: this very session, or, in a token that names none, at least this person. */
function means(hint: IdTokenHint, session: CurrentSession): boolean {
  return hint.sub === session.user.id && (hint.sid === undefined || hint.sid === session.id)
}

async function end(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  session: CurrentSession,
  because: string,
): Promise<void> {
  await endSession(context.db, session.id, because)
  const where = { address: request.address, request_id: request.id }
  context.events.record({ realm_id: realm.id, kind: 'logout', user: session.user, detail: because, ...where })
  request.log.info({ user: session.user.id, session: session.id, because }, 'a person was signed out')
}

/** Who is proven to ask: a client that the hint was issued to; without a hint nobody is. */
async function clientOf(
  context: IssuerContext,
  realm: Realm,
  hint: IdTokenHint | undefined,
  clientId: string | undefined,
): Promise<Client | undefined> {
  const id = hint && (clientId ?? hint.aud[0])
  const client = id === undefined ? undefined : await findClient(context.db, realm.id, id)
  return client?.enabled ? client : undefined
}

/** §3: back to the client where it registered exactly that address; undefined: it did not, or asked for none. */
function backToClient(
  context: IssuerContext,
  request: Request,
  client: Client,
  parameters: Parameters,
): Response | undefined {
  const redirectUri = parameters.get('post_logout_redirect_uri')
  if (redirectUri === undefined) return undefined
  const registered = registeredUris(client.post_logout_redirect_uris, context.publicUrl)
  if (registered.includes(redirectUri) && redirectKind(redirectUri)) {
    return authorizationResponse({ mode: 'query', redirectUri, parameters: { state: parameters.get('state') } })
  }
  request.log.warn(
    { client_id: client.client_id, sent: redirectUri, registered },
    'post_logout_redirect_uri is not registered for this client',
  )
  return undefined
}

function seeOther(location: string): Response {
  return { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }, body: '' }
}
