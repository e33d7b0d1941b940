/**
 * The front door: listens, routes, and closes gracefully. The only file that knows Fastify, which gives the routing
 * and the start and stop; bodies, refusals and answers are ours (`exchange.ts`), because its own forms of refusal would
 * stand in front of those of the doors. Owns: sockets and their patience, overload, TLS. Does not own: any rule of
 * OAuth.
 */
import {
  createServer,
  type Server as HttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, Server as NetServer } from 'node:net'
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify, type HTTPMethods } from 'fastify'
import type { Log } from '#observe/log.ts'
import type { Metrics } from '#observe/metrics.ts'
import { hasBody } from './body.ts'
import { type Door, doorsOf, leavesToAnother, noDoor, refuseAsJson } from './door.ts'
import { Hall } from './exchange.ts'
import {
  MAX_CONNECTIONS,
  MAX_HEADER_BYTES,
  MAX_REQUESTS_UNDER_WAY,
  MAX_REQUESTS_WAITING,
  MAX_SEGMENT_CHARACTERS,
  PATIENCE,
  type Patience,
  RETRY_AFTER_SECONDS,
  TOO_MANY_AT_ONCE,
} from './limits.ts'
import type { Refused, Route } from './message.ts'
import { networkList } from './network.ts'
import { Refusal } from './refusal.ts'

/** Its `close` takes no new connections and leaves the others alone. */
const ListenerOnly = NetServer.prototype

/** Every method is routed, so that a known path can say 405; one that is not in this list travels as TRACE, which no door has. */
const ROUTED = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'] as const
const ROUTED_SET: ReadonlySet<string> = new Set(ROUTED)

export interface ServerOptions {
  readonly routes: readonly Route[]
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** PEM; TLS 1.2 and above. */
  readonly tls?: { readonly cert: string; readonly key: string } | undefined
  /** Whether callers come by https, here or at a proxy in front: then HSTS is said. */
  readonly secure?: boolean
  /** Addresses and networks whose X-Forwarded-For is believed. */
  readonly trustedProxies?: readonly string[]
  readonly log: Log
  readonly metrics: Metrics
  /** What a fault means to the caller when it is an outage; undefined for a bug. */
  readonly classify?: (fault: unknown) => Refused | undefined
  /** How 404 and 400 look where no door is known; absent: JSON. */
  readonly refused?: Route['refused']
  readonly patience?: Patience
  readonly maxRequestsUnderWay?: number
  readonly maxRequestsWaiting?: number
}

export interface Server {
  address(): { readonly host: string; readonly port: number }
  /** Takes no new connection, lets running requests finish for at most `graceSeconds`, then cuts what is left. */
  close(graceSeconds: number): Promise<void>
}

export async function startServer(options: ServerOptions): Promise<Server> {
  const hall = new Hall({
    log: options.log,
    metrics: options.metrics,
    trustedProxies: networkList(options.trustedProxies ?? []),
    secure: options.secure ?? options.tls !== undefined,
    maxRequestsWaiting: options.maxRequestsWaiting ?? MAX_REQUESTS_WAITING,
    ...(options.classify ? { classify: options.classify } : {}),
  })
  const refused = options.refused ?? refuseAsJson
  const nowhere = noDoor(refused, new Refusal(404, 'not_found', 'there is nothing here'))
  const unreadable = noDoor(refused, new Refusal(400, 'invalid_request', 'the path is not validly percent-encoded'))
  const limit = options.maxRequestsUnderWay ?? MAX_REQUESTS_UNDER_WAY
  const server = createListener(options)
  const app = fastify({
    logger: false,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: { maxParamLength: MAX_SEGMENT_CHARACTERS, querystringParser: () => NO_QUERY },
    serverFactory: (route) => server.on('request', guarded(hall, limit, route)),
    frameworkErrors: (_error, request, reply) => enter(hall, unreadable, request, reply),
  })
  const doors = doorsOf(options.routes)
  for (const [path, door] of doors) {
    const methods = ROUTED.filter((method) => !leavesToAnother(doors, path, method))
    open(app, hall, path, door, methods)
  }
  open(app, hall, '*', nowhere, ROUTED)
  await app.ready()
  // Node's own answer to bytes that are no request (400, 408, 431) knows whether an answer has begun; Fastify's does not.
  server.removeAllListeners('clientError')
  await listen(server, options.host, options.port)
  return { address: () => addressOf(server), close: (graceSeconds) => close(server, app, hall, graceSeconds) }
}

/** Queries are parsed where a door wants them, by our own rules. */
const NO_QUERY = {}

/** The request is taken over before Fastify would look at its body; its handler is never reached. */
function open(app: FastifyInstance, hall: Hall, path: string, door: Door, methods: readonly HTTPMethods[]): void {
  app.route({
    method: [...methods],
    url: path,
    onRequest: (request, reply, _next) => enter(hall, door, request, reply),
    handler: () => undefined,
  })
}

function enter(hall: Hall, door: Door, request: FastifyRequest, reply: FastifyReply): void {
  const { raw } = request
  hall.receive(door, SENT_METHODS.get(raw) ?? raw.method ?? '', (request.params ?? NO_PARAMS) as Params, raw, reply.raw)
}

type Params = Readonly<Record<string, string>>
const NO_PARAMS: Params = {}

/** The method of a request that is routed under another one. */
const SENT_METHODS = new WeakMap<IncomingMessage, string>()

/** Overload is refused before anything is done for the request, or it would cost what it is to save. */
function guarded(hall: Hall, limit: number, route: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    if (hall.underWay >= limit) return refuseForOverload(incoming, outgoing)
    const method = incoming.method ?? ''
    if (!ROUTED_SET.has(method)) {
      SENT_METHODS.set(incoming, method)
      incoming.method = 'TRACE'
    }
    route(incoming, outgoing)
  }
}

function refuseForOverload(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const error = { error: 'temporarily_unavailable', error_description: TOO_MANY_AT_ONCE }
  const body = JSON.stringify(error)
  outgoing.writeHead(503, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'retry-after': String(RETRY_AFTER_SECONDS),
    ...(hasBody(incoming) ? { connection: 'close' } : {}),
  })
  outgoing.end(incoming.method === 'HEAD' ? undefined : body)
}

function createListener(options: ServerOptions): HttpServer {
  const patience = options.patience ?? PATIENCE
  const settings = {
    maxHeaderSize: MAX_HEADER_BYTES,
    insecureHTTPParser: false,
    requireHostHeader: true,
    headersTimeout: patience.headersMilliseconds,
    requestTimeout: patience.requestMilliseconds,
    keepAliveTimeout: patience.idleMilliseconds,
    connectionsCheckingInterval: patience.checkMilliseconds,
    noDelay: true,
  }
  const { tls } = options
  // The oldest version is ours to say, whatever the process was started with (N178).
  const server = tls ? createTlsServer({ ...settings, ...tls, minVersion: 'TLSv1.2' }) : createServer(settings)
  server.timeout = patience.stalledMilliseconds
  server.maxConnections = MAX_CONNECTIONS
  return server
}

function listen(server: HttpServer, host: string, port: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ host, port }, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}

function addressOf(server: HttpServer): { readonly host: string; readonly port: number } {
  const { address, port } = server.address() as AddressInfo
  return { host: address, port }
}

/**
 * Long enough for a request that was sent on a kept connection before its sender could know: it is answered, with the
 * word that this was the last. To close idle connections at once, as Node's own `close` does, would cut such requests.
 */
const LINGER_MILLISECONDS = 100

/** First the listener; then each connection with the answer that it waits for, an idle one after the linger. */
async function close(server: HttpServer, app: FastifyInstance, hall: Hall, graceSeconds: number): Promise<void> {
  hall.closing = true
  const { promise: closed, resolve } = Promise.withResolvers<void>()
  ListenerOnly.close.call(server, () => resolve())
  const linger = setTimeout(() => server.closeIdleConnections(), LINGER_MILLISECONDS)
  const cut = setTimeout(() => server.closeAllConnections(), graceSeconds * 1_000)
  await closed
  clearTimeout(linger)
  clearTimeout(cut)
  await app.close()
}
