/** What an operator watches of the OAuth servers of all realms: do they work, and when does what they gave us end. */
import type { Database } from './database.ts'

export interface WatchedServer {
  readonly realm: string
  readonly server: string
  /** `ok` until a use fails. */
  readonly status: string
  /** Epoch seconds; null: no end is known. */
  readonly secret_expires_at: number | null
  /** The next refresh token of its connections to end. */
  readonly refresh_expires_at: number | null
}

/** At most `limit`, of enabled realms and not disabled: those that do not work first. */
export async function listWatchedServers(db: Database, limit: number): Promise<readonly WatchedServer[]> {
  return await db.sql
    .selectFrom('oauth_servers')
    .innerJoin('realms', 'realms.id', 'oauth_servers.realm_id')
    .innerJoin('oauth_server_states', 'oauth_server_states.server_id', 'oauth_servers.id')
    .select((row) => [
      'realms.name as realm',
      'oauth_servers.slug as server',
      'oauth_server_states.status',
      'oauth_servers.secret_expires_at',
      row
        .selectFrom('connections')
        .whereRef('connections.server_id', '=', 'oauth_servers.id')
        .where('connections.state', '<>', 'needs_authorization')
        .select((some) => some.fn.min<number | null>('connections.refresh_expires_at').as('end'))
        .as('refresh_expires_at'),
    ])
    .where('realms.enabled', '=', 1)
    .where('oauth_servers.disabled_at', 'is', null)
    .where('oauth_servers.deleted_at', 'is', null)
    .orderBy((row) => row.case().when('oauth_server_states.status', 'in', ['error', 'degraded']).then(0).else(1).end())
    .orderBy('realms.name')
    .orderBy('oauth_servers.slug')
    .limit(limit)
    .execute()
}

export interface EndingSecret {
  readonly id: string
  readonly realm_id: string
  readonly slug: string
  readonly name: string
  /** Epoch seconds. */
  readonly secret_expires_at: number
}

/** Those whose secret ends by then, of enabled realms and not disabled. */
export async function listEndingSecrets(db: Database, by: number): Promise<readonly EndingSecret[]> {
  return await db.sql
    .selectFrom('oauth_servers')
    .innerJoin('realms', 'realms.id', 'oauth_servers.realm_id')
    .select(['oauth_servers.id', 'oauth_servers.realm_id', 'oauth_servers.slug', 'oauth_servers.name'])
    .select('oauth_servers.secret_expires_at')
    .where('oauth_servers.secret_expires_at', '<=', by)
    .where('realms.enabled', '=', 1)
    .where('oauth_servers.disabled_at', 'is', null)
    .where('oauth_servers.deleted_at', 'is', null)
    .$narrowType<{ secret_expires_at: number }>()
    .execute()
}

/** The end that the audit told last by that action; undefined: none. */
export async function toldEnd(db: Database, serverId: string, action: string): Promise<number | undefined> {
  const told = await db.sql
    .selectFrom('audit')
    .select('after')
    .where('object_kind', '=', 'oauth_server')
    .where('object_id', '=', serverId)
    .where('action', '=', action)
    .orderBy('at_ms', 'desc')
    .executeTakeFirst()
  return told?.after ? (JSON.parse(told.after) as { secret_expires_at?: number }).secret_expires_at : undefined
}
