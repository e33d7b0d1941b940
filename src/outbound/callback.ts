/**
 * The callback of one OAuth server (RFC 6749 §4.1.2): a browser comes back with a code. It counts once, for the browser,
 * the person, the connection and the server that it was begun for (N156), and only as an answer of that server
 * (RFC 9207 §2.4, N157). Everything that is odd ends on a page here; only what the provider said is told to whom the
 * person goes back to.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { parseForm } from '#http/form.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal, type RefusalDetail } from '#http/refusal.ts'
import { headRefused } from '#issuer/refusals.ts'
import { sameBrowser } from '#login/browser.ts'
import { refusedAsPage } from '#login/pages/error.ts'
import { currentSession } from '#login/session.ts'
import type { Refused, Tokens } from '#oauth-client/answer.ts'
import { type Callback, readCallback } from '#oauth-client/callback.ts'
import { readIdToken } from '#oauth-client/id-token.ts'
import type { GrantRequest } from '#oauth-client/settings.ts'
import { nowSeconds } from '#observe/clock.ts'
import { writeAudit } from '#store/audit.ts'
import { type ConnectJourney, endConnectJourney, findSentJourney } from '#store/connect-journeys.ts'
import { APPLICATION, type ConnectionRow } from '#store/connections.ts'
import { findOAuthServer } from '#store/oauth-servers.ts'
import { findRealm } from '#store/realms.ts'
import type { User } from '#store/users.ts'
import { leadBack } from './connect-page.ts'
import type { OutboundContext } from './context.ts'
import { exchange } from './exchange.ts'
import { callbackUrl, type Journey, type Proof, proofPlace, readJourney, requirePerson } from './journey.ts'

/** A provider may take its time with a code. */
const STILL_MS = 60_000

export function callbackRoute(context: OutboundContext): Route {
  return {
    methods: ['GET'],
    path: '/realms/:realm/outbound/:slug/callback',
    name: 'outbound-callback',
    stillMilliseconds: STILL_MS,
    handle: (request) => callback(context, request),
    refused: refusedAsPage(context),
  }
}

const notOurs = (detail: RefusalDetail): Refusal =>
  new Refusal(400, 'invalid_callback', 'this does not belong to anything that was begun in this browser', detail)

async function callback(context: OutboundContext, request: Request): Promise<Response> {
  if (request.method === 'HEAD') throw headRefused('GET')
  const row = await spend(context, request)
  const journey = await readJourney(context, row)
  const { server, settings } = journey
  const hall = await findRealm(context.db, row.session_realm)
  const session = requirePerson(journey, hall && (await currentSession(context, hall, request)))
  if (session.user.id !== row.session_user_id) throw notOurs({ reason: 'somebody else is signed in by now' })
  if (server.settings_version !== row.settings_version) {
    throw new Refusal(409, 'conflict', 'the settings of this server were changed meanwhile: start again')
  }
  const query = new URLSearchParams(request.query)
  const answer = readCallback(settings, query, { state: query.get('state') ?? '' })
  if (answer.kind === 'refused') {
    request.log.warn({ server: server.slug, by: answer.by, code: answer.code }, 'a provider did not connect an account')
    if (answer.by === 'callback') throw notOurs({ reason: answer.code })
    return leadBack(journey, answer.code)
  }
  return await connect(context, request, journey, answer, session.user)
}

/** The journey of this state, which is used up by it, whatever comes of it; only its own browser can use it up. */
async function spend(context: OutboundContext, request: Request): Promise<ConnectJourney> {
  const { db, publicUrl } = context
  const realm = await findRealm(db, request.params['realm'] ?? '')
  const server = realm?.enabled ? await findOAuthServer(db, realm.id, request.params['slug'] ?? '') : undefined
  if (!(realm && server)) throw new Refusal(404, 'not_found', 'there is nothing here')
  const state = parseForm(request.query).get('state')
  if (state === undefined) throw notOurs({ reason: 'no state' })
  const place = { realm_id: realm.id, server_id: server.id, state_hash: sha256Base64url(state) }
  const row = await findSentJourney(db, place)
  if (!row) throw notOurs({ reason: 'unknown state' })
  const begunBy = { browser_hash: row.browser_hash ?? '' }
  if (!sameBrowser(begunBy, request, publicUrl, row.session_realm)) throw notOurs({ reason: 'another browser' })
  if (!(await endConnectJourney(db, row.id))) throw notOurs({ reason: 'used before' })
  return row
}

async function connect(
  context: OutboundContext,
  request: Request,
  journey: Journey,
  answer: Exclude<Callback, { kind: 'refused' }>,
  user: User,
): Promise<Response> {
  const { row, realm, server, settings } = journey
  const { code_verifier, nonce } = proofOf(context, row)
  const grant: GrantRequest =
    answer.kind === 'consent'
      ? { type: 'client_credentials', kept: answer.kept }
      : {
          type: 'authorization_code',
          code: answer.code,
          redirect_uri: callbackUrl(context.publicUrl, realm, server),
          state: new URLSearchParams(request.query).get('state') ?? '',
          kept: answer.kept,
          ...(code_verifier === null ? {} : { code_verifier }),
        }
  const subject =
    row.subject === APPLICATION ? ({ kind: 'application' } as const) : ({ kind: 'user', user_id: row.subject } as const)
  const wanted = { realm, server, subject, environment: row.environment, application: row.application }
  const check = (tokens: Tokens): Refused | undefined => oddIdToken(settings, tokens, nonce)
  const done = await exchange(context, wanted, settings, grant, check)
  if (done.kind === 'refused') {
    const { code, description } = done.problem
    request.log.warn({ server: server.slug, code, description }, 'a code could not be exchanged')
    return leadBack(journey, code)
  }
  await audit(context, request, journey, done.row, user)
  return leadBack(journey)
}

function proofOf({ seal }: OutboundContext, row: ConnectJourney): Proof {
  return JSON.parse(seal.open(row.proof_sealed ?? '', proofPlace(row)).toString('utf8')) as Proof
}

/** An ID token that says it was made for another login, another client or by another issuer (OIDC Core §3.1.3.7). */
function oddIdToken(settings: Journey['settings'], { id_token }: Tokens, nonce: string | null): Refused | undefined {
  if (id_token === null) return undefined
  const read = readIdToken(settings, id_token, nonce, nowSeconds())
  if (read.kind === 'claims') return undefined
  const description = `the ID token of the provider does not fit this login: ${read.claim}`
  return { kind: 'refused', class: 'consent', code: `id_token_${read.claim}`, description, retry_after: null }
}

async function audit(
  { db }: OutboundContext,
  request: Request,
  { row, server }: Journey,
  connection: ConnectionRow,
  user: User,
): Promise<void> {
  await writeAudit(db.sql, {
    realm_id: row.realm_id,
    actor: { kind: 'user', id: user.id, name: user.username, address: request.address, request_id: request.id },
    action: 'connection.connect',
    object_kind: 'connection',
    object_id: connection.id,
    object_name: server.slug,
    after: { subject: connection.subject, scope: connection.scope },
  })
}
