/**
 * What the operator may count, in Prometheus' text format. Owns: the names, the labels and their bounds: a label's
 * values are realms that exist or words of a fixed set, never a caller's text. Does not own: when to count.
 */
import { collectDefaultMetrics, Registry } from 'prom-client'
import { type Durations, Stopwatch, Tally } from './tally.ts'

const GRANTS = new Set([
  'authorization_code',
  'client_credentials',
  'refresh_token',
  'password',
  'implicit',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:jwt-bearer',
  'urn:ietf:params:oauth:grant-type:token-exchange',
])

/** OAuth and OpenID Connect error codes, and our own few words for doors that have none. */
const ERRORS = new Set([
  'access_denied',
  'account_selection_required',
  'authorization_pending',
  'consent_required',
  'expired_token',
  'insufficient_scope',
  'interaction_required',
  'invalid_client',
  'invalid_grant',
  'invalid_request',
  'invalid_scope',
  'invalid_target',
  'invalid_token',
  'login_required',
  'not_found',
  'request_not_supported',
  'request_uri_not_supported',
  'server_error',
  'slow_down',
  'temporarily_unavailable',
  'unauthorized_client',
  'unsupported_grant_type',
  'unsupported_response_type',
  'unsupported_token_type',
])

/** How an attempt to get a token of a foreign server ended: `ok`, or the class of its failure. */
const REFRESH_RESULTS = new Set([
  'ok',
  'transient',
  'server_settings',
  'grant_dead',
  'malformed',
  'consent',
  'unknown_outcome',
])

const LOGIN_RESULTS = new Set(['success', 'wrong_credentials', 'throttled', 'disabled', 'denied', 'password_changed'])

/** A token answer takes about a millisecond, a password a tenth of a second, the patience of a caller ten seconds. */
const REQUEST_BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
const DATABASE_BOUNDS = [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5]

export class Metrics {
  /** The process's own: memory, CPU, descriptors, event-loop delay, garbage collection. */
  readonly #process = new Registry()
  readonly #issued = new Tally(
    'sallyport_tokens_issued_total',
    'Answers of the token endpoint that carried tokens.',
    ['realm', 'grant'],
    GRANTS,
  )
  readonly #refused = new Tally(
    'sallyport_token_errors_total',
    'Refusals of the token endpoint.',
    ['realm', 'error'],
    ERRORS,
  )
  readonly #logins = new Tally(
    'sallyport_logins_total',
    'Attempts of people to log in.',
    ['realm', 'result'],
    LOGIN_RESULTS,
  )
  readonly #refreshes = new Tally(
    'sallyport_outbound_refreshes_total',
    'Attempts to get or renew a token of a foreign OAuth server, by how they ended.',
    ['realm', 'result'],
    REFRESH_RESULTS,
  )
  readonly #requests = new Stopwatch(
    'sallyport_http_request_duration_seconds',
    'From the headers of a request to its answer.',
    REQUEST_BOUNDS,
  )
  readonly #database = new Stopwatch(
    'sallyport_database_duration_seconds',
    'What waited for the database, by kind.',
    DATABASE_BOUNDS,
  )
  readonly #byDoor = new Map<string, Map<string, Map<number, Durations>>>()
  readonly #byKind = new Map<string, Durations>()

  constructor() {
    collectDefaultMetrics({ register: this.#process })
  }

  /** `realm` is the name of one that exists. */
  tokenIssued(realm: string, grant: string): void {
    this.#issued.add(realm, grant)
  }

  /** `realm` is the name of one that exists; an error that is not in the fixed set counts as `other`. */
  tokenRefused(realm: string, error: string): void {
    this.#refused.add(realm, error)
  }

  /** `realm` is the name of one that exists; `result` one of `LOGIN_RESULTS`, else it counts as `other`. */
  login(realm: string, result: string): void {
    this.#logins.add(realm, result)
  }

  /** `realm` is the name of one that exists; `result` one of `REFRESH_RESULTS`. */
  outboundRefreshed(realm: string, result: string): void {
    this.#refreshes.add(realm, result)
  }

  /** `door` and `method` are words of the routing table, never of the request. */
  requestFinished(door: string, method: string, status: number, seconds: number): void {
    const series = this.#byDoor.get(door)?.get(method)?.get(status) ?? this.#openRequests(door, method, status)
    this.#requests.record(series, seconds)
  }

  /** `kind` is one of the few words that the store room uses. */
  databaseTimed(kind: string, seconds: number): void {
    let series = this.#byKind.get(kind)
    if (series === undefined) {
      series = this.#database.open({ kind })
      this.#byKind.set(kind, series)
    }
    this.#database.record(series, seconds)
  }

  /** Everything, in the text format that `contentType` names. */
  async text(): Promise<string> {
    const own = [this.#issued, this.#refused, this.#logins, this.#refreshes, this.#requests, this.#database]
    return [...own.map((metric) => metric.text()), await this.#process.metrics()].join('\n')
  }

  get contentType(): string {
    return this.#process.contentType
  }

  #openRequests(door: string, method: string, status: number): Durations {
    const methods = this.#byDoor.get(door) ?? new Map<string, Map<number, Durations>>()
    this.#byDoor.set(door, methods)
    const statuses = methods.get(method) ?? new Map<number, Durations>()
    methods.set(method, statuses)
    const series = this.#requests.open({ door, method, status: String(status) })
    statuses.set(status, series)
    return series
  }
}

export function createMetrics(): Metrics {
  return new Metrics()
}
