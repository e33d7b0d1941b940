/** Plain messages: what every door takes and gives. No room but `http/server.ts` sees the HTTP library. */

export interface Request {
  /** Upper case. */
  readonly method: string
  /** The path as sent, without the query. */
  readonly path: string
  /** Path parameters, percent-decoded. */
  readonly params: Readonly<Record<string, string>>
  /** What stands behind `?`, as sent; empty when there is none. */
  readonly query: string
  /** Names in lower case. A header that came twice is joined by `, `, except those that may come once only: refused at the door. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** UTF-8 text; empty when there is none. Invalid UTF-8 is refused at the door. */
  readonly body: string
  /**
   * The bytes of the body as they come, at a door that takes them so (`streamsBody`); absent when there is none. To be
   * read once; throws when the caller goes away before its end. What is not read ends the connection with the answer.
   */
  readonly stream?: AsyncIterable<Uint8Array>
  /** Aborted when the caller goes away before the answer is sent, for work that is done for nobody else. Absent: our own call. */
  readonly gone?: AbortSignal
  /** The peer, or the client that a trusted proxy names. */
  readonly address: string
  readonly id: string
  readonly log: RequestLog
}

/** Where a request's own story goes: for the operator and the client's developer, never for the caller. */
export interface RequestLog {
  info(detail: Readonly<Record<string, unknown>>, message: string): void
  warn(detail: Readonly<Record<string, unknown>>, message: string): void
  error(detail: Readonly<Record<string, unknown>>, message: string): void
}

export interface Response {
  readonly status: number
  /** Names in lower case; a list becomes repeated headers (Set-Cookie). */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  /**
   * Chunks are sent as they come and as fast as they are read; a caller that goes away ends the iteration (`return`).
   * What fails after the first byte cannot be told any more: the connection is cut, so that no part passes for the whole.
   */
  readonly body: string | Uint8Array | AsyncIterable<Uint8Array>
}

export type Handler = (request: Request) => Promise<Response> | Response

export interface Route {
  readonly methods: readonly string[]
  /** `/realms/:realm/token`; `/*` at the end takes the rest. */
  readonly path: string
  readonly handle: Handler
  /** How a thrown refusal or fault looks to this door's callers. */
  readonly refused: (request: Request, problem: Refused) => Response
  /** The body is not read before the handler is asked, whatever its type and length: it comes as `stream`. */
  readonly streamsBody?: true
  /**
   * The handler waits for somebody else's server, and so long, in milliseconds, the socket may be still meanwhile: such
   * requests are counted apart. Absent: it waits for nobody, and the house's own patience counts.
   */
  readonly stillMilliseconds?: number
  /** Content types a body may have; absent: `application/x-www-form-urlencoded` only. */
  readonly bodyTypes?: readonly string[]
  /** The Cross-Origin rule of this door; absent: none. */
  readonly cors?: CorsRule
  /** Name of the door in metrics; absent: the path. */
  readonly name?: string
}

/** `any`: every origin may read. A function: the origin may preflight; what it may read, the handler says itself. */
export type CorsRule = 'any' | ((request: Request, origin: string) => Promise<boolean>)

/** What a caller may know of a failure. */
export interface Refused {
  readonly status: number
  /** OAuth error code, or a short stable word where OAuth has none. */
  readonly error: string
  /** For the caller: %x20-21 / %x23-5B / %x5D-7E only, no user data. */
  readonly description: string
  readonly headers: Readonly<Record<string, string>>
}
