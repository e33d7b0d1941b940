/** The tables of the door out whose rows pass: journeys to a provider, and what connectors did. Swept when they expire. */
import type { Json } from './tables.ts'

/** People on their way to connect an account. */
export interface ConnectJourneysTable {
  id: string
  ticket_hash: string
  realm_id: string
  realm_name: string
  server_id: string
  /** As a connection's: `application` or users.id. */
  subject: string
  environment: string
  application: string
  /** The name of the realm in which the person signs in. */
  session_realm: string
  /** Who may go this way; null: whoever may administer the realm. */
  user_id: string | null
  /** clients.id: who asked for the ticket. */
  client_id: string
  return_url: string
  /** Hash of a cookie: the browser that opened the ticket. */
  browser_hash: string | null
  /** From here on set once the person agreed and was sent to the provider. */
  state_hash: string | null
  session_user_id: string | null
  settings_version: number | null
  proof_sealed: string | null
  created_at: number
  expires_at: number
}

export interface ConnectorRunsTable {
  id: string
  realm_id: string
  connector_id: string
  at_ms: number
  duration_ms: number
  actor_kind: 'user' | 'client'
  actor_name: string
  result: 'ok' | 'failed'
  /** Of the API's answer. */
  status: number | null
  /** Of what went wrong. */
  code: string | null
  detail: string | null
  request: Json
  answer: Json | null
  expires_at: number
}

export interface ConnectTables {
  connect_journeys: ConnectJourneysTable
  connector_runs: ConnectorRunsTable
}
