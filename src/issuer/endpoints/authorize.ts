/**
 * The authorization endpoint (RFC 6749 §3.1, OpenID Connect Core §3.1.2) and the URL where the hall sends a browser back.
 * Owns: storing a request, asking `login/next-step` what it needs, and the answer. Only here is the next step chosen and
 * only here does a code come into being; what the steps ask and remember is the hall's.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { ensureBrowser, sameBrowser } from '#login/browser.ts'
import { nextStep, type Step } from '#login/next-step.ts'
import { type CurrentSession, currentSession } from '#login/session.ts'
import { onlySignsIn, staleRequest } from '#login/visit.ts'
import { nowSeconds } from '#observe/clock.ts'
import { addAuthorizationCode } from '#store/authorization-codes.ts'
import {
  type AuthorizationRequestParameters,
  bindAuthorizationRequest,
  completeAuthorizationRequest,
  findAuthorizationRequest,
  noBrowser,
  type StoredAuthorizationRequest,
  storeAuthorizationRequest,
} from '#store/authorization-requests.ts'
import { type Client, findClientById } from '#store/clients.ts'
import { findConsentedScope } from '#store/consents.ts'
import { transaction } from '#store/database.ts'
import { createGrant, holdSession } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import { checkRedirectUri, readAuthorizationRequest, readTarget, type Target } from '../authorization-request.ts'
import { authorizationResponse } from '../authorization-response.ts'
import type { IssuerContext } from '../context.ts'
import { type Parameters, readParameters } from '../parameters.ts'
import { redirectKind } from '../redirect-uri.ts'
import { headRefused, invalidRequest } from '../refusals.ts'

/** Short, because it travels through a URL (RFC 6749 §4.1.2: at most ten minutes). */
const CODE_SECONDS = 60

/** One request for one client, on its way to an answer; `stored` once somebody had to be asked. */
interface Journey {
  readonly context: IssuerContext
  readonly realm: Realm
  readonly request: Request
  readonly client: Client
  readonly parameters: AuthorizationRequestParameters
  readonly stored?: StoredAuthorizationRequest
}

/** `GET|POST {issuer}/authorize`. Throws what must not be told by redirect: client or redirect URI do not hold. */
export async function authorize(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET, POST')
  const sent = readParameters(request)
  const target = await readTarget(context, realm, sent, request.address)
  const { client } = target
  const parameters = await readOrRefuse(context, realm, request, target, sent)
  const journey = { context, realm, request, client, parameters }
  if (parameters.refused && target.isSilent) return await refuse(journey, parameters.refused)
  if (request.method !== 'POST') return await goOn(journey)
  // No cookie comes with a POST from another site: who is there shows when the browser comes back by GET.
  const stored = await store(journey, noBrowser)
  return seeOther(`${issuerUrl(context.publicUrl, realm.name)}/authorize/${stored.id}`)
}

/** `GET {issuer}/authorize/{request}`: a step is done, or the browser comes for what was posted. */
export async function resumeAuthorization(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET')
  const stored = await findAuthorizationRequest(context.db, realm.id, request.params['request'] ?? '')
  if (!stored || stored.completed_at !== null || stored.expires_at <= nowSeconds()) throw staleRequest()
  // Nobody who answers for a device or connects an account gets a code out of it.
  if (onlySignsIn(stored.parameters)) throw staleRequest()
  const cookie = await comeBack(context, realm, request, stored)
  const client = await findClientById(context.db, stored.client_id)
  if (!client?.enabled) throw invalidRequest('the client is unknown or disabled', { client: stored.client_id })
  checkRedirectUri(context, client, stored.parameters.redirect_uri)
  const answer = await goOn({ context, realm, request, client, parameters: stored.parameters, stored })
  return cookie === undefined ? answer : { ...answer, headers: { ...answer.headers, 'set-cookie': cookie } }
}

/** The request, or what is wrong with it: told to the client once somebody has signed in (RFC 9700 §4.11.2). */
async function readOrRefuse(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  target: Target,
  sent: Parameters,
): Promise<AuthorizationRequestParameters> {
  try {
    return await readAuthorizationRequest(context, realm, target, sent)
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem
    const { error, description, detail } = problem
    context.activity.refused(target.client, problem, request.address)
    request.log.warn({ error, description, client_id: target.client.client_id, ...detail }, 'authorization refused')
    return { ...target.answerTo, scope: '', prompt: [], refused: { error, description } }
  }
}

/** Holds the request to the browser that began it; a browser that first comes now gets its cookie with the answer. */
async function comeBack(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  stored: StoredAuthorizationRequest,
): Promise<string | undefined> {
  if (stored.browser_hash !== noBrowser) {
    if (!sameBrowser(stored, request, context.publicUrl, realm.name)) throw staleRequest()
    return undefined
  }
  const browser = ensureBrowser(request, context.publicUrl, realm.name)
  if (!(await bindAuthorizationRequest(context.db, stored.id, browser.hash))) throw staleRequest()
  return browser.setCookie
}

/** The dispatcher: nobody else chooses what comes next. */
async function goOn(journey: Journey): Promise<Response> {
  const { context, realm, request } = journey
  const session = await currentSession(context, realm, request)
  const step = await chooseStep(journey, session)
  if ('refuse' in step) return await refuse(journey, { error: step.refuse, description: step.description })
  if (step.step === 'done') return await answerWithCode(journey, step.session)
  return await ask(journey, step.step)
}

async function chooseStep(journey: Journey, session: CurrentSession | undefined): Promise<Step> {
  const { context, client, parameters, stored } = journey
  const consented = session && (await findConsentedScope(context.db, session.user.id, client.id))
  return nextStep({
    request: parameters,
    progress: stored?.progress ?? {},
    session,
    client: {
      require_consent: client.require_consent,
      isPublicWithLoopbackOrCustomScheme: isUnproven(context, client, parameters.redirect_uri),
    },
    consentedScope: consented,
    now: nowSeconds(),
  })
}

/** RFC 8252 §8.6: any program of the machine may answer there. What is ours answers for itself. */
function isUnproven(context: IssuerContext, client: Client, redirectUri: string): boolean {
  if (client.token_endpoint_auth_method !== 'none' || redirectUri.startsWith(`${context.publicUrl}/`)) return false
  return redirectKind(redirectUri) !== 'https'
}

async function ask(journey: Journey, step: string): Promise<Response> {
  const { context, realm, request } = journey
  const issuer = issuerUrl(context.publicUrl, realm.name)
  if (journey.stored) return seeOther(`${issuer}/login/${step}?request=${journey.stored.id}`)
  const browser = ensureBrowser(request, context.publicUrl, realm.name)
  const stored = await store(journey, browser.hash)
  return seeOther(`${issuer}/login/${step}?request=${stored.id}`, browser.setCookie)
}

function store(
  { context, realm, client, parameters }: Journey,
  browserHash: string,
): Promise<StoredAuthorizationRequest> {
  return storeAuthorizationRequest(context.db, {
    realm_id: realm.id,
    client_id: client.id,
    parameters,
    browser_hash: browserHash,
  })
}

async function refuse(
  journey: Journey,
  refused: { readonly error: string; readonly description: string },
): Promise<Response> {
  const { context, stored, request, client } = journey
  if (stored && !(await completeAuthorizationRequest(context.db, stored.id))) throw staleRequest()
  request.log.info({ error: refused.error, client_id: client.client_id }, 'authorization answered with an error')
  return answerClient(journey, { error: refused.error, error_description: refused.description })
}

/** The code (RFC 6749 §4.1.2); of two answers to one request one is given. */
async function answerWithCode(journey: Journey, session: CurrentSession): Promise<Response> {
  const code = randomToken()
  const outcome = await authorizeOnce(journey, session, code)
  // The session ended in this moment: the next look finds nobody there.
  if (outcome === 'session ended') return await goOn(journey)
  if (outcome === 'answered before') throw staleRequest()
  journey.request.log.info(
    { client_id: journey.client.client_id, user: session.user.id, grant: outcome.grantId },
    'authorization answered with a code',
  )
  const { client, parameters } = journey
  const given = { ...outcome, code, redirectUri: parameters.redirect_uri, userId: session.user.id }
  journey.context.activity.codeGiven(client, given)
  return answerClient(journey, { code })
}

type Outcome =
  | 'session ended'
  | 'answered before'
  | { readonly grantId: string; readonly createdAt: number; readonly expiresAt: number }

async function authorizeOnce(journey: Journey, session: CurrentSession, code: string): Promise<Outcome> {
  const { context, realm, client, parameters, stored } = journey
  const now = nowSeconds()
  const expiresAt = now + CODE_SECONDS
  const scopes = parameters.scope.split(' ').filter((name) => client.scopes.has(name))
  const lifetime = client.refresh_absolute_seconds ?? realm.settings.refresh_absolute_seconds
  return await transaction(context.db, async (sql) => {
    if (!(await holdSession(sql, session.id))) return 'session ended'
    if (stored && !(await completeAuthorizationRequest({ sql }, stored.id))) return 'answered before'
    const grant = await createGrant(sql, {
      realm_id: realm.id,
      client_id: client.id,
      user_id: session.user.id,
      session_id: session.id,
      kind: 'authorization_code',
      scope: scopes.join(' '),
      offline: scopes.includes('offline_access') || !scopes.includes('openid'),
      auth_time: session.auth_time,
      amr: session.amr,
      created_at: now,
      expires_at: now + lifetime,
    })
    await addAuthorizationCode(sql, {
      code_hash: sha256Base64url(code),
      realm_id: realm.id,
      client_id: client.id,
      grant_id: grant.id,
      redirect_uri: parameters.redirect_uri,
      redirect_uri_was_sent: parameters.redirect_uri_was_sent,
      code_challenge: parameters.code_challenge ?? null,
      nonce: parameters.nonce ?? null,
      id_token_claims: parameters.id_token_claims ?? [],
      created_at: now,
      expires_at: expiresAt,
    })
    return { grantId: grant.id, createdAt: now, expiresAt }
  })
}

/** `iss` in every answer (RFC 9207 §2). */
function answerClient({ context, realm, parameters }: Journey, result: Readonly<Record<string, string>>): Response {
  return authorizationResponse({
    mode: parameters.response_mode,
    redirectUri: parameters.redirect_uri,
    parameters: { ...result, state: parameters.state, iss: issuerUrl(context.publicUrl, realm.name) },
  })
}

function seeOther(location: string, cookie?: string): Response {
  const headers = { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }
  return { status: 303, headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie }, body: '' }
}
