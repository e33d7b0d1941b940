/** What a caller may cost us before anything is known about them. */

/** A form of OAuth is a few hundred bytes; the longest honest one carries a signed request object. */
export const MAX_FORM_BYTES = 64 * 1024
/** A document of the management API: the longest carries a client's key set or a picture's URL list. */
export const MAX_DOCUMENT_BYTES = 1024 * 1024
/** All headers of a request together; Node's own default, said here because answers promise it (431). */
export const MAX_HEADER_BYTES = 16 * 1024
/** One segment of a path: a client_id may be long and percent-encoded. */
export const MAX_SEGMENT_CHARACTERS = 2_048
/** Requests in work at once. More would wait longer than a caller's patience; they hear 503 at once instead. */
export const MAX_REQUESTS_UNDER_WAY = 2_000
/**
 * Requests at doors that wait for somebody else's server. They are idle nearly all of that time, and counted apart: a
 * provider that hangs takes no place from those who want a token of ours.
 */
export const MAX_REQUESTS_WAITING = 10_000
/** Open connections; below the descriptors that a service usually gets, above what any load balancer opens. */
export const MAX_CONNECTIONS = 16_384
/** What a refusal for overload says. */
export const TOO_MANY_AT_ONCE = 'too many requests at once, try again later'
/** What a refusal for overload or outage asks its caller to wait, in seconds. */
export const RETRY_AFTER_SECONDS = 1

export interface Patience {
  /** From the opening of a connection, or the first byte of a request, to the end of its headers. */
  readonly headersMilliseconds: number
  /** To the end of the request's body. */
  readonly requestMilliseconds: number
  /** A socket on which nothing moves: an answer that is not read. */
  readonly stalledMilliseconds: number
  /** A connection between two requests. */
  readonly idleMilliseconds: number
  /** How often the first two are looked at. */
  readonly checkMilliseconds: number
}

/** Together: whoever sends or reads nothing has lost their socket after 30 seconds (N174). */
export const PATIENCE: Patience = {
  headersMilliseconds: 15_000,
  requestMilliseconds: 25_000,
  stalledMilliseconds: 30_000,
  idleMilliseconds: 25_000,
  checkMilliseconds: 4_000,
}
