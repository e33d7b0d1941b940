/**
 * One request's way from bytes to a plain message and back. Owns: what every door refuses before its handler is asked
 * (methods, twice-sent headers, bodies), how thrown refusals and faults become answers, and the headers that every
 * answer carries. The order is the hot path's: what nearly no request has is looked at only when it is there.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList } from 'node:net'
import type { Log } from '#observe/log.ts'
import type { Metrics } from '#observe/metrics.ts'
import { hasBody, readBody } from './body.ts'
import { clientAddress } from './client-address.ts'
import { ANY_ORIGIN, preflight } from './cors.ts'
import { type Door, refuseAsJson } from './door.ts'
import { firstProblem } from './first-problem.ts'
import type { Refused, Request, RequestLog, Response, Route } from './message.ts'
import { Refusal } from './refusal.ts'
import { bodyParts, goneSignal, isStream, noParts, sendStream } from './stream.ts'

/** One year, as browsers want it for a lasting rule (RFC 6797). */
const STRICT_TRANSPORT = 'max-age=31536000'

export interface HallOptions {
  readonly log: Log
  readonly metrics: Metrics
  readonly trustedProxies: BlockList
  /** Whether callers come by TLS, here or at a proxy. */
  readonly secure: boolean
  /** Tells an outage (the database is away, a queue is full) from a bug, which it leaves undefined. */
  readonly classify?: (fault: unknown) => Refused | undefined
}

type Params = Readonly<Record<string, string>>

class Arrived implements Request {
  readonly method: string
  readonly path: string
  readonly params: Params
  readonly query: string
  readonly headers: Request['headers']
  body = ''
  stream?: AsyncIterable<Uint8Array>
  readonly id: string
  readonly #peer: string
  readonly #outgoing: ServerResponse
  readonly #options: HallOptions
  #gone: AbortSignal | undefined
  #log: RequestLog | undefined

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    method: string,
    params: Params,
    id: string,
    options: HallOptions,
  ) {
    const target = incoming.url ?? '/'
    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    this.method = method
    // RFC 9112 §3.2.2: an absolute target is taken, its authority is not believed.
    this.path = path.startsWith('/') ? path : path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    this.query = mark === -1 ? '' : target.slice(mark + 1)
    this.params = params
    // Only Set-Cookie, which no request has, would be a list; `firstProblem` refuses it.
    this.headers = incoming.headers as Request['headers']
    this.id = id
    this.#peer = incoming.socket.remoteAddress ?? ''
    this.#outgoing = outgoing
    this.#options = options
  }

  get gone(): AbortSignal {
    this.#gone ??= goneSignal(this.#outgoing)
    return this.#gone
  }

  get address(): string {
    return clientAddress(this.#peer, this.headers['x-forwarded-for'], this.#options.trustedProxies)
  }

  get log(): RequestLog {
    this.#log ??= this.#options.log.child({ request_id: this.id })
    return this.#log
  }
}

interface Visit {
  readonly door: Door
  readonly route: Route
  readonly request: Arrived
  readonly outgoing: ServerResponse
  readonly started: number
  /** An unread body would be taken for the next request: the connection ends with this answer. */
  unread: boolean
}

export class Hall {
  readonly #options: HallOptions
  readonly #base: Readonly<Record<string, string>>
  /** Ids are unique across processes by the prefix, inside one by the counter. */
  readonly #prefix = randomBytes(6).toString('base64url')
  #counter = 0
  underWay = 0
  closing = false

  constructor(options: HallOptions) {
    this.#options = options
    this.#base = {
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(options.secure ? { 'strict-transport-security': STRICT_TRANSPORT } : {}),
    }
  }

  /** `method` is what the caller sent; `params` are decoded. Ends the answer in every case, exactly once. */
  receive(door: Door, method: string, params: Params, incoming: IncomingMessage, outgoing: ServerResponse): void {
    this.underWay += 1
    this.#counter += 1
    const id = `${this.#prefix}-${this.#counter.toString(36)}`
    const request = new Arrived(incoming, outgoing, method, params, id, this.#options)
    const route = door.routes.get(method)
    const started = performance.now()
    const carries = hasBody(incoming)
    const visit: Visit = { door, route: route ?? door.first, request, outgoing, started, unread: carries }

    const problem = firstProblem(door, request, incoming, carries)
    if (problem !== undefined) return this.#fail(visit, problem)
    if (route === undefined) return this.#withoutRoute(visit)
    if (route.stillMilliseconds !== undefined) incoming.socket.setTimeout(route.stillMilliseconds)
    if (!carries) return this.#handle(visit)
    if (route.streamsBody) {
      request.stream = bodyParts(incoming, () => {
        visit.unread = false
      })
      return this.#handle(visit)
    }
    readBody(incoming, route, (refusal, text) => {
      if (refusal !== undefined) return this.#fail(visit, refusal)
      if (text === undefined) return this.#leave(visit, 499)
      visit.unread = false
      request.body = text
      this.#handle(visit)
    })
  }

  #handle(visit: Visit): void {
    let answer: Promise<Response> | Response
    try {
      answer = visit.route.handle(visit.request)
    } catch (thrown) {
      return this.#fail(visit, thrown)
    }
    if (!(answer instanceof Promise)) return this.#send(visit, answer)
    answer.then(
      (response) => this.#send(visit, response),
      (thrown: unknown) => this.#fail(visit, thrown),
    )
  }

  #withoutRoute(visit: Visit): void {
    const { door, request } = visit
    if (door.routes.size === 0) return this.#handle(visit)
    const wanted = request.headers['access-control-request-method']
    const asked = wanted === undefined ? undefined : door.routes.get(wanted)
    const route = asked ?? [...door.routes.values()].find(({ cors }) => cors !== undefined)
    if (request.method === 'OPTIONS' && route?.cors !== undefined) {
      preflight(request, route, door.allow).then(
        (response) => this.#send(visit, response),
        (thrown: unknown) => this.#fail(visit, thrown),
      )
      return
    }
    const detail = { method: request.method }
    const headers = { allow: door.allow }
    this.#fail(visit, new Refusal(405, 'invalid_request', 'this method is not for this URL', detail, headers))
  }

  /** A refusal is told to the log and to the caller; a fault to the log, and the caller hears its number. */
  #fail(visit: Visit, thrown: unknown): void {
    const problem = this.#problemOf(visit, thrown)
    let response: Response
    try {
      response = visit.route.refused(visit.request, problem)
    } catch (fault) {
      visit.request.log.error({ door: nameOf(visit), err: fault }, 'a refusal could not be shown')
      response = refuseAsJson(visit.request, problem)
    }
    this.#send(visit, response)
  }

  #problemOf(visit: Visit, thrown: unknown): Refused {
    const { request } = visit
    const door = nameOf(visit)
    if (thrown instanceof Refusal) {
      const { status, error, description, detail } = thrown
      request.log.info({ door, path: request.path, status, error, description, detail }, 'refused')
      return thrown
    }
    const outage = this.#options.classify?.(thrown)
    if (outage !== undefined) {
      request.log.warn({ door, error: outage.error, err: thrown }, 'unavailable')
      return outage
    }
    request.log.error({ door, path: request.path, err: thrown }, 'fault')
    const description = `the request failed, and the log says why under the id ${request.id}`
    return { status: 500, error: 'server_error', description, headers: {} }
  }

  #send(visit: Visit, response: Response): void {
    const { outgoing, request } = visit
    const { status, body } = response
    if (isStream(body)) return this.#stream(visit, response, body)
    if (!outgoing.destroyed && !outgoing.headersSent) {
      const headers = this.#headersOf(visit, response)
      if (status >= 200 && status !== 204 && status !== 304) headers['content-length'] = Buffer.byteLength(body)
      try {
        outgoing.writeHead(status, headers)
        outgoing.end(request.method === 'HEAD' ? undefined : body)
      } catch (fault) {
        request.log.error({ door: nameOf(visit), err: fault }, 'an answer could not be written')
        outgoing.destroy()
      }
    }
    this.#leave(visit, status)
  }

  #stream(visit: Visit, response: Response, body: AsyncIterable<Uint8Array>): void {
    const { outgoing, request } = visit
    sendStream(
      outgoing,
      response.status,
      this.#headersOf(visit, response),
      request.method === 'HEAD' ? noParts() : body,
    ).then(
      () => this.#leave(visit, response.status),
      (fault: unknown) => {
        if (!outgoing.headersSent) return this.#fail(visit, fault)
        request.log.error({ door: nameOf(visit), err: fault }, 'an answer broke off')
        outgoing.destroy()
        this.#leave(visit, 500)
      },
    )
  }

  #headersOf(visit: Visit, response: Response): Record<string, string | number | string[]> {
    const headers: Record<string, string | number | readonly string[]> = Object.assign(
      {},
      this.#base,
      corsHeaders(visit.route),
      response.headers,
    )
    if (visit.unread || this.closing) headers.connection = 'close'
    return headers as Record<string, string | number | string[]>
  }

  #leave(visit: Visit, status: number): void {
    const { door, request, started } = visit
    this.underWay -= 1
    const method = door.routes.has(request.method) ? request.method : 'other'
    this.#options.metrics.requestFinished(nameOf(visit), method, status, (performance.now() - started) / 1_000)
  }
}

/** Of the route where one was found, else of the whole door. */
function nameOf({ door, route }: Visit): string {
  return route.name ?? door.name
}

function corsHeaders(route: Route): Readonly<Record<string, string>> | undefined {
  if (route.cors === undefined) return undefined
  return route.cors === 'any' ? ANY_ORIGIN : VARY_ORIGIN
}

const VARY_ORIGIN = { vary: 'Origin' }
