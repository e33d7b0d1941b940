/** What depends on an OAuth server: told before it is edited, disabled or deleted. */
import type { Database } from './database.ts'
import type { OAuthServer } from './oauth-servers.ts'

export interface ServerUses {
  readonly uses: { kind: 'connector' | 'application' | 'environment' | 'client'; name: string }[]
  readonly connections: number
  readonly last_used_at: number | null
  readonly next_refresh_at: number | null
}

export async function findServerUses(db: Database, realmId: string, server: OAuthServer): Promise<ServerUses> {
  const connectors = await db.sql
    .selectFrom('connectors')
    .select('name')
    .where('server_id', '=', server.id)
    .orderBy('name')
    .execute()
  const named = async (table: 'applications' | 'environments', ids: readonly string[]) =>
    ids.length === 0
      ? []
      : await db.sql.selectFrom(table).select('name').where('id', 'in', ids).orderBy('name').execute()
  const ids = server.allowed_clients.filter((id) => id !== '*')
  const clients =
    ids.length === 0
      ? []
      : await db.sql
          .selectFrom('clients')
          .select('client_id as name')
          .where('realm_id', '=', realmId)
          .where('id', 'in', ids)
          .where('deleted_at', 'is', null)
          .orderBy('client_id')
          .execute()
  const connections = await db.sql
    .selectFrom('connections')
    .select((row) => [
      row.fn.countAll<number>().as('count'),
      row.fn.max('last_used_at').as('last_used_at'),
      row.fn.min('due_at').as('next_refresh_at'),
    ])
    .where('server_id', '=', server.id)
    .executeTakeFirstOrThrow()
  const of = (kind: ServerUses['uses'][number]['kind'], rows: readonly { name: string }[]) =>
    rows.map(({ name }) => ({ kind, name }))
  return {
    uses: [
      ...of('connector', connectors),
      ...of(
        'application',
        await named(
          'applications',
          server.overrides.flatMap((each) => each.application_id ?? []),
        ),
      ),
      ...of(
        'environment',
        await named(
          'environments',
          server.overrides.flatMap((each) => each.environment_id ?? []),
        ),
      ),
      ...of('client', clients),
    ],
    connections: connections.count,
    last_used_at: connections.last_used_at,
    next_refresh_at: connections.next_refresh_at,
  }
}
