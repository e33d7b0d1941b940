/**
 * Whether a form that comes in is one of ours, sent from one of our pages in the same browser (RFC 6749 §10.12). Two
 * proofs, both needed: a token made under the browser's cookie for this one form, and where the browser says where the
 * form was sent from, that it was here.
 */
import { equalConstantTime, hmacSha256 } from '#crypto/hash.ts'
import { type Form, parseForm } from '#http/form.ts'
import type { Request } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import type { Browser } from './browser.ts'

/** The name of the hidden field. */
export const formTokenField = 'form_token'

/** What the form is for: its name, and what it must not be used with anything else but (a request, a session). */
export type FormPurpose = readonly [name: string, ...boundTo: string[]]

export function formToken(browser: Pick<Browser, 'value'>, purpose: FormPurpose): string {
  return hmacSha256(Buffer.from(browser.value, 'utf8'), JSON.stringify(purpose)).toString('base64url')
}

/** Refuses with 403 a form that another site sent. */
export function requireSameOrigin(request: Request, publicUrl: string): void {
  if (isSameOrigin(request, publicUrl)) return
  throw foreignForm({ origin: request.headers['origin'], site: request.headers['sec-fetch-site'] })
}

/** Refuses with 403 a form that was not made here, or in another browser, or for something else. */
export function requireFormToken(
  browser: Pick<Browser, 'value'> | undefined,
  purpose: FormPurpose,
  form: Pick<Form, 'get'>,
): void {
  const sent = form.get(formTokenField)
  if (browser && sent !== undefined && equalConstantTime(sent, formToken(browser, purpose))) return
  throw foreignForm({ has_browser: browser !== undefined, has_token: sent !== undefined })
}

/**
 * The form in the body, once it is proven to be ours. `onlyFields`: all that the page asks; a field beside them was added
 * by somebody, and nothing is done (403).
 */
export function readOwnForm(
  request: Request,
  browser: Pick<Browser, 'value'> | undefined,
  purpose: FormPurpose,
  onlyFields?: readonly string[],
): Form {
  const form = parseForm(request.body)
  requireFormToken(browser, purpose, form)
  if (form.repeated.length > 0) throw new Refusal(400, 'invalid_request', 'a field came more than once')
  const unknown = form.names.filter((name) => onlyFields?.includes(name) === false)
  if (unknown.length === 0) return form
  throw new Refusal(403, 'foreign_form', 'the form holds what this page did not ask', { unknown })
}

/**
 * A browser that says `same-origin` is believed: no page can make it say so. Else the origin, where there is one, must
 * be ours; clients without either are no browsers, and the token decides.
 */
function isSameOrigin(request: Request, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site === 'same-origin') return true
  const origin = request.headers['origin']
  if (origin !== undefined) return origin === new URL(publicUrl).origin
  return site === undefined
}

function foreignForm(detail: Readonly<Record<string, unknown>>): Refusal {
  return new Refusal(403, 'foreign_form', 'this form was not sent from this page: go back and try again', detail)
}
