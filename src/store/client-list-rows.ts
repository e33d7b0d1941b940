/**
 * The rows of a list of clients, with what they did last beside them. Which table is read first is said here: what gives
 * the order, or what narrows most. SQLite reads tables that are joined by `cross` as they are written; PostgreSQL
 * decides by what it counted.
 */
import type { SelectQueryBuilder } from 'kysely'
import type { Sql } from './database.ts'
import type { ListField } from './listing.ts'
import type { Tables } from './tables.ts'

type Rows = SelectQueryBuilder<Tables, 'clients' | 'client_activity' | 'users', object>

/** `fields`: those asked for, the one that leads first. None: every client, whether it did anything or not. */
export function clientsBeside(sql: Sql, realmId: string, fields: readonly ListField[]): Rows {
  const [leading] = fields
  if (leading === undefined) return everyClient(sql, realmId)
  if (leading.column.startsWith('users.')) return fromUsers(sql, realmId)
  return leading.isJoined ? fromActivity(sql, realmId) : fromClients(sql, realmId)
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

function fromActivity(sql: Sql, realmId: string): Rows {
  return sql
    .selectFrom('client_activity')
    .crossJoin('clients')
    .leftJoin('users', 'users.id', 'client_activity.passthru_user_id')
    .whereRef('clients.id', '=', 'client_activity.client_id')
    .where('client_activity.realm_id', '=', realmId)
    .where('clients.deleted_at', 'is', null)
}

function fromUsers(sql: Sql, realmId: string): Rows {
  return sql
    .selectFrom('users')
    .crossJoin('client_activity')
    .crossJoin('clients')
    .whereRef('client_activity.passthru_user_id', '=', 'users.id')
    .whereRef('clients.id', '=', 'client_activity.client_id')
    .where('users.realm_id', '=', realmId)
    .where('clients.deleted_at', 'is', null)
}
