/**
 * How an authorization answer leaves: in the redirect URI's query or fragment (OAuth 2.0 Multiple Response Types §2.1) or
 * in a form that the browser posts there (OAuth 2.0 Form Post Response Mode §2). Success and error leave alike.
 */
import type { Response } from '#http/message.ts'
import { autoSubmitPage } from '#http/page.ts'

export const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const
export type ResponseMode = (typeof RESPONSE_MODES)[number]

export interface Answer {
  readonly mode: ResponseMode
  /** Registered: whoever calls this has checked that. */
  readonly redirectUri: string
  /** In the order in which they leave; an undefined one is left out. */
  readonly parameters: Readonly<Record<string, string | undefined>>
}

/** Never 307: the browser must not post again what was posted to us (RFC 9700 §4.12). */
export function authorizationResponse(answer: Answer): Response {
  const fields = Object.entries(answer.parameters).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  )
  if (answer.mode === 'form_post') return autoSubmitPage({ action: answer.redirectUri, fields })
  const encoded = new URLSearchParams(fields).toString()
  const location =
    answer.mode === 'fragment' ? `${answer.redirectUri}#${encoded}` : inQuery(answer.redirectUri, encoded)
  return {
    status: 303,
    headers: { location, 'cache-control': 'no-store', pragma: 'no-cache', 'referrer-policy': 'no-referrer' },
    body: '',
  }
}

/** The redirect URI's own query stays (RFC 6749 §3.1.2). */
function inQuery(redirectUri: string, encoded: string): string {
  if (encoded === '') return redirectUri
  if (!redirectUri.includes('?')) return `${redirectUri}?${encoded}`
  return /[?&]$/.test(redirectUri) ? redirectUri + encoded : `${redirectUri}&${encoded}`
}
