/**
 * A person at one step of one authorization request: who is asked, by whom, from which browser. What a browser sends
 * names the request and nothing more; all that is asked for is read from the row (N026).
 */
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { nowSeconds } from '#observe/clock.ts'
import {
  type AuthorizationRequestParameters,
  findAuthorizationRequest,
  type Progress,
  recordProgress,
  type StoredAuthorizationRequest,
} from '#store/authorization-requests.ts'
import { type Client, findClientById } from '#store/clients.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import type { User } from '#store/users.ts'
import { type Browser, sameBrowser } from './browser.ts'
import type { LoginContext } from './context.ts'
import { type CurrentSession, currentSession } from './session.ts'

export interface Visit {
  readonly request: Request
  readonly realm: Realm
  readonly client: Client
  readonly stored: StoredAuthorizationRequest
  readonly browser: Browser
  readonly session: CurrentSession | undefined
}

/** At a step that asks somebody who has signed in. */
export interface VisitOfSomebody extends Visit {
  readonly session: CurrentSession
}

/** Refusals with this error are shown as the page that says how to begin again. */
export const staleError = 'stale_request'

/** Answered, expired, unknown or another browser's: nobody learns which, and nothing goes on (N025). */
export function staleRequest(detail: Readonly<Record<string, unknown>> = {}): Refusal {
  return new Refusal(400, staleError, 'this sign-in has ended or began in another browser: start again', detail)
}

/** Throws where there is nothing to go on with. `id` names the stored request. */
export async function readVisit(context: LoginContext, request: Request, id: string): Promise<Visit> {
  const { db, publicUrl } = context
  const realm = await findRealm(db, request.params['realm'] ?? '')
  if (!realm?.enabled) throw new Refusal(404, 'not_found', 'no such realm', { realm: request.params['realm'] })
  const stored = await findAuthorizationRequest(db, realm.id, id)
  if (!stored || stored.completed_at !== null || stored.expires_at <= nowSeconds()) {
    throw staleRequest({ known: stored !== undefined, completed_at: stored?.completed_at })
  }
  const browser = sameBrowser(stored, request, publicUrl, realm.name)
  if (!browser) throw staleRequest({ reason: 'another browser' })
  const client = await findClientById(db, stored.client_id)
  if (!client?.enabled) throw staleRequest({ reason: 'the client is deleted or disabled' })
  const session = await currentSession(context, realm, request)
  return { request, realm, client, stored, browser, session }
}

/** What an event at this step says of where it was. */
export function eventOf({ realm, request, client }: Visit, user: Pick<User, 'id' | 'username'>) {
  return { realm_id: realm.id, user, client_id: client.client_id, address: request.address, request_id: request.id }
}

/** Back to the dispatcher, which alone chooses what comes next. 303: a password is never sent on (RFC 9700 §4.12). */
export function resume(context: LoginContext, visit: Visit, cookie?: string): Response {
  const { id, parameters } = visit.stored
  const location = `${issuerUrl(context.publicUrl, visit.realm.name)}/${dispatcherOf(parameters)}/${id}`
  const headers = { location, 'cache-control': 'no-store' }
  return { status: 303, headers: cookie === undefined ? headers : { ...headers, 'set-cookie': cookie }, body: '' }
}

/** Where a request goes on: only those of clients end at their redirect URI. */
function dispatcherOf(parameters: AuthorizationRequestParameters): string {
  if (parameters.connect_journey_id !== undefined) return 'connect'
  return parameters.device_code_id === undefined ? 'authorize' : 'device'
}

/** Whether all that the hall has to do on the way is to sign somebody in: what is agreed to has a page of its own. */
export function onlySignsIn({ device_code_id, connect_journey_id }: AuthorizationRequestParameters): boolean {
  return device_code_id !== undefined || connect_journey_id !== undefined
}

/** Adds a decision of the person who is there; what somebody else decided before is dropped. False: nothing was written. */
export function recordDecision(
  context: LoginContext,
  { stored, session }: VisitOfSomebody,
  decision: Omit<Progress, 'decided_in' | 'login_session' | 'authenticated_at'>,
): Promise<boolean> {
  const { login_session, authenticated_at } = stored.progress
  const kept: Progress =
    stored.progress.decided_in === session.id
      ? stored.progress
      : {
          ...(login_session === undefined ? {} : { login_session }),
          ...(authenticated_at === undefined ? {} : { authenticated_at }),
        }
  return recordProgress(context.db, stored, { ...kept, ...decision, decided_in: session.id })
}

/**
 * Notes that `sessionId` was made or authenticated again for this request. A form that was sent twice notes the later
 * login: it is the one whose cookie the browser keeps.
 */
export async function recordLogin(context: LoginContext, { realm, stored }: Visit, sessionId: string): Promise<void> {
  const login = { login_session: sessionId, authenticated_at: nowSeconds() }
  if (await recordProgress(context.db, stored, { ...stored.progress, ...login })) return
  const again = await findAuthorizationRequest(context.db, realm.id, stored.id)
  if (again) await recordProgress(context.db, again, { ...again.progress, ...login })
}
