/** Connectors for applications: a client that may use a connector's OAuth server runs it. */
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { findConnector } from '#store/connectors.ts'
import { findOAuthServerById } from '#store/oauth-servers.ts'
import { allowOutbound, authenticateRealm } from './caller.ts'
import type { Values } from './connector-request.ts'
import type { OutboundContext } from './context.ts'
import type { TokenFor } from './fresh-token.ts'
import { invalidParameter, refusedAsProblem } from './problem.ts'
import { runConnector } from './run-connector.ts'

/** The longest timeout of a connector, and time to find outputs. */
export const RUN_STILL_MS = 660_000

export function runRoute(context: OutboundContext): Route {
  return {
    methods: ['POST'],
    path: '/realms/:realm/outbound/connectors/:name/run',
    name: 'outbound-run',
    bodyTypes: ['application/json'],
    stillMilliseconds: RUN_STILL_MS,
    handle: (request) => run(context, request),
    refused: refusedAsProblem,
  }
}

/** JSON `{"parameters": {…}}`; answers `{result, status, code, detail, duration_ms, outputs}`. */
async function run(context: OutboundContext, request: Request): Promise<Response> {
  const { realm, bearer } = await authenticateRealm(context, request, 'outbound:call')
  const connector = await findConnector(context.db, realm.id, request.params['name'] ?? '')
  const server = connector && (await findOAuthServerById(context.db, connector.server_id))
  if (!(connector && server)) throw new Refusal(404, 'not_found', 'there is no such connector')
  const { wanted } = await allowOutbound(context, realm, bearer, server)
  if (connector.connection === 'user' && bearer.user === undefined) {
    throw new Refusal(403, 'not_allowed', 'this connector runs with the connection of a user: it needs a token of one')
  }
  const subject: TokenFor['subject'] = connector.connection === 'user' ? wanted.subject : { kind: 'application' }
  const runner = bearer.user
    ? ({ kind: 'user', name: bearer.user.username } as const)
    : ({ kind: 'client', name: bearer.client.client_id } as const)
  const ran = await runConnector(context, connector, { ...wanted, subject }, runner, valuesOf(request.body))
  const { result, status, code, detail, duration_ms } = ran.run
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify({ result, status, code, detail, duration_ms, outputs: ran.outputs }),
  }
}

function valuesOf(text: string): Values {
  const body = objectOf(text === '' ? {} : parsed(text))
  const unknown = Object.keys(body).some((name) => name !== 'parameters')
  if (unknown) throw invalidParameter('the body holds parameters only')
  const values = objectOf(body['parameters'] ?? {})
  if (Object.values(values).every((value) => typeof value === 'string')) return values as Values
  throw invalidParameter('every parameter must be a text')
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw invalidParameter('the body must be a JSON object with parameters')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidParameter('the body must be JSON')
  }
}
