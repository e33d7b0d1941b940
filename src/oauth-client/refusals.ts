/** What a provider's refusal means for the connection: the class decides whether it is asked again, and by whom. */
import type { Refused } from './answer.ts'
import type { Profile, RefusalClass } from './profile.ts'
import type { GrantRequest } from './settings.ts'

type Grant = GrantRequest['type']

const CLASSES: ReadonlySet<string> = new Set<RefusalClass>([
  'transient',
  'server_settings',
  'grant_dead',
  'malformed',
  'consent',
  'unknown_outcome',
])

/** The registered error codes that a token endpoint may answer (RFC 6749 §5.2, OIDC Core §3.1.2.6, RFC 8628 §3.5). */
const BY_CODE: ReadonlyMap<string, RefusalClass> = new Map([
  ['invalid_grant', 'grant_dead'],
  ['invalid_client', 'server_settings'],
  ['unauthorized_client', 'server_settings'],
  ['unsupported_grant_type', 'server_settings'],
  ['invalid_request', 'server_settings'],
  ['invalid_target', 'server_settings'],
  ['invalid_client_metadata', 'server_settings'],
  ['invalid_scope', 'consent'],
  ['insufficient_scope', 'consent'],
  ['access_denied', 'consent'],
  ['consent_required', 'consent'],
  ['interaction_required', 'consent'],
  ['login_required', 'consent'],
  ['account_selection_required', 'consent'],
  ['server_error', 'transient'],
  ['temporarily_unavailable', 'transient'],
  ['slow_down', 'transient'],
  ['authorization_pending', 'transient'],
])

const TRANSIENT: ReadonlySet<number> = new Set([408, 409, 423, 425, 429, 501, 503])
/** A wrong request and nothing that says what is wrong with it. */
const UNCLEAR: ReadonlySet<number> = new Set([400, 422])

/** Whether a grant is somebody's: only then can it die, or be given again by consent. */
function isPersonal(grant: Grant): boolean {
  return grant === 'authorization_code' || grant === 'refresh_token'
}

/** Whether what was sent may be spent by now, so that sending it again could end the grant. */
export function isSpent(grant: Grant, profile: Profile): boolean {
  if (grant === 'authorization_code') return true
  return grant === 'refresh_token' && (profile.refresh_token?.rotation ?? 'unknown') !== 'none'
}

/**
 * The class of an answer without tokens. A provider's own code counts by the profile's alias alone; a code that nobody
 * knows never ends a grant and never stops a server's other connections: the mapping is wrong, until it says more.
 */
export function classify(status: number, code: string | undefined, grant: Grant, profile: Profile): RefusalClass {
  const aliases = profile.answer?.aliases ?? {}
  const alias = code !== undefined && Object.hasOwn(aliases, code) ? aliases[code] : undefined
  if (alias !== undefined) return forGrant(classOfCode(alias), grant)
  if (TRANSIENT.has(status)) return 'transient'
  if (status >= 500) return isSpent(grant, profile) ? 'unknown_outcome' : 'transient'
  if (code !== undefined && BY_CODE.has(code)) return forGrant(classOfCode(code), grant)
  if (status >= 300 && status !== 401 && !UNCLEAR.has(status) && code === undefined) return 'server_settings'
  if (status === 401) return 'server_settings'
  return status < 300 || isPersonal(grant) ? 'malformed' : 'server_settings'
}

function classOfCode(code: string): RefusalClass {
  return CLASSES.has(code) ? (code as RefusalClass) : (BY_CODE.get(code) ?? 'malformed')
}

/** Where nobody consented, nobody can consent again: what is refused lies in the settings. */
function forGrant(found: RefusalClass, grant: Grant): RefusalClass {
  return !isPersonal(grant) && (found === 'grant_dead' || found === 'consent') ? 'server_settings' : found
}

const MAX_RETRY_SECONDS = 86_400
const DIGITS = /^\s*\d{1,9}\s*$/

/** Seconds from the answer on (RFC 9110 §10.2.3): a number or a date. */
export function retryAfter(header: string | undefined, receivedAt: number): number | null {
  if (header === undefined || header.length > 64) return null
  const isDate = /^\s*[A-Za-z]/.test(header)
  const seconds = isDate ? Date.parse(header) / 1000 - receivedAt : DIGITS.test(header) ? Number(header) : Number.NaN
  return Number.isNaN(seconds) ? null : Math.min(Math.max(Math.ceil(seconds), 0), MAX_RETRY_SECONDS)
}

export function refused(kind: RefusalClass, code: string, description: string, wait: number | null = null): Refused {
  return { kind: 'refused', class: kind, code, description, retry_after: wait }
}
