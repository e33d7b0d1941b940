/** The tables that are written behind requests: what clients and their secrets did last. They grow with clients only. */

export interface ClientActivityTable {
  /** clients.id */
  client_id: string
  /** The live client's, so that a realm's clients are listed in the order of what they did; null of a deleted one. */
  realm_id: string | null
  last_used_at: number
  redirect_uri: string | null
  code_fingerprint: string | null
  code_grant_id: string | null
  code_created_at: number | null
  code_expires_at: number | null
  code_redeemed_at: number | null
  /** Who signed in last, and when that was. */
  passthru_user_id: string | null
  passthru_user_at: number | null
  token_fingerprint: string | null
  /** Set for an opaque token. */
  token_hash: string | null
  /** Set for a JWT. */
  token_jti: string | null
  /** null: the client's own token, of this epoch. */
  token_grant_id: string | null
  token_epoch: number | null
  token_created_at: number | null
  token_expires_at: number | null
}

export interface ClientSecretActivityTable {
  secret_id: string
  last_used_at: number
}

export interface ClientContactsTable {
  /** clients.id */
  client_id: string
  /** From where it came when it was last let in. */
  address: string | null
  address_at: number | null
  /** What was last refused: code and sentence are ours. */
  error: string | null
  error_description: string | null
  error_address: string | null
  error_at: number | null
}
