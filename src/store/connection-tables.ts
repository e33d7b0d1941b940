/** The tables of connections: what foreign OAuth servers gave us, and what they answered last. */
import type { Flag } from './tables.ts'

export interface ConnectionsTable {
  id: string
  realm_id: string
  /** oauth_servers.id */
  server_id: string
  /** `application`: the realm's own; else users.id. */
  subject: string
  /** Names of the override layers and the scope that was asked for; empty: none. A token is for exactly these. */
  environment: string
  application: string
  asked_scope: string
  access_sealed: string | null
  token_type: string | null
  scope: string | null
  /** 1: the last answer granted less than was granted before. */
  scope_is_narrower: Flag
  refresh_sealed: string | null
  /** Another answer's, when two arrived for one refresh token: it may be the one that lives. */
  previous_refresh_sealed: string | null
  id_token_sealed: string | null
  /** What the profile keeps of answers and callbacks, as JSON. */
  kept_sealed: string | null
  received_at_ms: number | null
  /** From here on it is renewed behind the answer. */
  soft_at: number | null
  /** From here on who asks waits for a new one. */
  hard_at: number | null
  /** null: the server names no end. */
  expires_at: number | null
  refresh_expires_at: number | null
  /** The settings of the server that the access token was got with. */
  settings_version: number
  /** Raised by every change of the tokens. */
  version: number
  lease_owner: string | null
  /** By the database's clock. */
  lease_until_ms: number
  lease_epoch: number
  /** Committed before anything is sent; null: none is open. */
  attempt_id: string | null
  /** Of the refresh token that is sent. */
  attempt_fingerprint: string | null
  attempt_epoch: number | null
  attempt_at: number | null
  /** How often the refresh token of the open attempt may have been sent. */
  attempt_sends: number
  state: 'ok' | 'degraded' | 'uncertain' | 'needs_authorization'
  reason: string | null
  /** For people; redacted. */
  detail: string | null
  state_at: number
  failures: number
  next_try_at: number | null
  /** When the house acts of itself; null: never. */
  due_at: number | null
  /** Set: nothing is sent until an administrator says that these rows are the real ones. */
  frozen_at: number | null
  last_used_at: number | null
  created_at: number
  updated_at: number
}

export interface RefreshAnswersTable {
  /** The attempt that it answers. */
  id: string
  realm_id: string
  connection_id: string
  grant_type: string
  /** The version of the connection that the request was made from. */
  base_version: number
  /** `pending`: not saved yet. `unreadable`: no token was found in it; kept until it is read again or replaced. */
  state: 'pending' | 'unreadable'
  received_at_ms: number
  answer_sealed: string
  /** null: until it is dealt with. */
  expires_at: number | null
}

export interface ConnectionExchangesTable {
  id: string
  realm_id: string
  connection_id: string
  at_ms: number
  duration_ms: number
  grant_type: string
  /** 1: tokens came. */
  is_ok: number
  class: string | null
  code: string | null
  /** For people; redacted. */
  description: string | null
  /** null: no answer came. */
  status: number | null
  /** Request and answer, redacted. */
  shown_sealed: string
  expires_at: number
}

export interface ConnectionTables {
  connections: ConnectionsTable
  refresh_answers: RefreshAnswersTable
  connection_exchanges: ConnectionExchangesTable
}
