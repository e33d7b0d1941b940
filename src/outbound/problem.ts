/** How the door out refuses: RFC 9457 problem details; `code` is the last error of server or connection. */
import { STATUS_CODES } from 'node:http'
import type { Refused, Request, Response } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'

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
