/** How the door out refuses: RFC 9457 problem details; `code` is the last error of server or connection. */
import { STATUS_CODES } from 'node:http'
import type { Refused, Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { FreshToken } from './fresh-token.ts'

/** A refusal that says which end of an attempt is behind it. */
export class OutboundRefusal extends Refusal {
  readonly code: string

  constructor(status: number, error: string, code: string, description: string, retryAfter: number | null = null) {
    const headers = retryAfter === null ? {} : { 'retry-after': String(Math.max(Math.ceil(retryAfter), 1)) }
    super(status, error, speakable(description), { code }, headers)
    this.name = 'OutboundRefusal'
    this.code = code
  }
}

export const notAllowed = (): Refusal => new Refusal(403, 'not_allowed', 'this client may not use this OAuth server')
export const noSuchServer = (): Refusal => new Refusal(404, 'not_found', 'there is no such OAuth server')
export const invalidParameter = (description: string): Refusal => new Refusal(400, 'invalid_request', description)

/** The token, or the refusal that says why there is none: 409 where a person has to act, 503 where time or an operator. */
export function tokenOf(fresh: FreshToken): Extract<FreshToken, { kind: 'token' }> {
  switch (fresh.kind) {
    case 'token':
      return fresh
    case 'needs_authorization': {
      const { code, description } = fresh.problem
      throw new OutboundRefusal(409, 'needs_authorization', code, description)
    }
    case 'disabled':
      throw new OutboundRefusal(503, 'disabled', 'disabled', `this OAuth server is disabled: ${fresh.reason}`)
    default: {
      const { code, description, retryAfter } = fresh.problem
      throw new OutboundRefusal(503, 'unavailable', code, description, retryAfter ?? 5)
    }
  }
}

export function refusedAsProblem(request: Request, refused: Refused): Response {
  return {
    status: refused.status,
    headers: { 'cache-control': 'no-store', ...refused.headers, 'content-type': 'application/problem+json' },
    body: JSON.stringify({
      type: `urn:sallyport:problem:${refused.error}`,
      title: STATUS_CODES[refused.status] ?? 'Error',
      status: refused.status,
      detail: refused.description,
      ...(refused instanceof OutboundRefusal ? { code: refused.code } : {}),
      request_id: request.id,
    }),
  }
}

/** The characters that RFC 6749 §5.2 leaves to a description, which every refusal keeps to. */
function speakable(description: string): string {
  return description.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
