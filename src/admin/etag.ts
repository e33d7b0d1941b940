/** Strong entity tags over the writable fields (RFC 9110 §8.8.3): they tell a lost update, not a cache. */
import { sha256Base64url } from '#crypto/hash.ts'
import type { Request } from '#http/message.ts'
import { invalidField, staleObject } from './problem.ts'

export function etagOf(writable: object): string {
  return `"${sha256Base64url(JSON.stringify(writable))}"`
}

/** RFC 9110 §13.1.1: `If-Match` may be left out; where it is there, one of its tags is the present one, or 412. */
export function requireMatch(request: Request, writable: object): void {
  const header = request.headers['if-match']
  if (header === undefined || header.trim() === '*') return
  const tags = header.split(',').map((tag) => tag.trim())
  if (!tags.every((tag) => /^(?:W\/)?"[\x21\x23-\x7e]*"$/.test(tag))) {
    throw invalidField('If-Match', 'must be * or a list of entity tags')
  }
  if (!tags.includes(etagOf(writable))) throw staleObject()
}
