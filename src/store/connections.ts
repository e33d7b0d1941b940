/**
 * Connections: one token set at a foreign OAuth server each. Owns: reading them, making one, listing them. Does not own:
 * who refreshes (`connection-leases.ts`), what was got (`connection-saves.ts`) and what an administrator does to them
 * (`connection-changes.ts`). Rows hold sealed values; opening them is the caller's.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { ConnectionsTable } from './connection-tables.ts'
import type { Database, Sql } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'
import { prepared } from './prepared.ts'

export type ConnectionRow = Readonly<ConnectionsTable>

/** The subject of the realm's own connections; every other subject is a users.id. */
export const APPLICATION = 'application'

const NOTED_AT_ONCE = 200

/** What a token is for: a token of one key is never given out for another. Empty text: none. */
export interface ConnectionKey {
  readonly server_id: string
  readonly subject: string
  readonly environment: string
  readonly application: string
  readonly asked_scope: string
}

const findByKey = prepared((sql: Sql, key: ConnectionKey & Readonly<Record<string, string>>) =>
  sql
    .selectFrom('connections')
    .selectAll()
    .where('server_id', '=', key.server_id)
    .where('subject', '=', key.subject)
    .where('environment', '=', key.environment)
    .where('application', '=', key.application)
    .where('asked_scope', '=', key.asked_scope),
)

async function findConnection(db: Database, key: ConnectionKey): Promise<ConnectionRow | undefined> {
  return (await findByKey(db.sql, { ...key }))[0]
}

export async function findConnectionById(sql: Sql, id: string): Promise<ConnectionRow | undefined> {
  return await sql.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
}

/** The connection of that key; an empty one is made where there is none. Of two at once both get the same. */
export async function ensureConnection(db: Database, realmId: string, key: ConnectionKey): Promise<ConnectionRow> {
  const found = await findConnection(db, key)
  if (found !== undefined) return found
  await db.sql
    .insertInto('connections')
    .values(emptyConnection(realmId, key, nowSeconds()))
    .onConflict((conflict) =>
      conflict.columns(['server_id', 'subject', 'environment', 'application', 'asked_scope']).doNothing(),
    )
    .execute()
  const made = await findConnection(db, key)
  if (made === undefined) throw new Error('a connection was removed at the moment of its making')
  return made
}

function emptyConnection(realmId: string, key: ConnectionKey, now: number): ConnectionsTable {
  return {
    id: randomId(),
    realm_id: realmId,
    server_id: key.server_id,
    subject: key.subject,
    environment: key.environment,
    application: key.application,
    asked_scope: key.asked_scope,
    access_sealed: null,
    token_type: null,
    scope: null,
    scope_is_narrower: 0,
    refresh_sealed: null,
    previous_refresh_sealed: null,
    id_token_sealed: null,
    kept_sealed: null,
    received_at_ms: null,
    soft_at: null,
    hard_at: null,
    expires_at: null,
    refresh_expires_at: null,
    settings_version: 0,
    version: 0,
    lease_owner: null,
    lease_until_ms: 0,
    lease_epoch: 0,
    attempt_id: null,
    attempt_fingerprint: null,
    attempt_epoch: null,
    attempt_at: null,
    attempt_sends: 0,
    state: 'ok',
    reason: null,
    detail: null,
    state_at: now,
    failures: 0,
    next_try_at: null,
    due_at: null,
    frozen_at: null,
    last_used_at: null,
    created_at: now,
    updated_at: now,
  }
}

/** A connection as people see it: nothing sealed, and the names of what it is for. */
export interface Connection {
  readonly id: string
  readonly realm_id: string
  readonly server_id: string
  readonly subject: 'application' | 'user'
  /** null: the application's own, or the user is no more. */
  readonly username: string | null
  /** By name; null: none. */
  readonly environment: string | null
  readonly application: string | null
  readonly state: ConnectionRow['state']
  readonly reason: string | null
  readonly detail: string | null
  readonly state_at: number
  readonly scope: string | null
  readonly scope_is_narrower: boolean
  readonly has_access_token: boolean
  readonly has_refresh_token: boolean
  readonly received_at: number | null
  readonly expires_at: number | null
  readonly refresh_expires_at: number | null
  readonly failures: number
  readonly next_try_at: number | null
  readonly is_attempt_open: boolean
  readonly frozen_at: number | null
  readonly last_used_at: number | null
  readonly created_at: number
}

interface Names {
  readonly username: string | null
  readonly environment_name: string | null
  readonly application_name: string | null
}

function connectionOf(row: ConnectionRow & Names): Connection {
  return {
    id: row.id,
    realm_id: row.realm_id,
    server_id: row.server_id,
    subject: row.subject === APPLICATION ? 'application' : 'user',
    username: row.username,
    environment: row.environment_name,
    application: row.application_name,
    state: row.state,
    reason: row.reason,
    detail: row.detail,
    state_at: row.state_at,
    scope: row.scope,
    scope_is_narrower: row.scope_is_narrower === 1,
    has_access_token: row.access_sealed !== null,
    has_refresh_token: row.refresh_sealed !== null,
    received_at: row.received_at_ms === null ? null : Math.floor(row.received_at_ms / 1000),
    expires_at: row.expires_at,
    refresh_expires_at: row.refresh_expires_at,
    failures: row.failures,
    next_try_at: row.next_try_at,
    is_attempt_open: row.attempt_id !== null,
    frozen_at: row.frozen_at,
    last_used_at: row.last_used_at,
    created_at: row.created_at,
  }
}

const connectionList: ListRules = {
  fields: {
    state: { kind: 'text', column: 'connections.state' },
    reason: { kind: 'text', column: 'connections.reason' },
    subject: { kind: 'text', column: 'connections.subject' },
    username: { kind: 'folded', column: 'users.username_folded' },
    environment: { kind: 'folded', column: 'environments.name_folded' },
    application: { kind: 'folded', column: 'applications.name_folded' },
    scope: { kind: 'text', column: 'connections.scope' },
    expires_at: { kind: 'number', column: 'connections.expires_at' },
    next_try_at: { kind: 'number', column: 'connections.next_try_at' },
    frozen_at: { kind: 'number', column: 'connections.frozen_at' },
    last_used_at: { kind: 'number', column: 'connections.last_used_at' },
    created_at: { kind: 'number', column: 'connections.created_at' },
  },
  search: ['username', 'state', 'reason'],
  sort: '-created_at',
  key: 'connections.id',
}

function named(sql: Sql) {
  return sql
    .selectFrom('connections')
    .leftJoin('users', 'users.id', 'connections.subject')
    .leftJoin('environments', 'environments.id', 'connections.environment')
    .leftJoin('applications', 'applications.id', 'connections.application')
    .selectAll('connections')
    .select(['users.username', 'environments.name as environment_name', 'applications.name as application_name'])
}

function namedAt(sql: Sql, serverId: string) {
  return named(sql).where('connections.server_id', '=', serverId)
}

/** A page of the connections of a server. */
export async function listConnections(db: Database, serverId: string, query: ListQuery): Promise<Page<Connection>> {
  const page = await listPage(db, namedAt(db.sql, serverId), connectionList, query)
  return { ...page, items: page.items.map(connectionOf) }
}

export interface RealmConnection extends Connection {
  /** The slug of the OAuth server. */
  readonly server: string
  readonly server_name: string
}

const realmConnectionList: ListRules = {
  ...connectionList,
  fields: {
    ...connectionList.fields,
    server: { kind: 'text', column: 'oauth_servers.slug' },
    server_name: { kind: 'folded', column: 'oauth_servers.name_folded' },
  },
  search: [...connectionList.search, 'server_name'],
}

/** A page of the connections of a realm, or of those at the one server with that slug. */
export async function listRealmConnections(
  db: Database,
  at: { readonly realmId: string; readonly server?: string | undefined },
  query: ListQuery,
): Promise<Page<RealmConnection>> {
  const ofRealm = named(db.sql)
    .innerJoin('oauth_servers', 'oauth_servers.id', 'connections.server_id')
    .select(['oauth_servers.slug as server', 'oauth_servers.name as server_name'])
    .where('connections.realm_id', '=', at.realmId)
  const asked = at.server === undefined ? ofRealm : ofRealm.where('oauth_servers.slug', '=', at.server)
  const page = await listPage(db, asked, realmConnectionList, query)
  const items = page.items.map((row) => ({
    ...connectionOf(row),
    server: row.server,
    server_name: row.server_name,
  }))
  return { ...page, items }
}

/** One connection of a server, for people. */
export async function readConnection(db: Database, serverId: string, id: string): Promise<Connection | undefined> {
  const row = await namedAt(db.sql, serverId).where('connections.id', '=', id).executeTakeFirst()
  return row && connectionOf(row)
}

/** When tokens of these connections (by id) were given out last, in epoch seconds. */
export async function noteConnectionsUsed(db: Database, usedAt: ReadonlyMap<string, number>): Promise<void> {
  const bySecond = Map.groupBy(usedAt.keys(), (id) => usedAt.get(id) ?? 0)
  for (const [at, ids] of bySecond) {
    const sorted = ids.toSorted()
    for (let from = 0; from < sorted.length; from += NOTED_AT_ONCE) {
      await db.sql
        .updateTable('connections')
        .set({ last_used_at: at })
        .where('id', 'in', sorted.slice(from, from + NOTED_AT_ONCE))
        .execute()
    }
  }
}
