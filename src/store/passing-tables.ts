/** The tables whose rows pass: sessions, requests, grants and what descends from them. All are swept when they expire. */
import type { Flag, Json } from './tables.ts'

export interface SessionsTable {
  /** The `sid`. */
  id: string
  token_hash: string
  realm_id: string
  user_id: string
  auth_time: number
  amr: Json
  address: string
  user_agent: string
  created_at: number
  last_seen_at: number
  idle_expires_at: number
  expires_at: number
  ended_at: number | null
}

export interface AuthorizationRequestsTable {
  id: string
  realm_id: string
  client_id: string
  parameters: Json
  /** Hash of a cookie: only the browser that began a request can go on with it. */
  browser_hash: string
  progress: Json
  created_at: number
  expires_at: number
  completed_at: number | null
}

/** One authorization and all that descends from it: codes, tokens, refresh tokens. */
export interface GrantsTable {
  id: string
  realm_id: string
  client_id: string
  user_id: string
  session_id: string | null
  kind: 'authorization_code' | 'device_code' | 'password'
  scope: string
  /** 1: outlives the session. */
  offline: Flag
  auth_time: number
  amr: Json
  created_at: number
  expires_at: number
  revoked_at: number | null
  revoked_because: string | null
}

export interface AuthorizationCodesTable {
  code_hash: string
  realm_id: string
  client_id: string
  grant_id: string
  redirect_uri: string
  redirect_uri_was_sent: Flag
  code_challenge: string | null
  nonce: string | null
  claims: Json | null
  created_at: number
  expires_at: number
  spent_at: number | null
}

/** What a device waits with (RFC 8628), and what the person that it waits for has answered. */
export interface DeviceCodesTable {
  /** Names it in our own pages; no device sees it. */
  id: string
  realm_id: string
  client_id: string
  device_code_hash: string
  /** Eight letters, as they are compared: it opens nothing without somebody's session. */
  user_code: string
  scope: string
  /** Seconds between two polls; it grows with each one that came too early. */
  interval_seconds: number
  polled_at_ms: number | null
  /** The only person who may answer: the first who had signed in. */
  user_id: string | null
  answered_at: number | null
  /** null although answered: the answer was no. */
  grant_id: string | null
  spent_at: number | null
  created_at: number
  expires_at: number
}

export interface RefreshTokensTable {
  token_hash: string
  realm_id: string
  client_id: string
  grant_id: string
  created_at: number
  idle_expires_at: number
  expires_at: number
  spent_at_ms: number | null
  successor_hash: string | null
  /** The answer that spent this token, sealed under a key derived from the token itself, for the replay window. */
  sealed_answer: string | null
  sealed_until_ms: number | null
}

/** Opaque access tokens. */
export interface AccessTokensTable {
  token_hash: string
  realm_id: string
  client_id: string
  grant_id: string | null
  token_epoch: number
  claims: Json
  created_at: number
  expires_at: number
}

/** JWT access tokens revoked one by one, until they expire. */
export interface RevokedTokensTable {
  jti: string
  expires_at: number
}

/** Client assertions seen, so that each is honoured once. */
export interface SpentAssertionsTable {
  id: string
  expires_at: number
}

export interface LoginFailuresTable {
  id: string
  failures: number
  first_at: number
  last_at: number
  expires_at: number
}

/** Sign-ins to the console that are under way. */
export interface ConsoleSignInsTable {
  state_hash: string
  browser_hash: string
  /** A path below `/console/`. */
  return_to: string
  created_at: number
  expires_at: number
}

export interface ConsoleSessionsTable {
  id: string
  token_hash: string
  grant_id: string
  address: string
  user_agent: string
  created_at: number
  last_seen_at: number
  idle_expires_at: number
  expires_at: number
}

/** What happened at the doors, kept for ninety days. */
export interface EventsTable {
  id: string
  realm_id: string
  at_ms: number
  last_at_ms: number
  count: number
  kind: string
  user_id: string | null
  username: string | null
  /** The name of the client, as it is on the wire. */
  client_id: string | null
  address: string
  request_id: string
  detail: string
  expires_at: number
}
