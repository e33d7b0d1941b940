/**
 * Every refusal of the management API, one line each, and how they look: RFC 9457 problem details. A description is one
 * of our own sentences; what the caller sent appears in it nowhere, the name of the field apart, which has its own place,
 * and a name where it could be any of a list.
 */
import { STATUS_CODES } from 'node:http'
import { problemMediaType } from '#contract/problem.ts'
import type { Refused, Request, Response } from '#http/message.ts'
import { Refusal, type RefusalDetail } from '#http/refusal.ts'

/** A refusal that names the field, parameter or header to mend. */
export class FieldRefusal extends Refusal {
  readonly field: string

  constructor(status: number, error: string, field: string, description: string, detail: RefusalDetail = {}) {
    super(status, error, speakable(description), { field, ...detail })
    this.name = 'FieldRefusal'
    this.field = field
  }
}

export const invalidField = (field: string, description: string): Refusal =>
  new FieldRefusal(400, 'invalid_field', field, description)
export const unknownField = (field: string): Refusal =>
  new FieldRefusal(400, 'unknown_field', field, 'there is no such field, or it is read-only')
export const unknownParameter = (name: string): Refusal =>
  new FieldRefusal(400, 'unknown_parameter', name, 'there is no such parameter')
export const invalidBody = (description: string): Refusal => new Refusal(400, 'invalid_body', description)
export const notFound = (what: string): Refusal => new Refusal(404, 'not_found', `there is no such ${what}`)
export const taken = (field: string, description = 'the name is taken'): Refusal =>
  new FieldRefusal(409, 'name_taken', field, description)
export const builtIn = (what: string): Refusal =>
  new Refusal(409, 'protected', `a built-in ${what} can neither be deleted nor changed like this`)
export const readOnlyHere = (field: string): Refusal =>
  new FieldRefusal(409, 'protected', field, 'this field of a built-in object is read-only')
export const facadeTaken = (facade: string): Refusal =>
  new FieldRefusal(409, 'facade_taken', 'facades', `another realm answers at the paths of ${facade}`)
export const conflict = (description: string, detail?: RefusalDetail): Refusal =>
  new Refusal(409, 'conflict', description, detail)
export const staleObject = (): Refusal =>
  new FieldRefusal(412, 'stale', 'If-Match', 'the object was changed since it was read')
export const forbidden = (detail: RefusalDetail): Refusal =>
  new Refusal(403, 'forbidden', 'the roles of the caller do not allow this', detail)

export function problemResponse(request: Request, refused: Refused): Response {
  const body = {
    type: `urn:sallyport:problem:${refused.error}`,
    title: STATUS_CODES[refused.status] ?? 'Error',
    status: refused.status,
    detail: refused.description,
    ...(refused instanceof FieldRefusal ? { field: refused.field } : {}),
    request_id: request.id,
  }
  return {
    status: refused.status,
    headers: { 'cache-control': 'no-store', ...refused.headers, 'content-type': problemMediaType },
    body: JSON.stringify(body),
  }
}

/** The characters that RFC 6749 §5.2 leaves to a description, which every refusal keeps to. */
function speakable(description: string): string {
  return description.replaceAll('"', "'").replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '?')
}
