/**
 * Who may read an answer of the doors that single-page applications call (Fetch §3.2): the client that it is for, from
 * the origins that it registered. A preflight is the route's, which cannot know the client.
 */
import { allowOrigin } from '#http/cors.ts'
import type { Request } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { type Client, hasCorsOrigin } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from '../context.ts'
import { caught, type Soon } from '../soon.ts'

/** The answer carries the origin for the client that registered it, and for nobody else. */
export function allowCaller(request: Request, client: Client): Readonly<Record<string, string>> {
  const origin = request.headers['origin']
  return origin !== undefined && client.allowed_cors_origins.includes(origin) ? allowOrigin(origin) : {}
}

/** A single-page application has to read why it was refused: from here on refusals carry its origin too. */
export function readableRefusals<T>(request: Request, client: Client, work: () => Soon<T>): Soon<T> {
  return caught(work, (error) => {
    throw withHeaders(error, allowCaller(request, client))
  })
}

/**
 * While no client is known a refusal says nothing of anybody: whoever a preflight lets pass may read it, or an
 * application could not tell a dead token from a dead network (RFC 6750 §3.1).
 */
export function readableInRealm<T>(
  { db }: IssuerContext,
  realm: Realm,
  request: Request,
  work: () => Soon<T>,
): Soon<T> {
  return caught(work, async (error) => {
    const origin = request.headers['origin']
    const isKnown = origin !== undefined && error instanceof Refusal && (await hasCorsOrigin(db, realm.id, origin))
    throw isKnown ? withHeaders(error, allowOrigin(origin)) : error
  })
}

function withHeaders(error: unknown, headers: Readonly<Record<string, string>>): unknown {
  if (!(error instanceof Refusal)) return error
  return new Refusal(error.status, error.error, error.description, error.detail, { ...error.headers, ...headers })
}
