/**
 * How a person connects an account: an application (or an administrator) asks for a ticket, the one browser that opens
 * it signs in as the ticket's person, reads who asks for what, and is sent to the provider. Signing in on the way are
 * the hall's own steps, which come back here.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { issuerUrl } from '#http/doors.ts'
import { parseForm } from '#http/form.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { isRegisteredRedirectUri } from '#issuer/redirect-uri.ts'
import { headRefused } from '#issuer/refusals.ts'
import { ensureBrowser } from '#login/browser.ts'
import { nextStep, signingIn } from '#login/next-step.ts'
import { formToken, formTokenField, readOwnForm, requireSameOrigin } from '#login/own-form.ts'
import { refusedAsPage } from '#login/pages/error.ts'
import { eventOf, readVisit, staleRequest, type VisitOfSomebody } from '#login/visit.ts'
import { beginAuthorization } from '#oauth-client/authorization-url.ts'
import { UnusableSettings } from '#oauth-client/template.ts'
import { nowSeconds } from '#observe/clock.ts'
import {
  authorizationRequestSeconds,
  completeAuthorizationRequest,
  storeAuthorizationRequest,
} from '#store/authorization-requests.ts'
import { registeredUris } from '#store/clients.ts'
import {
  bindConnectJourney,
  endConnectJourney,
  findConnectJourney,
  findTicket,
  sendConnectJourney,
} from '#store/connect-journeys.ts'
import { findOAuthServer, type OAuthServer } from '#store/oauth-servers.ts'
import { findRealm } from '#store/realms.ts'
import { findUser } from '#store/users.ts'
import { authenticateOutbound, type OutboundCaller } from './caller.ts'
import { connectPage, leadBack, leaveFor } from './connect-page.ts'
import type { OutboundContext } from './context.ts'
import { callbackUrl, type Journey, makeTicket, proofPlace, readJourney, requirePerson, seeOther } from './journey.ts'
import { invalidParameter, OutboundRefusal, refusedAsProblem } from './problem.ts'

/** At the provider: to sign in there, and to think about it. */
const AWAY_SECONDS = 1800

export function connectRoutes(context: OutboundContext): readonly Route[] {
  const path = '/realms/:realm/outbound/:slug/connect'
  const refused = refusedAsPage(context)
  return [
    {
      methods: ['POST'],
      path,
      name: 'outbound-ticket',
      handle: (request) => ticket(context, request),
      refused: refusedAsProblem,
    },
    { methods: ['GET'], path, name: 'outbound-connect', handle: (request) => open(context, request), refused },
    {
      methods: ['GET', 'POST'],
      path: '/realms/:realm/connect/:request',
      name: 'outbound-connect-ask',
      handle: (request) => ask(context, request),
      refused,
    },
  ]
}

/** `POST …/connect`: form parameters `return_url`, and `sub` where the bearer is the client's own. */
async function ticket(context: OutboundContext, request: Request): Promise<Response> {
  const caller = await authenticateOutbound(context, request, 'outbound:token')
  const form = parseForm(request.body)
  if (form.repeated.length > 0) throw invalidParameter('a parameter came more than once')
  const made = await userTicket(context, caller, form.get('return_url'), form.get('sub'))
  return {
    status: 201,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ connect_url: made.url, expires_in: made.expires_in }),
  }
}

/** A ticket for the person of the bearer, or for the one that a client's own bearer names. */
export async function userTicket(
  context: OutboundContext,
  { realm, server, bearer }: OutboundCaller,
  returnUrl: string | undefined,
  sub: string | undefined,
) {
  const { client } = bearer
  requireConsentful(server)
  const registered = registeredUris(client.redirect_uris, context.publicUrl)
  if (returnUrl === undefined || !isRegisteredRedirectUri(registered, returnUrl)) {
    throw invalidParameter('return_url must be a redirect URI that the client has registered')
  }
  if (bearer.user !== undefined && sub !== undefined && sub !== bearer.user.id) {
    throw invalidParameter('sub must be the user of the token')
  }
  const user = bearer.user ?? (sub === undefined ? undefined : await findUser(context.db, realm.id, sub))
  if (!user?.enabled) throw invalidParameter('sub must be a user of the realm')
  return await makeTicket(
    context,
    { realm, server },
    {
      subject: user.id,
      environment: client.environment_id ?? '',
      application: client.application_id ?? '',
      session_realm: realm.name,
      user_id: user.id,
      client_id: client.id,
      return_url: returnUrl,
    },
  )
}

/** 409 where the grant needs nobody, 503 where the server is disabled. */
export function requireConsentful(server: OAuthServer): void {
  if (server.grant_type !== 'authorization_code') {
    throw new OutboundRefusal(409, 'conflict', 'no_consent', 'this OAuth server does not ask people for their consent')
  }
  if (server.disabled_at === null) return
  const reason = `this OAuth server is disabled: ${server.disabled_reason ?? ''}`
  throw new OutboundRefusal(503, 'disabled', 'disabled', reason)
}

/** `GET …/connect?ticket=`: the browser has the ticket from now on. */
async function open(context: OutboundContext, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET')
  const { db, publicUrl } = context
  const realm = await findRealm(db, request.params['realm'] ?? '')
  const server = realm?.enabled ? await findOAuthServer(db, realm.id, request.params['slug'] ?? '') : undefined
  if (!(realm && server)) throw new Refusal(404, 'not_found', 'there is nothing here')
  const ticket_hash = sha256Base64url(parseForm(request.query).get('ticket') ?? '')
  const row = await findTicket(db, { realm_id: realm.id, server_id: server.id, ticket_hash })
  const hall = row && (await findRealm(db, row.session_realm))
  if (!(row && hall?.enabled)) throw staleRequest({ reason: 'no such ticket' })
  const browser = ensureBrowser(request, publicUrl, hall.name)
  const isOurs = await bindConnectJourney(db, row, browser.hash, authorizationRequestSeconds)
  if (!isOurs) throw staleRequest({ reason: 'the ticket was opened by another browser' })
  const stored = await storeAuthorizationRequest(db, {
    realm_id: hall.id,
    client_id: row.client_id,
    browser_hash: browser.hash,
    parameters: {
      redirect_uri: row.return_url,
      redirect_uri_was_sent: true,
      response_mode: 'query',
      scope: '',
      prompt: [],
      connect_journey_id: row.id,
      // Somebody else who is signed in here has to make room for the ticket's person (N183).
      ...(row.user_id === null ? {} : { id_token_hint_sub: row.user_id }),
    },
  })
  return seeOther(`${issuerUrl(publicUrl, hall.name)}/connect/${stored.id}`, browser.setCookie)
}

/** `GET|POST /realms/{realm}/connect/{request}`: the dispatcher of this way and its page. Reads the session each time. */
async function ask(context: OutboundContext, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET, POST')
  if (request.method === 'POST') requireSameOrigin(request, context.publicUrl)
  const visit = await readVisit(context, request, request.params['request'] ?? '')
  const { realm, stored, browser } = visit
  const id = stored.parameters.connect_journey_id
  const row = id === undefined ? undefined : await findConnectJourney(context.db, id)
  if (row?.browser_hash !== browser.hash) throw staleRequest({ reason: 'the journey is over' })
  const next = nextStep(signingIn(visit, nowSeconds()))
  if ('refuse' in next) throw staleRequest({ reason: next.description })
  if (next.step !== 'done') {
    return seeOther(`${issuerUrl(context.publicUrl, realm.name)}/login/${next.step}?request=${stored.id}`)
  }
  const journey = await readJourney(context, row)
  const session = requirePerson(journey, next.session)
  return await decide(context, { ...visit, session }, journey)
}

async function decide(context: OutboundContext, visit: VisitOfSomebody, journey: Journey): Promise<Response> {
  const { request, browser, stored, session, realm } = visit
  const purpose = ['connect', stored.id, session.id] as const
  const form =
    request.method === 'POST' ? readOwnForm(request, browser, purpose, [formTokenField, 'approve', 'deny']) : undefined
  const isApproved = form?.names.includes('approve')
  const begun = begin(context, journey)
  if (isApproved === undefined || isApproved === form?.names.includes('deny')) {
    const action = new URL(`${issuerUrl(context.publicUrl, realm.name)}/connect/${stored.id}`).pathname
    const token = formToken(browser, purpose)
    return connectPage(visit, journey, { action, token, authorizationUrl: begun.url })
  }
  if (!(await completeAuthorizationRequest(context.db, stored.id))) throw staleRequest({ reason: 'answered before' })
  const kind = isApproved ? 'consent_given' : 'consent_denied'
  const { row, server } = journey
  context.events.record({ ...eventOf(visit, session.user), kind, detail: `to connect ${server.slug}` })
  if (!isApproved) {
    await endConnectJourney(context.db, row.id)
    return leadBack(journey, 'access_denied')
  }
  const { url, state, code_verifier, nonce } = begun
  const sent = {
    state_hash: sha256Base64url(state),
    session_user_id: session.user.id,
    settings_version: server.settings_version,
    proof_sealed: context.seal.seal(JSON.stringify({ code_verifier, nonce }), proofPlace(row)),
  }
  if (!(await sendConnectJourney(context.db, row.id, sent, AWAY_SECONDS))) throw staleRequest({ reason: 'sent before' })
  return leaveFor(journey, url)
}

function begin({ publicUrl }: OutboundContext, { realm, server, settings }: Journey) {
  try {
    return beginAuthorization(settings, { redirect_uri: callbackUrl(publicUrl, realm, server) })
  } catch (error) {
    if (!(error instanceof UnusableSettings)) throw error
    const detail = { server: server.slug, reason: error.message }
    throw new Refusal(503, 'unavailable', 'the administrator has to look after this connection first', detail)
  }
}
