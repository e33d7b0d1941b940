/**
 * Who is calling: client authentication at the token, introspection and revocation endpoints (RFC 6749 §2.3, §3.2.1,
 * OpenID Connect Core §9). One method at a time, and the one the client is registered for; `client_secret_basic` and
 * `client_secret_post` count as one.
 */
import { parseAuthorization } from '#http/authorization.ts'
import type { Request } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { type Client, findClient } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { ASSERTION_TYPE, checkAssertion, clientIdOfAssertion } from './assertion.ts'
import { verifyClientSecret } from './client-secret.ts'
import type { IssuerContext } from './context.ts'
import type { Parameters } from './parameters.ts'
import { invalidClient, invalidRequest } from './refusals.ts'
import { caught, type Soon, soon } from './soon.ts'

/** What the caller showed, before anything is believed. */
type Shown =
  | { readonly method: 'basic'; readonly clientId: string; readonly secret: string; readonly raw: RawCredentials }
  | { readonly method: 'post'; readonly clientId: string; readonly secret: string }
  | { readonly method: 'assertion'; readonly clientId: string; readonly assertion: string }
  | { readonly method: 'none'; readonly clientId: string }

/** Basic credentials as they came, before form-decoding: some callers (curl -u) do not encode. */
interface RawCredentials {
  readonly clientId: string
  readonly secret: string
}

/**
 * The client that this request is authenticated as; refuses with `invalid_client` or, where two methods are mixed,
 * `invalid_request`. A public client is answered too: what it may do there is the endpoint's rule.
 */
export function authenticateClient(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  parameters: Parameters,
): Soon<Client> {
  const shown = readCredentials(request, parameters)
  const scheme = shown.method === 'basic' ? 'Basic' : undefined
  return soon(findShown(context, realm, shown), (client) => {
    const work = () => {
      if (client === undefined) throw invalidClient('unknown client', { client_id: shown.clientId }, scheme)
      return soon(prove(context, realm, request, client, shown), () => admit(context, request, client, scheme))
    }
    return caught(work, (error) => {
      if (error instanceof Refusal && error.status === 401) recordFailure(context, realm, request, client, error)
      throw error
    })
  })
}

/** What was sent as an unknown client's name may be a secret: it is in no row. */
function recordFailure(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  client: Client | undefined,
  refusal: Refusal,
): void {
  if (client) context.activity.refused(client, refusal, request.address)
  context.events.record({
    realm_id: realm.id,
    kind: 'client_authentication_failed',
    client_id: client?.client_id,
    address: request.address,
    request_id: request.id,
    detail: refusal.description,
  })
}

/** The client that is named; by Basic perhaps as it was sent, where decoding made another name of it. */
function findShown({ db }: IssuerContext, realm: Realm, shown: Shown): Soon<Client | undefined> {
  // No stored text holds a NUL; a form refuses one at the door, Basic and JSON carry it up to here.
  if (shown.clientId.includes('\0')) return undefined
  return soon(findClient(db, realm.id, shown.clientId), (client) => {
    const isDecoded = shown.method === 'basic' && shown.raw.clientId !== shown.clientId
    return client === undefined && isDecoded ? findClient(db, realm.id, shown.raw.clientId) : client
  })
}

/** Refuses unless what was shown is the client's registered method, and right. */
function prove(context: IssuerContext, realm: Realm, request: Request, client: Client, shown: Shown): Soon<void> {
  const registered = client.token_endpoint_auth_method
  const scheme = shown.method === 'basic' ? 'Basic' : undefined
  if (methodOf(registered) !== methodOf(shown.method)) {
    const why =
      shown.method === 'none'
        ? 'client authentication is missing'
        : 'this client is registered for another authentication method'
    throw invalidClient(why, { client_id: client.client_id, sent: shown.method, registered }, scheme)
  }
  if (shown.method === 'none') return undefined
  if (shown.method === 'assertion') return checkAssertion(context, realm, client, shown.assertion, request.path)
  return checkSecret(context, request, client, shown)
}

/** Basic and post count as one; which of the two kinds of assertion it is, the client's registration says. */
function methodOf(method: Client['token_endpoint_auth_method'] | Shown['method']): 'secret' | 'assertion' | 'none' {
  if (method === 'none') return 'none'
  return method === 'assertion' || method === 'private_key_jwt' || method === 'client_secret_jwt'
    ? 'assertion'
    : 'secret'
}

function admit(context: IssuerContext, request: Request, client: Client, scheme: 'Basic' | undefined): Client {
  if (!client.enabled) throw invalidClient('this client is disabled', { client_id: client.client_id }, scheme)
  // A public client proved nothing: anybody can say its name.
  if (client.token_endpoint_auth_method !== 'none') {
    context.activity.used(client)
    context.activity.cameFrom(client, request.address)
  }
  return client
}

function readCredentials(request: Request, parameters: Parameters): Shown {
  const bodyId = parameters.get('client_id')
  const secret = parameters.get('client_secret')
  const assertion = parameters.get('client_assertion')
  const assertionType = parameters.get('client_assertion_type')
  const header = request.headers['authorization']
  const hasAssertion = assertion !== undefined || assertionType !== undefined
  if (Number(header !== undefined) + Number(secret !== undefined) + Number(hasAssertion) > 1) {
    throw invalidRequest('more than one way of client authentication at once')
  }
  if (header !== undefined) return readBasic(header, bodyId)
  if (hasAssertion) return readAssertion(assertion, assertionType, bodyId)
  if (bodyId === undefined) throw invalidClient('client authentication is missing', {})
  if (secret !== undefined) return { method: 'post', clientId: bodyId, secret }
  return { method: 'none', clientId: bodyId }
}

function readBasic(header: string, bodyId: string | undefined): Shown {
  const authorization = parseAuthorization(header)
  if (authorization === undefined || authorization === 'malformed' || authorization.scheme !== 'basic') {
    throw invalidClient('the Authorization header must hold Basic credentials', {}, 'Basic')
  }
  const decoded = Buffer.from(authorization.value, 'base64').toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 1) throw invalidClient('the Basic credentials are not of the form id:secret', {}, 'Basic')
  const raw = { clientId: decoded.slice(0, colon), secret: decoded.slice(colon + 1) }
  const clientId = formDecode(raw.clientId)
  if (bodyId !== undefined && bodyId !== clientId && bodyId !== raw.clientId) {
    throw invalidRequest('client_id in the body is another one than in the Authorization header')
  }
  if (raw.secret === '') throw invalidClient('the client secret is empty', { client_id: clientId }, 'Basic')
  return { method: 'basic', clientId, secret: formDecode(raw.secret), raw }
}

/** RFC 6749 §2.3.1: id and secret are form-encoded inside Basic. What does not decode stands for itself. */
function formDecode(text: string): string {
  if (!text.includes('%') && !text.includes('+')) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

function readAssertion(assertion: string | undefined, type: string | undefined, bodyId: string | undefined): Shown {
  if (assertion === undefined) throw invalidRequest('client_assertion is missing')
  if (type !== ASSERTION_TYPE) throw invalidRequest('client_assertion_type must be the JWT bearer type of RFC 7523')
  const clientId = clientIdOfAssertion(assertion)
  if (clientId === undefined) throw invalidClient('the client assertion is not a signed JWT with iss and sub', {})
  if (bodyId !== undefined && bodyId !== clientId) {
    throw invalidRequest('client_id in the body is another one than in the client assertion')
  }
  return { method: 'assertion', clientId, assertion }
}

/** A decoded secret first; where decoding changed it, once more as it was sent. */
function checkSecret(
  context: IssuerContext,
  request: Request,
  client: Client,
  shown: Extract<Shown, { method: 'basic' | 'post' }>,
): Soon<void> {
  const candidates =
    shown.method === 'basic' && shown.raw.secret !== shown.secret ? [shown.secret, shown.raw.secret] : [shown.secret]
  return soon(verifyClientSecret(context, request, client, candidates), (isRight) => {
    if (isRight) return
    const scheme = shown.method === 'basic' ? 'Basic' : undefined
    throw invalidClient('the client secret is wrong or has expired', { client_id: client.client_id }, scheme)
  })
}
