/**
 * One token request to a foreign server, sent once. What is known of its end is told exactly: not sent, no answer, or
 * an answer as it came. Whether it is sent again is decided by who knows what a second one would cost.
 * Owns neither tokens nor their keeping.
 */
import { EgressError, type EgressResponse } from '#http/egress.ts'
import type { RawAnswer, Refused, Sent, TokenAnswer } from './answer.ts'
import { readTokenAnswer } from './read-answer.ts'
import { isSpent, refused } from './refusals.ts'
import type { GrantRequest, ServerSettings, WayOut } from './settings.ts'
import { UnusableSettings } from './template.ts'
import { type HttpRequest, tokenRequest } from './token-request.ts'

const MAX_BYTES = 1024 * 1024
/** The caller's signal ends the wait long before; slow providers are given all of it. */
const MAX_WAIT_MILLISECONDS = 300_000
/** Of an answer that is too long: enough to see what it is. */
const MAX_KEPT_OF_LONG = 16 * 1024
const KEPT_HEADERS = ['content-type', 'retry-after', 'www-authenticate', 'location', 'date']

/**
 * Sends the request (RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6; RFC 7523 §2.1). Never throws for what the other side does.
 * `signal` ends the wait;
 * `seen` is shown the request before it goes.
 */
export async function sendTokenRequest(
  settings: ServerSettings,
  grant: GrantRequest,
  way: WayOut,
  signal: AbortSignal,
  seen?: (request: HttpRequest) => void,
): Promise<Sent> {
  let request: HttpRequest
  try {
    request = tokenRequest(settings, grant, Date.now())
    seen?.(request)
  } catch (error) {
    if (error instanceof UnusableSettings) return { kind: 'not_sent', code: 'settings', detail: error.message }
    throw error
  }
  return await sendOnce(request, way, signal)
}

/** One request of any kind to a foreign server, and what is known of its end. */
export async function sendOnce({ url, ...request }: HttpRequest, way: WayOut, signal: AbortSignal): Promise<Sent> {
  try {
    return {
      kind: 'answer',
      raw: rawOf(
        await way(url, { ...request, signal, timeoutMs: MAX_WAIT_MILLISECONDS, maxBytes: MAX_BYTES, cut: true }),
      ),
    }
  } catch (error) {
    if (!(error instanceof EgressError)) throw error
    const kind = error.sent ? 'no_answer' : 'not_sent'
    return { kind, code: codeOf(error), detail: error.message }
  }
}

function rawOf({ status, headers, body, truncated }: EgressResponse): RawAnswer {
  const kept = KEPT_HEADERS.flatMap((name): [string, string][] => {
    const value = headers[name]
    return value === undefined ? [] : [[name, typeof value === 'string' ? value : value.join(', ')]]
  })
  const text = (truncated === true ? body.subarray(0, MAX_KEPT_OF_LONG) : body).toString('utf8')
  return { status, headers: Object.fromEntries(kept), body: text, ...(truncated === true && { truncated }) }
}

/** The system's or TLS's own code where there is one: it is what an administrator can look up. */
function codeOf({ reason, cause }: EgressError): string {
  if (reason !== 'unreachable') return REASONS[reason]
  return cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : 'unreachable'
}

const REASONS = {
  closed: 'address_closed',
  unresolved: 'name_unknown',
  timeout: 'timeout',
  too_large: 'too_large',
  aborted: 'timeout',
} as const

/** TLS and the guard refuse until somebody changes a setting; everything else passes. */
const NEEDS_SETTINGS =
  /^(settings|address_closed|ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_)/

export function classOfUnsent(code: string): 'server_settings' | 'transient' {
  return NEEDS_SETTINGS.test(code) ? 'server_settings' : 'transient'
}

/** What became of one request, as the engine's classes say it; `receivedAt`: Unix seconds. */
export function readSent(settings: ServerSettings, grant: GrantRequest, sent: Sent, receivedAt: number): TokenAnswer {
  if (sent.kind === 'answer') return readTokenAnswer(settings, grant, sent.raw, receivedAt)
  return unanswered(settings, grant, sent)
}

function unanswered(settings: ServerSettings, grant: GrantRequest, sent: Exclude<Sent, { kind: 'answer' }>): Refused {
  const { kind, code, detail } = sent
  if (kind === 'not_sent') return refused(classOfUnsent(code), code, detail)
  return refused(isSpent(grant.type, settings.profile) ? 'unknown_outcome' : 'transient', code, detail)
}

/** One attempt from beginning to end: to try settings, and where nothing has to survive a crash. */
export async function requestToken(
  settings: ServerSettings,
  grant: GrantRequest,
  way: WayOut,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const sent = await sendTokenRequest(settings, grant, way, signal)
  return readSent(settings, grant, sent, Math.floor(Date.now() / 1000))
}
