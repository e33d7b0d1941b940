/** What happens at the doors, in words. Kinds that are not known here are shown as they are called. */
import type { Tone } from '../../parts/show/status.tsx'
import { capital } from '../../parts/show/text.ts'

interface EventKind {
  readonly label: string
  readonly tone: Tone
}

const kinds: Readonly<Record<string, EventKind>> = {
  login: { label: 'Signed in', tone: 'good' },
  login_failed: { label: 'Sign-in failed', tone: 'warning' },
  login_throttled: { label: 'Sign-in had to wait', tone: 'bad' },
  logout: { label: 'Signed out', tone: 'plain' },
  password_changed: { label: 'Password changed', tone: 'plain' },
  consent_given: { label: 'Consent given', tone: 'good' },
  consent_denied: { label: 'Consent denied', tone: 'off' },
  consent_withdrawn: { label: 'Consent withdrawn', tone: 'off' },
  code_reused: { label: 'Code shown twice', tone: 'bad' },
  refresh_token_reused: { label: 'Refresh token shown twice', tone: 'bad' },
  client_authentication_failed: { label: 'Client not authenticated', tone: 'warning' },
  console_sign_in: { label: 'Signed in to the console', tone: 'good' },
  console_sign_out: { label: 'Signed out of the console', tone: 'plain' },
  console_refused: { label: 'Console refused', tone: 'warning' },
}

export function eventKind(kind: string): EventKind {
  return kinds[kind] ?? { label: capital(kind.replaceAll('_', ' ')), tone: 'plain' }
}

/** For the filter, which finds a part of a word: `login` means failed ones and those that had to wait as well. */
export const eventKindOptions = Object.entries(kinds).map(([value, { label }]) => ({
  value,
  label: value === 'login' ? 'Sign-ins of every kind' : label,
}))
