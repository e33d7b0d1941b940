/**
 * Somebody answers for a device (RFC 8628 §3.3): types or compares the code, signs in, and reads who asks for what before
 * anything is allowed. Owns both doors of that way and its dispatcher; signing in on the way are the hall's own steps,
 * which come back here. Does not own the waiting of the device: that is the issuer's.
 */
import { issuerUrl } from '#http/doors.ts'
import { parseForm } from '#http/form.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { nowSeconds } from '#observe/clock.ts'
import { storeAuthorizationRequest } from '#store/authorization-requests.ts'
import { findClientById } from '#store/clients.ts'
import {
  answerDeviceCode,
  type DeviceCode,
  deviceCodeGrantType,
  findWaitingDeviceCode,
  takeDeviceCode,
} from '#store/device-codes.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { type Browser, ensureBrowser } from './browser.ts'
import { nextStep, signingIn } from './next-step.ts'
import { formToken, formTokenField, readOwnForm, requireSameOrigin } from './own-form.ts'
import { deviceAnsweredPage, deviceConfirmPage, type UserCodeProblem, userCodePage } from './pages/device.ts'
import { refusedAsPage } from './pages/error.ts'
import type { StepContext } from './steps/step.ts'
import { checkAttempt, forgive, userCodeKeys } from './throttle.ts'
import { readUserCode, shownUserCode } from './user-code.ts'
import { eventOf, readVisit, staleRequest, type Visit, type VisitOfSomebody } from './visit.ts'

export function deviceRoutes(context: StepContext): readonly Route[] {
  const common = { methods: ['GET', 'POST'], refused: refusedAsPage(context) }
  const path = '/realms/:realm/device'
  return [
    { ...common, path, handle: (request) => enterCode(context, request), name: 'device' },
    { ...common, path: `${path}/:request`, handle: (request) => answer(context, request), name: 'device-answer' },
  ]
}

/** `GET|POST {issuer}/device`: nothing is looked up before somebody sends our own form. */
async function enterCode(context: StepContext, request: Request): Promise<Response> {
  const { publicUrl } = context
  if (request.method === 'POST') requireSameOrigin(request, publicUrl)
  const realm = await findRealm(context.db, request.params['realm'] ?? '')
  if (!realm?.enabled) throw new Refusal(404, 'not_found', 'no such realm', { realm: request.params['realm'] })
  const browser = ensureBrowser(request, publicUrl, realm.name)
  const show = (typed: string | undefined, problem?: UserCodeProblem): Response => {
    const code = readUserCode(typed ?? '')
    return userCodePage(realm, {
      action: pathOf(context, realm),
      token: formToken(browser, ['device']),
      userCode: code === undefined ? '' : shownUserCode(code),
      setCookie: browser.setCookie,
      ...(problem && { problem }),
    })
  }
  if (request.method !== 'POST') return show(parseForm(request.query).get('user_code'))
  const typed = readOwnForm(request, browser, ['device'], [formTokenField, 'user_code', 'continue']).get('user_code')
  if (typed === undefined) return show(typed, { kind: 'missing' })
  const found = await lookUp(context, realm, request, browser, typed)
  if ('kind' in found) return show(typed, found)
  const stored = await storeAuthorizationRequest(context.db, {
    realm_id: realm.id,
    client_id: found.client_id,
    browser_hash: browser.hash,
    parameters: {
      redirect_uri: `${issuerUrl(publicUrl, realm.name)}/device`,
      redirect_uri_was_sent: false,
      response_mode: 'query',
      scope: found.scope,
      prompt: [],
      device_code_id: found.id,
    },
  })
  return seeOther(`${issuerUrl(publicUrl, realm.name)}/device/${stored.id}`)
}

/** Counted before it is looked up; unknown, expired, answered and another realm's are one and the same (N085). */
async function lookUp(
  context: StepContext,
  realm: Realm,
  request: Request,
  browser: Browser,
  typed: string,
): Promise<DeviceCode | UserCodeProblem> {
  const keys = userCodeKeys(realm.id, browser.hash, request.address)
  const seconds = await checkAttempt(context.db, keys)
  if (seconds > 0) {
    request.log.warn({ event: 'user_code_throttled', address: request.address }, 'a code has to wait')
    return { kind: 'wait', seconds }
  }
  await context.pace.slowDown(realm.id)
  const userCode = readUserCode(typed)
  const code = userCode === undefined ? undefined : await findWaitingDeviceCode(context.db, realm.id, { userCode })
  const client = code && (await findClientById(context.db, code.client_id))
  if (code && client?.enabled && client.grant_types.includes(deviceCodeGrantType)) {
    await forgive(context.db, keys)
    return code
  }
  context.pace.failed(realm.id)
  request.log.warn({ event: 'user_code_wrong', address: request.address }, 'no device waits with that code')
  return { kind: 'wrong' }
}

/** `GET|POST {issuer}/device/{request}`: the dispatcher of this way, and its last page. Reads the session each time. */
async function answer(context: StepContext, request: Request): Promise<Response> {
  // A HEAD would take the code and show nothing of it.
  if (request.method === 'HEAD') {
    throw new Refusal(405, 'invalid_request', 'this method is not for this URL', {}, { allow: 'GET, POST' })
  }
  if (request.method === 'POST') requireSameOrigin(request, context.publicUrl)
  const visit = await readVisit(context, request, request.params['request'] ?? '')
  const code = await waitingCode(context, visit)
  const { realm, client, stored } = visit
  const next = nextStep(signingIn(visit, nowSeconds()))
  if ('refuse' in next) throw staleRequest({ reason: next.description })
  if (next.step !== 'done') {
    return seeOther(`${issuerUrl(context.publicUrl, realm.name)}/login/${next.step}?request=${stored.id}`)
  }
  const { session } = next
  if (!(await takeDeviceCode(context.db, code.id, session.user.id))) {
    request.log.warn({ event: 'device_taken', user: session.user.id, client_id: client.client_id }, 'a second person')
    throw new Refusal(403, 'access_denied', 'somebody else is answering for this device', { device_code: code.id })
  }
  return await ask(context, { ...visit, session }, code)
}

async function waitingCode(context: StepContext, { realm, client, stored }: Visit): Promise<DeviceCode> {
  const id = stored.parameters.device_code_id
  const code = id === undefined ? undefined : await findWaitingDeviceCode(context.db, realm.id, { id })
  if (!code) throw staleRequest({ reason: 'the code is expired or answered' })
  if (!client.grant_types.includes(deviceCodeGrantType))
    throw staleRequest({ reason: 'the client lost the grant type' })
  return code
}

async function ask(context: StepContext, visit: VisitOfSomebody, code: DeviceCode): Promise<Response> {
  const { request, realm, browser, stored, session } = visit
  const purpose = ['device-answer', stored.id, session.id] as const
  const form =
    request.method === 'POST' ? readOwnForm(request, browser, purpose, [formTokenField, 'approve', 'deny']) : undefined
  const isApproved = form?.names.includes('approve')
  if (isApproved !== undefined && isApproved !== form?.names.includes('deny')) {
    return await conclude(context, visit, code, isApproved)
  }
  const scopes = await allowedScopes(context, visit, code)
  return deviceConfirmPage(visit, {
    action: `${pathOf(context, realm)}/${stored.id}`,
    token: formToken(browser, purpose),
    scopes,
  })
}

/** What was asked for, as far as client and realm still have it (N088). */
async function allowedScopes(context: StepContext, { realm, client }: Visit, code: DeviceCode) {
  const resources = await realmResources(context.db, realm, context.publicUrl)
  return code.scope.split(' ').flatMap((name) => {
    const scope = client.scopes.has(name) ? resources.scopes.get(name) : undefined
    return scope ? [{ name, description: scope.description }] : []
  })
}

/** What is allowed lives its own lifetime: it ends neither with this session nor with this browser. */
async function conclude(
  context: StepContext,
  visit: VisitOfSomebody,
  code: DeviceCode,
  isApproved: boolean,
): Promise<Response> {
  const { request, realm, client, stored, session } = visit
  const { user } = session
  const now = nowSeconds()
  const scope = (await allowedScopes(context, visit, code)).map(({ name }) => name).join(' ')
  const grant = {
    realm_id: realm.id,
    client_id: client.id,
    user_id: user.id,
    session_id: null,
    kind: 'device_code',
    scope,
    offline: true,
    auth_time: session.auth_time,
    amr: session.amr,
    created_at: now,
    expires_at: now + (client.refresh_absolute_seconds ?? realm.settings.refresh_absolute_seconds),
  } as const
  const isAnswered = await answerDeviceCode(context.db, {
    id: code.id,
    authorizationRequestId: stored.id,
    sessionId: session.id,
    userId: user.id,
    ...(isApproved && { grant }),
  })
  if (!isAnswered) throw staleRequest({ reason: 'answered before, or the session ended' })
  if (!isApproved) context.metrics.login(realm.name, 'denied')
  const kind = isApproved ? 'consent_given' : 'consent_denied'
  context.events.record({ ...eventOf(visit, user), kind, detail: `for a device: ${scope}` })
  const event = isApproved ? 'device_approved' : 'device_denied'
  request.log.info({ event, user: user.id, client_id: client.client_id, scope }, 'somebody answered for a device')
  return deviceAnsweredPage(realm, isApproved)
}

function pathOf({ publicUrl }: StepContext, realm: Realm): string {
  return new URL(`${issuerUrl(publicUrl, realm.name)}/device`).pathname
}

function seeOther(location: string): Response {
  return { status: 303, headers: { location, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' }, body: '' }
}
