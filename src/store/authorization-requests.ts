/** Authorization requests on their way through the hall: what was asked for, and what the person has done about it. */
import { randomToken } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Database } from './database.ts'
import type { AuthorizationRequestsTable } from './passing-tables.ts'

/** A person may look for a password that long. */
export const authorizationRequestSeconds = 1800

/**
 * A validated request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1), as the issuer stored it and as both rooms read
 * it: nothing that a browser sends later changes it.
 */
export interface AuthorizationRequestParameters {
  /** Validated; where the answer goes. */
  readonly redirect_uri: string
  readonly redirect_uri_was_sent: boolean
  readonly response_mode: 'query' | 'fragment' | 'form_post'
  /** What the client may have of what it asked for, space-delimited. */
  readonly scope: string
  readonly state?: string
  readonly nonce?: string
  readonly code_challenge?: string
  readonly prompt: readonly string[]
  /** Seconds since the login that still count as recent. */
  readonly max_age?: number
  readonly login_hint?: string
  /** The only user for whom there may be an answer. */
  readonly id_token_hint_sub?: string
  /** Claims asked for in the ID token itself. */
  readonly id_token_claims?: readonly string[]
  /** Set: somebody answers for a device (RFC 8628 §3.3); device_codes.id. Such a request never ends at a redirect URI. */
  readonly device_code_id?: string
  /** Set: somebody connects an account at a foreign server; connect_journeys.id. Likewise. */
  readonly connect_journey_id?: string
  /** What is wrong with the request, told to the client only once the person has signed in (RFC 9700 §4.11.2). */
  readonly refused?: { readonly error: string; readonly description: string }
}

/** What was done for one request. Each step writes here; only the dispatcher reads it to choose the next. */
export interface Progress {
  /** The session that was made or authenticated again for this request. */
  readonly login_session?: string
  /** When that was. */
  readonly authenticated_at?: number
  /** The session in which the decisions below were made: they are that person's, nobody else's. */
  readonly decided_in?: string
  /** True: the account of the session; false: another one. */
  readonly account_selected?: boolean
  /** What was agreed to in this request. */
  readonly consented_scope?: string
  readonly confirmed?: boolean
  readonly denied?: boolean
}

export interface StoredAuthorizationRequest
  extends Readonly<Omit<AuthorizationRequestsTable, 'parameters' | 'progress'>> {
  readonly parameters: AuthorizationRequestParameters
  readonly progress: Progress
}

export interface NewAuthorizationRequest {
  readonly realm_id: string
  /** clients.id */
  readonly client_id: string
  readonly parameters: AuthorizationRequestParameters
  readonly browser_hash: string
}

/** Answers the stored request; its id is random, but what holds it to one browser is `browser_hash`. */
export async function storeAuthorizationRequest(
  db: Database,
  request: NewAuthorizationRequest,
): Promise<StoredAuthorizationRequest> {
  const now = nowSeconds()
  const times = { created_at: now, expires_at: now + authorizationRequestSeconds, completed_at: null }
  const stored = { ...request, ...times, id: randomToken(), progress: {} }
  const parameters = JSON.stringify(request.parameters)
  await db.sql
    .insertInto('authorization_requests')
    .values({ ...stored, parameters, progress: '{}' })
    .execute()
  return stored
}

/** The request with that id in that realm, expired and completed ones included: the caller reads both. */
export async function findAuthorizationRequest(
  db: Database,
  realmId: string,
  id: string,
): Promise<StoredAuthorizationRequest | undefined> {
  const row = await db.sql
    .selectFrom('authorization_requests')
    .selectAll()
    .where('id', '=', id)
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
  if (!row) return undefined
  const parameters = JSON.parse(row.parameters) as AuthorizationRequestParameters
  return { ...row, parameters, progress: JSON.parse(row.progress) as Progress }
}

/**
 * Writes the progress of a request that is neither completed nor expired; false: it is, or another step wrote since
 * `stored` was read, and nothing was written. Two steps at once cannot both build on the same progress.
 */
export async function recordProgress(
  db: Database,
  stored: Pick<StoredAuthorizationRequest, 'id' | 'progress'>,
  progress: Progress,
): Promise<boolean> {
  const result = await db.sql
    .updateTable('authorization_requests')
    .set({ progress: JSON.stringify(progress) })
    .where('id', '=', stored.id)
    .where('progress', '=', JSON.stringify(stored.progress))
    .where('completed_at', 'is', null)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** Decides who answers: true once for each request, and only while it is not expired. */
export async function completeAuthorizationRequest(db: Pick<Database, 'sql'>, id: string): Promise<boolean> {
  const now = nowSeconds()
  const result = await db.sql
    .updateTable('authorization_requests')
    .set({ completed_at: now })
    .where('id', '=', id)
    .where('completed_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** What `browser_hash` holds while no browser has come for the request: the hash of nothing that a cookie could hold. */
export const noBrowser = ''

/** The first browser that comes for a request that none began has it from now on; false: another one was first. */
export async function bindAuthorizationRequest(db: Database, id: string, browserHash: string): Promise<boolean> {
  const result = await db.sql
    .updateTable('authorization_requests')
    .set({ browser_hash: browserHash })
    .where('id', '=', id)
    .where('browser_hash', '=', noBrowser)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}
