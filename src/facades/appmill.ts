/**
 * The paths of appmill's OAuth client: our own authorization code flow, with `redirect_url` understood as
 * `redirect_uri`. There redirect URIs were learned from the call, which made it an open redirect: here an unknown one is
 * refused like everywhere, and kept on the client as asked for, so that an administrator can approve it.
 */
import { parseForm } from '#http/form.ts'
import type { Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { IssuerContext } from '#issuer/context.ts'
import { authorize } from '#issuer/endpoints/authorize.ts'
import { exchange } from '#issuer/endpoints/token.ts'
import { readBody } from '#issuer/parameters.ts'
import { isRegisteredRedirectUri, redirectKind } from '#issuer/redirect-uri.ts'
import { recordAskedRedirectUri } from '#store/asked-redirect-uris.ts'
import { findClient, registeredUris } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { jsonAnswer, partsOf, reworded } from './facade.ts'

/** `GET /osoc/api/oauthcontroller/authorize` */
export async function appmillAuthorize(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const asked = reworded(request, { query: withRedirectUri(request.query) })
  await keepUnknownRedirectUri(context, realm, asked)
  return await authorize(context, realm, asked)
}

/** `POST /osoc/api/oauthcontroller/token` */
export async function appmillToken(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const asked = reworded(request, { body: withRedirectUri(request.body) })
  const { answer } = await exchange(context, realm, asked, readBody(asked), (client) =>
    context.legacyUses.record(client.id, 'appmill'),
  )
  return jsonAnswer(200, answer)
}

/** Both names mean the same; two different values cannot both be meant. */
function withRedirectUri(form: string): string {
  const sent = parseForm(form)
  const url = sent.get('redirect_url')
  const uri = sent.get('redirect_uri')
  if (url === undefined) return form
  if (uri === undefined) {
    return partsOf(form)
      .map((part) => part.replace(/^redirect_url=/, 'redirect_uri='))
      .join('&')
  }
  if (uri !== url) throw new Refusal(400, 'invalid_request', 'redirect_url and redirect_uri are not the same')
  return partsOf(form)
    .filter((part) => !part.startsWith('redirect_url='))
    .join('&')
}

/** Only what could be registered, of a client that could use it; the refusal itself is the endpoint's. */
async function keepUnknownRedirectUri(context: IssuerContext, realm: Realm, request: Request): Promise<void> {
  const parameters = parseForm(request.query)
  const clientId = parameters.get('client_id')
  const uri = parameters.get('redirect_uri')
  if (clientId === undefined || uri === undefined || redirectKind(uri) === undefined) return
  if (parameters.repeated.includes('redirect_uri') || parameters.repeated.includes('client_id')) return
  const client = await findClient(context.db, realm.id, clientId)
  if (!client?.enabled || client.built_in || !client.grant_types.includes('authorization_code')) return
  if (isRegisteredRedirectUri(registeredUris(client.redirect_uris, context.publicUrl), uri)) return
  await recordAskedRedirectUri(context.db, client.id, uri, request.address)
  request.log.warn(
    { event: 'redirect_uri_asked', client_id: client.client_id, address: request.address },
    'an unknown redirect URI was refused and kept for an administrator to look at',
  )
}
