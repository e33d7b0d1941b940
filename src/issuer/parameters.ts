/** Reading what a caller sent, the same way at every endpoint (RFC 6749 §3.1, §3.2, appendix B). */
import { type Form, parseForm } from '#http/form.ts'
import type { Request } from '#http/message.ts'
import { invalidRequest } from './refusals.ts'

/** `get` treats an empty value as absent; a name that came twice stands in `repeated`. */
export type Parameters = Form

/** May come more than once (RFC 8707 §2). */
const REPEATABLE = new Set(['resource'])

/** What no door but the authorization endpoint takes from a URL: it would lie in logs and histories. */
const NEVER_IN_URL = [
  'grant_type',
  'code',
  'code_verifier',
  'device_code',
  'refresh_token',
  'client_id',
  'client_secret',
  'client_assertion',
  'token',
  'username',
  'password',
  'scope',
  'redirect_uri',
]

/** Names of parameters that came twice although they may not. */
export function repeatedParameters(parameters: Parameters): readonly string[] {
  if (parameters.repeated.length === 0) return parameters.repeated
  return parameters.repeated.filter((name) => !REPEATABLE.has(name))
}

/** The form in the body of a POST; refuses a repeated parameter and credentials in the URL (`invalid_request`). */
export function readBody(request: Request): Parameters {
  if (request.query !== '') {
    const query = parseForm(request.query)
    const misplaced = NEVER_IN_URL.filter((name) => query.names.includes(name))
    if (misplaced.length > 0) throw invalidRequest('parameters belong in the body, not in the URL', { misplaced })
  }
  const parameters = parseForm(request.body)
  const repeated = repeatedParameters(parameters)
  if (repeated.length > 0) throw invalidRequest('a parameter came more than once', { repeated })
  return parameters
}

/** Query and body together, as the authorization and logout endpoints take them; a name in both counts as repeated. */
export function readParameters(request: Request): Parameters {
  if (request.method !== 'POST') return parseForm(request.query)
  if (request.query === '') return parseForm(request.body)
  return parseForm(`${request.query}&${request.body}`)
}

/** A parameter that has to be there. */
export function required(parameters: Parameters, name: string): string {
  const value = parameters.get(name)
  if (value === undefined) throw invalidRequest(`${name} is missing`)
  return value
}
