/**
 * Every refusal that the issuer speaks, one line each, with the status its RFC gives it (RFC 6749 §4.1.2.1, §5.2,
 * RFC 6750 §3.1). A description goes to the caller and is one of our own sentences, never the caller's data; what was
 * sent and what is stored goes into the detail, which only the log sees.
 */
import { Refusal, type RefusalDetail } from '#http/refusal.ts'

const refusal =
  (status: number, error: string) =>
  (description: string, detail?: RefusalDetail): Refusal =>
    new Refusal(status, error, description, detail)

export const invalidRequest = refusal(400, 'invalid_request')
export const invalidGrant = refusal(400, 'invalid_grant')
export const invalidScope = refusal(400, 'invalid_scope')
export const unauthorizedClient = refusal(400, 'unauthorized_client')
export const unsupportedGrantType = refusal(400, 'unsupported_grant_type')
export const unsupportedResponseType = refusal(400, 'unsupported_response_type')
export const unsupportedTokenType = refusal(400, 'unsupported_token_type')
/** RFC 8628 §3.5 */
export const authorizationPending = refusal(400, 'authorization_pending')
export const slowDown = refusal(400, 'slow_down')
export const accessDenied = refusal(400, 'access_denied')
export const expiredToken = refusal(400, 'expired_token')
export const unknownRealm = (name: string): Refusal => new Refusal(404, 'not_found', 'no such realm', { realm: name })

/** A HEAD would act and show nothing of it, so what gives a code or ends a session takes none (RFC 6749 §3.1). */
export function headRefused(allow: string): Refusal {
  return new Refusal(405, 'invalid_request', 'this method is not for this URL', { method: 'HEAD' }, { allow })
}

/**
 * RFC 6749 §5.2: 401, and a challenge for the scheme that the client used. `scheme` is set where the client tried the
 * Authorization header.
 */
export function invalidClient(description: string, detail: RefusalDetail, scheme?: 'Basic'): Refusal {
  const headers = scheme ? { 'www-authenticate': `${scheme} realm="sallyport", charset="UTF-8"` } : {}
  return new Refusal(401, 'invalid_client', description, detail, headers)
}

/** RFC 6750 §3: a request without a token gets a bare challenge, no error code. */
export function missingToken(): Refusal {
  return new Refusal(401, 'invalid_token', 'a bearer token is needed', {}, { 'www-authenticate': 'Bearer' })
}

export function invalidToken(description: string, detail?: RefusalDetail): Refusal {
  return new Refusal(401, 'invalid_token', description, detail, {
    'www-authenticate': `Bearer error="invalid_token", error_description="${description}"`,
  })
}

export function insufficientScope(scope: string, detail?: RefusalDetail): Refusal {
  return new Refusal(403, 'insufficient_scope', `this needs the scope ${scope}`, detail, {
    'www-authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
  })
}

/** Too many failed tries: come back later (RFC 6585 §4). */
export function tooManyAttempts(waitSeconds: number, detail?: RefusalDetail): Refusal {
  return new Refusal(429, 'temporarily_unavailable', 'too many failed attempts, try again later', detail, {
    'retry-after': String(waitSeconds),
  })
}
