/**
 * The rows of a list of clients, with what they did last beside them. Which tables are read, and which first, is said
 * here: what gives the order, or what narrows most, and clients only where they are asked for, since what a client did
 * knows its realm while it lives. SQLite reads tables that are joined by `cross` as they are written; PostgreSQL decides
 * by what it counted.
 */
import type { SelectQueryBuilder } from 'kysely'
import type { Sql } from './database.ts'
import type { Way } from './large-listing.ts'
import type { ListField } from './listing.ts'
import type { Tables } from './tables.ts'

type Joined = 'clients' | 'client_activity' | 'users'
type Rows = SelectQueryBuilder<Tables, Joined, object>

/** `fields`: those asked for, the one that leads first. None: every client, whether it did anything or not. */
export function clientsBeside(sql: Sql, realmId: string, fields: readonly ListField[]): Way<Joined, object> {
  const [leading] = fields
  if (leading === undefined) return { query: everyClient(sql, realmId), key: 'clients.id' }
  if (!leading.isJoined) return { query: fromClients(sql, realmId), key: 'clients.id' }
  const isOfUsers = leading.column.startsWith('users.')
  const active = isOfUsers ? fromUsers(sql, realmId) : fromActivity(sql, realmId)
  const query = fields.every((field) => field.isJoined) ? active : withClients(active)
  return { query, key: 'client_activity.client_id' }
}

function everyClient(sql: Sql, realmId: string): Rows {
  return sql
    .selectFrom('clients')
    .leftJoin('client_activity', 'client_activity.client_id', 'clients.id')
    .leftJoin('users', 'users.id', 'client_activity.passthru_user_id')
    .where('clients.realm_id', '=', realmId)
    .where('clients.deleted_at', 'is', null)
}

function fromClients(sql: Sql, realmId: string): Rows {
  return sql
    .selectFrom('clients')
    .crossJoin('client_activity')
    .leftJoin('users', 'users.id', 'client_activity.passthru_user_id')
    .whereRef('client_activity.client_id', '=', 'clients.id')
    .where('clients.realm_id', '=', realmId)
    .where('clients.deleted_at', 'is', null)
}

type Active = SelectQueryBuilder<Tables, 'client_activity' | 'users', object>

function fromActivity(sql: Sql, realmId: string): Active {
  return sql
    .selectFrom('client_activity')
    .leftJoin('users', 'users.id', 'client_activity.passthru_user_id')
    .where('client_activity.realm_id', '=', realmId)
}

function fromUsers(sql: Sql, realmId: string): Active {
  return sql
    .selectFrom('users')
    .crossJoin('client_activity')
    .whereRef('client_activity.passthru_user_id', '=', 'users.id')
    .where('client_activity.realm_id', '=', realmId)
    .where('users.realm_id', '=', realmId)
}

function withClients(active: Active): Rows {
  return active.crossJoin('clients').whereRef('clients.id', '=', 'client_activity.client_id')
}
