/**
 * Everything that lies in a realm, at once: for what compares a realm as a whole. It reads through the handle that it is
 * given, so inside a transaction it sees what that one wrote. Pages for people are with each noun.
 */
import { type Client, completeClients } from './clients.ts'
import { type Connector, connectorOf } from './connectors.ts'
import type { Sql } from './database.ts'
import type { Named, NamedKind } from './named-rows.ts'
import { completeServers, type OAuthServer } from './oauth-servers.ts'
import { type Role, roleOf } from './roles.ts'

/** Rows whose secrets and roles are asked for in one question; engines bound the parameters of a statement. */
const atOnce = 500

/** The live clients of a realm by client_id. */
export async function realmClients(sql: Sql, realmId: string): Promise<readonly Client[]> {
  const rows = await sql
    .selectFrom('clients')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .orderBy('client_id')
    .execute()
  const clients: Client[] = []
  for (let from = 0; from < rows.length; from += atOnce) {
    clients.push(...(await completeClients(sql, rows.slice(from, from + atOnce))))
  }
  return clients
}

/** The live OAuth servers of a realm by slug. */
export async function realmServers(sql: Sql, realmId: string): Promise<readonly OAuthServer[]> {
  const rows = await sql
    .selectFrom('oauth_servers')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('deleted_at', 'is', null)
    .orderBy('slug')
    .execute()
  return await completeServers(sql, rows)
}

export async function realmConnectors(sql: Sql, realmId: string): Promise<readonly Connector[]> {
  const rows = await sql.selectFrom('connectors').selectAll().where('realm_id', '=', realmId).orderBy('name').execute()
  return rows.map(connectorOf)
}

export async function realmRoles(sql: Sql, realmId: string): Promise<readonly Role[]> {
  const rows = await sql.selectFrom('roles').selectAll().where('realm_id', '=', realmId).orderBy('name').execute()
  return rows.map(roleOf)
}

export async function realmNamed(
  sql: Sql,
  kind: NamedKind,
  realmId: string,
): Promise<readonly Pick<Named, 'name' | 'description'>[]> {
  const table = kind === 'environment' ? 'environments' : 'applications'
  return await sql
    .selectFrom(table)
    .select(['name', 'description'])
    .where('realm_id', '=', realmId)
    .orderBy('name')
    .execute()
}
