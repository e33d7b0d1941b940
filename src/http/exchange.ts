/**
 * One request's way from bytes to a plain message and back. Owns: what every door refuses before its handler is asked
 * (methods, twice-sent headers, bodies), how thrown refusals and faults become answers, and the headers that every
 * answer carries. The order is the hot path's: what nearly no request has is looked at only when it is there.
 */
import { randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Metrics } from '#observe/metrics.ts'
import { Arrived, type ArrivedOptions, type Params } from './arrived.ts'
import { hasBody, readBody } from './body.ts'
import { ANY_ORIGIN, preflight } from './cors.ts'
import { type Door, refuseAsJson } from './door.ts'
import { firstProblem } from './first-problem.ts'
import { RETRY_AFTER_SECONDS, TOO_MANY_AT_ONCE } from './limits.ts'
import type { Refused, Response, Route } from './message.ts'
import { Refusal } from './refusal.ts'
import { bodyParts, isStream, noParts, sendStream } from './stream.ts'

/** One year, as browsers want it for a lasting rule (RFC 6797). */
const STRICT_TRANSPORT = 'max-age=31536000'

export interface HallOptions extends ArrivedOptions {
  readonly metrics: Metrics
  /** Whether callers come by TLS, here or at a proxy. */
  readonly secure: boolean
  /** Tells an outage (the database is away, a queue is full) from a bug, which it leaves undefined. */
  readonly classify?: (fault: unknown) => Refused | undefined
  readonly maxRequestsWaiting: number
}

interface Visit {
  readonly door: Door
  readonly route: Route
  readonly request: Arrived
  readonly outgoing: ServerResponse
  readonly started: number
  /** An unread body would be taken for the next request: the connection ends with this answer. */
  unread: boolean
  /** It waits for somebody else's server, and is not counted as in work. */
  waits: boolean
}

export class Hall {
  readonly #options: HallOptions
  readonly #base: Readonly<Record<string, string>>
  /** Ids are unique across processes by the prefix, inside one by the counter. */
  readonly #prefix = randomBytes(6).toString('base64url')
  #counter = 0
  underWay = 0
  #waiting = 0
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
    const visit: Visit = { door, route: route ?? door.first, request, outgoing, started, unread: carries, waits: false }

    const problem = firstProblem(door, request, incoming, carries)
    if (problem !== undefined) return this.#fail(visit, problem)
    if (route === undefined) return this.#withoutRoute(visit)
    if (route.stillMilliseconds !== undefined) {
      if (this.#waiting >= this.#options.maxRequestsWaiting) return this.#fail(visit, tooManyWait())
      visit.waits = true
      this.#waiting += 1
      this.underWay -= 1
      incoming.socket.setTimeout(route.stillMilliseconds)
    }
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
    if (visit.waits) this.#waiting -= 1
    else this.underWay -= 1
    const method = door.routes.has(request.method) ? request.method : 'other'
    this.#options.metrics.requestFinished(nameOf(visit), method, status, (performance.now() - started) / 1_000)
  }
}

function tooManyWait(): Refusal {
  const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) }
  return new Refusal(503, 'temporarily_unavailable', TOO_MANY_AT_ONCE, undefined, headers)
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
