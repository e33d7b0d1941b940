/**
 * A realm as an installation of years has it: clients with their last uses, people who are logged in and what they
 * allowed (half of it one client), and an audit, written row by row.
 */
import type { Database } from '#store/database.ts'
import type { ClientsTable, UsersTable } from '#store/tables.ts'

const BATCH = 250
const BEGINNING = 1_700_000_000

const digits = (at: number): string => String(at).padStart(6, '0')
/** The same for the same number, and in another order than the numbers. */
const scattered = (at: number, of: number): number => (at * 7_919 + 104_729) % of

export async function fill(db: Database, realmId: string, count: number): Promise<void> {
  for (let at = 0; at < count; at += BATCH) {
    const numbers = Array.from({ length: Math.min(BATCH, count - at) }, (_, index) => at + index)
    const clients = numbers.map((number) => clientRow(realmId, number, count))
    const users = numbers.map((number) => userRow(realmId, number, count))
    await db.sql.insertInto('users').values(users).execute()
    await db.sql.insertInto('clients').values(clients).execute()
    await db.sql
      .insertInto('client_activity')
      .values(numbers.filter((number) => number % 10 < 7).map((number) => activityRow(realmId, number, count)))
      .execute()
    await db.sql
      .insertInto('sessions')
      .values(numbers.map((number) => sessionRow(realmId, number, count)))
      .execute()
    await db.sql
      .insertInto('grants')
      .values(numbers.map((number) => grantRow(realmId, number, count)))
      .execute()
    await db.sql
      .insertInto('audit')
      .values(numbers.map((number) => auditRow(realmId, number)))
      .execute()
  }
}

function clientRow(realmId: string, number: number, count: number): ClientsTable {
  const created = BEGINNING + scattered(number, count) * 60
  const name = `The shop ${digits(scattered(number, count))} of Café ${number % 977}`
  const redirect = `https://shop-${digits(number)}.example/callback`
  return {
    id: `client-row-${realmId}-${digits(number)}`,
    realm_id: realmId,
    client_id: `shop-${digits(number)}`,
    client_id_folded: `shop-${digits(number)}`,
    client_name: name,
    client_name_folded: name.toLowerCase(),
    description: `What department ${number % 311} uses to sell; asked for by mail ${digits(number)}.`,
    client_uri: number % 3 === 0 ? null : `https://shop-${digits(number)}.example/`,
    logo_uri: null,
    policy_uri: null,
    tos_uri: null,
    enabled: number % 20 === 0 ? 0 : 1,
    built_in: 0,
    registered_by: 'administrator',
    token_endpoint_auth_method: number % 4 === 0 ? 'client_secret_post' : 'client_secret_basic',
    grant_types: number % 50 === 0 ? '["client_credentials"]' : '["authorization_code","refresh_token"]',
    redirect_uris: JSON.stringify([redirect, `${redirect}/silent`]),
    post_logout_redirect_uris: '[]',
    allowed_cors_origins: '[]',
    scope: number % 100 === 0 ? 'openid orders:read' : 'openid profile email offline_access',
    expires_in: number % 5 === 0 ? null : 300 + (number % 3600),
    require_pkce: 1,
    require_consent: 1,
    access_token_format: 'jwt',
    id_token_signed_response_alg: 'RS256',
    refresh_idle_seconds: null,
    refresh_absolute_seconds: null,
    resource_server_for: '[]',
    introspect_all: 0,
    jwks: null,
    jwks_uri: null,
    token_epoch: 0,
    environment_id: null,
    application_id: null,
    created_at: created,
    updated_at: created + number,
    deleted_at: null,
  }
}

function userRow(realmId: string, number: number, count: number): UsersTable {
  const username = `person.${digits(scattered(number, count))}`
  return {
    id: `user-row-${realmId}-${digits(number)}`,
    realm_id: realmId,
    username,
    username_folded: username,
    name: number % 6 === 0 ? null : `Ana ${digits(number)} Müller`,
    given_name: 'Ana',
    family_name: `Müller ${number % 4_001}`,
    email: `${username}@example.org`,
    email_folded: `${username}@example.org`,
    email_verified: number % 2 === 0 ? 1 : 0,
    phone_number: null,
    address: null,
    locale: 'de',
    enabled: number % 20 === 0 ? 0 : 1,
    must_change_password: 0,
    created_at: BEGINNING + number,
    updated_at: BEGINNING + number * 2,
    deleted_at: null,
  }
}

function activityRow(realmId: string, number: number, count: number) {
  const used = BEGINNING + scattered(number, count) * 30
  return {
    client_id: `client-row-${realmId}-${digits(number)}`,
    realm_id: realmId,
    last_used_at: used,
    redirect_uri: `https://shop-${digits(number)}.example/callback`,
    code_fingerprint: digits(scattered(number, count)).padStart(8, 'a'),
    code_grant_id: null,
    code_created_at: used - 5,
    code_expires_at: used + 55,
    code_redeemed_at: used,
    passthru_user_id: `user-row-${realmId}-${digits(scattered(number, count))}`,
    passthru_user_at: used,
    token_fingerprint: digits(number).padStart(8, 'b'),
    token_hash: null,
    token_jti: `jti-${number}`,
    token_grant_id: null,
    token_epoch: 0,
    token_created_at: used,
    token_expires_at: used + 3600,
  }
}

/** Long after the time that the rows are read at. */
const LATER = 4_000_000_000

function sessionRow(realmId: string, number: number, count: number) {
  const began = BEGINNING + number
  return {
    id: `session-row-${realmId}-${digits(number)}`,
    token_hash: `session-hash-${realmId}-${digits(number)}`,
    realm_id: realmId,
    user_id: `user-row-${realmId}-${digits(scattered(number, count))}`,
    auth_time: began,
    amr: '["pwd"]',
    address: `192.0.2.${number % 250}`,
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36',
    created_at: began,
    last_seen_at: began + (number % 777),
    idle_expires_at: LATER,
    expires_at: LATER,
    ended_at: null,
  }
}

function grantRow(realmId: string, number: number, count: number) {
  const client = number % 2 === 0 ? number : 1
  return {
    id: `grant-row-${realmId}-${digits(number)}`,
    realm_id: realmId,
    client_id: `client-row-${realmId}-${digits(client)}`,
    user_id: `user-row-${realmId}-${digits(scattered(number, count))}`,
    session_id: number % 3 === 0 ? null : `session-row-${realmId}-${digits(number)}`,
    kind: 'authorization_code' as const,
    scope: 'openid profile email',
    offline: number % 3 === 0 ? (1 as const) : (0 as const),
    auth_time: BEGINNING + number,
    amr: '["pwd"]',
    created_at: BEGINNING + number,
    expires_at: LATER + (number % 999),
    revoked_at: null,
    revoked_because: null,
  }
}

function auditRow(realmId: string, number: number) {
  return {
    id: `audit-row-${realmId}-${digits(number)}`,
    realm_id: realmId,
    at_ms: (BEGINNING + number) * 1000,
    actor_kind: 'user' as const,
    actor_id: `user-row-${realmId}-000001`,
    actor_name: `person.${digits(number % 40)}`,
    address: `192.0.2.${number % 250}`,
    request_id: `request-${digits(number)}`,
    action: number % 500 === 0 ? 'client.delete' : 'client.update',
    object_kind: 'client',
    object_id: `client-row-${realmId}-${digits(number)}`,
    object_name: `shop-${digits(number)}`,
    before: '{"enabled":true}',
    after: '{"enabled":false}',
  }
}
