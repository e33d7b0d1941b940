/** Who may read an answer across origins (Fetch §3.2). Credentials are never allowed: nothing here needs a cookie. */
import type { Request, Response, Route } from './message.ts'

/** A browser asks again after this; an origin that was removed is refused by the answer itself anyway. */
const MAX_AGE_SECONDS = 600

const ALLOWED_HEADERS = 'authorization, content-type'
/** What a script may read besides the body: why it was refused, and when to come back. */
const EXPOSED_HEADERS = 'www-authenticate, retry-after'

/** For the answer of a door whose rule is a function: the handler has found out that this client's origin may read. */
export function allowOrigin(origin: string): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': EXPOSED_HEADERS, vary: 'Origin' }
}

/** For every answer of a door that everybody may read. */
export const ANY_ORIGIN: Readonly<Record<string, string>> = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': EXPOSED_HEADERS,
}

/** The answer to a preflight, or to OPTIONS without one. `Origin: null` names nobody and is never allowed. */
export async function preflight(request: Request, route: Route, allow: string): Promise<Response> {
  const { origin } = request.headers
  const headers: Record<string, string> = { allow, vary: 'Origin' }
  const asked = request.headers['access-control-request-method']
  if (route.cors === undefined || origin === undefined || asked === undefined) return { status: 204, headers, body: '' }
  const allowed = route.cors === 'any' || (origin !== 'null' && (await route.cors(request, origin)))
  if (allowed) {
    headers['access-control-allow-origin'] = route.cors === 'any' ? '*' : origin
    headers['access-control-allow-methods'] = allow
    headers['access-control-allow-headers'] = ALLOWED_HEADERS
    headers['access-control-max-age'] = String(MAX_AGE_SECONDS)
  }
  return { status: 204, headers, body: '' }
}
