/**
 * The office: where an operator changes something. Owns: the way of a call from the request to its operation's handler
 * (who may, what was meant, what is answered), and that nothing is served that the contract does not name. Does not own:
 * the words (`contract`), the rules of each noun (one handler file per noun beside this one) and the rows (`store`).
 * Order of the checks: token, scope, role, realm, then fields; so that nobody learns of fields or names without a right.
 */
import { runConnector } from '#contract/connector-run.ts'
import { nothing, type Operation } from '#contract/operation.ts'
import { managementApiUrl } from '#http/doors.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { RUN_STILL_MS } from '#outbound/run-door.ts'
import { apiHandlers } from './apis.ts'
import { askedRedirectUriHandlers } from './asked-redirect-uris.ts'
import { auditHandlers } from './audit.ts'
import { bulkHandlers } from './bulk.ts'
import type { Call, Handled, Reply } from './call.ts'
import { categoryHandlers } from './categories.ts'
import { clientSecretHandlers } from './client-secrets.ts'
import { clientHandlers } from './clients.ts'
import { configurationHandlers } from './configuration/handlers.ts'
import { connectHandlers } from './connect.ts'
import { connectionHandlers } from './connections.ts'
import { connectorRunHandlers } from './connector-runs.ts'
import { connectorHandlers } from './connectors.ts'
import type { AdminContext } from './context.ts'
import { deletedHandlers } from './deleted.ts'
import { eventHandlers } from './events.ts'
import { exported } from './export/export.ts'
import { actorOf, allowPlatform, authenticateAdministrator, reachRealm, systemOf } from './gate.ts'
import { grantHandlers } from './grants.ts'
import { healthHandlers } from './health.ts'
import { historyHandlers } from './history-nouns.ts'
import { outboundHistoryHandlers } from './history-outbound.ts'
import { inspectHandlers } from './inspect.ts'
import { layerHandlers } from './layers.ts'
import { legacyUseHandlers } from './legacy-uses.ts'
import { loginFailureHandlers } from './login-failures.ts'
import { meHandlers } from './me.ts'
import { oauthServerUseHandlers } from './oauth-server-uses.ts'
import { oauthServerHandlers } from './oauth-servers.ts'
import { openApiRoute } from './openapi.ts'
import { parseBody, parseParams, parseQuery } from './parse.ts'
import { notFound, problemResponse } from './problem.ts'
import { profileHandlers } from './profiles.ts'
import { realmListHandlers } from './realm-lists.ts'
import { realmHandlers } from './realms.ts'
import { referenceRoutes } from './reference.ts'
import { roleHandlers } from './roles.ts'
import { scopeHandlers } from './scopes.ts'
import { sealHandlers } from './seal.ts'
import { sessionHandlers } from './sessions.ts'
import { signingKeyHandlers } from './signing-keys.ts'
import { translated } from './store-refusals.ts'
import { userHandlers } from './users.ts'

const root = '/api/v1'

export const handlers: readonly Handled[] = [
  ...meHandlers,
  ...realmHandlers,
  ...clientHandlers,
  ...clientSecretHandlers,
  ...askedRedirectUriHandlers,
  ...grantHandlers,
  ...userHandlers,
  ...sessionHandlers,
  ...loginFailureHandlers,
  ...roleHandlers,
  ...scopeHandlers,
  ...apiHandlers,
  ...signingKeyHandlers,
  ...layerHandlers,
  ...categoryHandlers,
  ...profileHandlers,
  ...oauthServerHandlers,
  ...oauthServerUseHandlers,
  ...connectHandlers,
  ...connectorHandlers,
  ...connectorRunHandlers,
  ...connectionHandlers,
  ...legacyUseHandlers,
  ...auditHandlers,
  ...deletedHandlers,
  ...historyHandlers,
  ...outboundHistoryHandlers,
  ...bulkHandlers,
  ...healthHandlers,
  ...realmListHandlers,
  ...inspectHandlers,
  ...eventHandlers,
  ...configurationHandlers,
  ...sealHandlers,
]

/** All routes below `/api/v1`. What no operation has is 404 for whoever may come in, and 401 for everybody else. */
export function adminRoutes(context: AdminContext): Route[] {
  const served = handlers.map((handled): Route => {
    const { operation } = handled
    return {
      methods: [operation.method],
      path: root + operation.path.replace(/\{(\w+)\}/g, ':$1'),
      name: `api ${operation.id}`,
      bodyTypes: bodyTypesOf(operation),
      handle: (request) => answer(context, handled, request),
      refused: problemResponse,
      ...(operation === (runConnector as Operation) ? { stillMilliseconds: RUN_STILL_MS } : {}),
    }
  })
  return [...served, openApiRoute(context), ...referenceRoutes(), elsewhere(context)]
}

function bodyTypesOf(operation: Operation): readonly string[] {
  return operation.method === 'PATCH' ? ['application/merge-patch+json', 'application/json'] : ['application/json']
}

function elsewhere(context: AdminContext): Route {
  return {
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    path: `${root}/*`,
    name: 'api elsewhere',
    bodyTypes: ['application/json', 'application/merge-patch+json'],
    handle: async (request) => {
      await authenticateAdministrator(context, await systemOf(context), request, 'read')
      throw notFound('operation')
    },
    refused: problemResponse,
  }
}

async function answer(context: AdminContext, handled: Handled, request: Request): Promise<Response> {
  const call = await admit(context, handled.operation, request)
  const file = await exported(handled, call)
  if (file) return file
  const reply = await translated(() => handled.run(call))
  return responseOf(context, handled.operation, reply)
}

async function admit(context: AdminContext, operation: Operation, request: Request): Promise<Call<Operation>> {
  const system = await systemOf(context)
  const administrator = await authenticateAdministrator(context, system, request, operation.right)
  if (operation.reach === 'platform') allowPlatform(administrator, operation.right)
  const params = parseParams(operation.params, request)
  const realm =
    operation.reach === 'platform'
      ? system
      : await reachRealm(context, administrator, request.params['realm'] ?? '', operation.right)
  const query = parseQuery(operation.query, request)
  const body = parseBody(operation.body, request)
  return { context, request, administrator, actor: actorOf(administrator, request), realm, params, query, body }
}

function responseOf(context: AdminContext, operation: Operation, reply: Reply<unknown>): Response {
  const base = managementApiUrl(context.publicUrl)
  const headers = {
    'cache-control': 'no-store',
    ...(reply.etag ? { etag: reply.etag } : {}),
    ...(reply.location ? { location: base + reply.location } : {}),
  }
  if (operation.answer === (nothing as typeof operation.answer)) return { status: operation.status, headers, body: '' }
  return {
    status: operation.status,
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(reply.value),
  }
}
