/** What comes back from a token endpoint: as it came, and as it was understood. */
import type { RefusalClass } from './profile.ts'
import type { Kept } from './settings.ts'

/** An answer as it came: JSON, so that it can be sealed, kept, and read again. It holds secrets. */
export interface RawAnswer {
  readonly status: number
  /** Of the answer's headers: `content-type`, `retry-after`, `www-authenticate`, `location`, `date`. */
  readonly headers: Readonly<Record<string, string>>
  /** At most 1 MB. */
  readonly body: string
  /** The answer was longer: `body` is only its start. */
  readonly truncated?: boolean
}

export type Sent =
  /** Surely not processed: refused by the guard, DNS, connect, TLS. */
  | { readonly kind: 'not_sent'; readonly code: string; readonly detail: string }
  /** Sent, and nobody knows what became of it: reset, silence. */
  | { readonly kind: 'no_answer'; readonly code: string; readonly detail: string }
  | { readonly kind: 'answer'; readonly raw: RawAnswer }

export interface Tokens {
  readonly kind: 'tokens'
  readonly access_token: string
  /** `Bearer` unless the profile takes the answer's word. */
  readonly token_type: string
  /** Unix seconds; null: the answer does not say, or never. */
  readonly expires_at: number | null
  /** Null: none came, the one that is there stays. */
  readonly refresh_token: string | null
  readonly refresh_expires_at: number | null
  /** Space-delimited; null: not said, as asked for. */
  readonly scope: string | null
  /** Only of servers that speak OpenID Connect. Not yet checked. */
  readonly id_token: string | null
  readonly kept: Kept
}

export interface Refused {
  readonly kind: 'refused'
  readonly class: RefusalClass
  /** The provider's code, or ours where it gave none; printable ASCII. */
  readonly code: string
  /** For people; none of our secrets and no token is in it. */
  readonly description: string
  /** Seconds from the answer on. */
  readonly retry_after: number | null
}

export type TokenAnswer = Tokens | Refused
