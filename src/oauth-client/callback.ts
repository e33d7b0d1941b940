/**
 * What a user's browser brings back (RFC 6749 §4.1.2, RFC 9207 §2.4). Pure: that the state was ours, of this browser,
 * this connection and this server, and that it is good once, is looked up by the caller; here it is compared.
 */
import { equalConstantTime } from '#crypto/hash.ts'
import { redact, secretsOf } from './redact.ts'
import type { Kept, ServerSettings } from './settings.ts'

export type Callback =
  | { readonly kind: 'code'; readonly code: string; readonly kept: Kept }
  /** The consent itself is the answer: tokens come by client credentials. */
  | { readonly kind: 'consent'; readonly kept: Kept }
  | {
      readonly kind: 'refused'
      /** `callback`: it is not the answer to what was asked, and nothing of it counts. `provider`: they said no. */
      readonly by: 'callback' | 'provider'
      readonly code: string
      readonly description: string
    }

const MAX_CHARACTERS = 4_096

/** `expected.state`: what was sent with this browser. */
export function readCallback(
  settings: ServerSettings,
  query: URLSearchParams,
  expected: { readonly state: string },
): Callback {
  const { profile } = settings
  const odd = oddity(settings, query, expected.state)
  if (odd) return { kind: 'refused', by: 'callback', ...odd }
  const error = query.get('error')
  if (error !== null) {
    const secrets = secretsOf(settings)
    const description = redact(query.get('error_description') ?? 'the provider gave no reason', secrets)
    return { kind: 'refused', by: 'provider', code: redact(error, secrets, 100), description }
  }
  const kept = keptOf(settings, query)
  const name = profile.callback?.code === undefined ? 'code' : profile.callback.code
  if (name === null) return { kind: 'consent', kept }
  const code = query.get(name) ?? ''
  if (/^[\x20-\x7e]+$/.test(code) && code.length <= MAX_CHARACTERS) return { kind: 'code', code, kept }
  const description = `the callback has neither an error nor a usable parameter ${name}`
  return { kind: 'refused', by: 'callback', code: 'no_code', description }
}

/** Checked before anything else is read, of errors too: a stranger's callback must not end a connection. */
function oddity(
  { issuer, iss_in_callback }: ServerSettings,
  query: URLSearchParams,
  state: string,
): { code: string; description: string } | undefined {
  const repeated = [...new Set(query.keys())].find((name) => query.getAll(name).length > 1)
  if (repeated !== undefined) return { code: 'repeated', description: 'a parameter of the callback is there twice' }
  if (state === '' || !equalConstantTime(query.get('state') ?? '', state)) {
    return { code: 'state', description: 'the callback does not belong to a login of this browser' }
  }
  const iss = query.get('iss')
  if (iss === null && iss_in_callback === true) {
    return { code: 'iss', description: 'the callback does not say whose it is, although this server always does' }
  }
  if (iss !== null && issuer !== null && iss !== issuer) {
    return { code: 'iss', description: 'the callback comes from another server than the login was sent to' }
  }
  return undefined
}

function keptOf({ profile }: ServerSettings, query: URLSearchParams): Record<string, string> {
  const found = Object.entries(profile.callback?.keep ?? {}).map(([name, parameter]) => [name, query.get(parameter)])
  const usable = (entry: (string | null)[]): entry is [string, string] =>
    typeof entry[1] === 'string' && entry[1] !== '' && entry[1].length <= MAX_CHARACTERS
  return Object.fromEntries(found.filter(usable))
}
