/** What a token rests on, dead or alive: for telling an administrator why it does not hold. Decides nothing. */
import type { Database } from './database.ts'

export interface GrantFacts {
  readonly id: string
  readonly scope: string
  readonly offline: boolean
  readonly session_id: string | null
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
  readonly revoked_because: string | null
  readonly user: { readonly id: string; readonly username: string; readonly isLive: boolean }
  readonly client: ClientFacts
  /** null: there was none, or it was swept away after it had ended. */
  readonly session: { readonly ended_at: number | null; readonly expires_at: number } | null
}

export interface ClientFacts {
  readonly client_id: string
  readonly client_name: string
  readonly isLive: boolean
  readonly token_epoch: number
}

/** A grant of that realm with all that it rests on. */
export async function findGrantFacts(db: Database, realmId: string, id: string): Promise<GrantFacts | undefined> {
  const row = await db.sql
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .innerJoin('clients', 'clients.id', 'grants.client_id')
    .leftJoin('sessions', 'sessions.id', 'grants.session_id')
    .select(['grants.id', 'grants.scope', 'grants.offline', 'grants.session_id', 'grants.created_at'])
    .select(['grants.expires_at', 'grants.revoked_at', 'grants.revoked_because'])
    .select(['users.id as user_id', 'users.username', 'users.enabled as user_enabled'])
    .select(['users.deleted_at as user_deleted_at', 'clients.client_id', 'clients.client_name', 'clients.token_epoch'])
    .select(['clients.enabled as client_enabled', 'clients.deleted_at as client_deleted_at'])
    .select(['sessions.ended_at', 'sessions.expires_at as session_expires_at', 'sessions.idle_expires_at'])
    .where('grants.id', '=', id)
    .where('grants.realm_id', '=', realmId)
    .executeTakeFirst()
  if (!row) return undefined
  const { user_id, username, client_id, client_name, token_epoch, ended_at, session_expires_at, idle_expires_at } = row
  const sessionEnd = Math.min(session_expires_at ?? 0, idle_expires_at ?? 0)
  return {
    id,
    scope: row.scope,
    session_id: row.session_id,
    created_at: row.created_at,
    expires_at: row.expires_at,
    revoked_at: row.revoked_at,
    revoked_because: row.revoked_because,
    offline: row.offline === 1,
    user: { id: user_id, username, isLive: row.user_enabled === 1 && row.user_deleted_at === null },
    client: { client_id, client_name, token_epoch, isLive: row.client_enabled === 1 && row.client_deleted_at === null },
    session: session_expires_at === null ? null : { ended_at, expires_at: sessionEnd },
  }
}

/** A client of that realm by its row's id, deleted or not. */
export async function findClientFacts(db: Database, realmId: string, rowId: string): Promise<ClientFacts | undefined> {
  const row = await db.sql
    .selectFrom('clients')
    .select(['client_id', 'client_name', 'token_epoch', 'enabled', 'deleted_at'])
    .where('id', '=', rowId)
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
  if (!row) return undefined
  const { enabled, deleted_at, ...rest } = row
  return { ...rest, isLive: enabled === 1 && deleted_at === null }
}

/** When that key of the realm left the key set; undefined: the realm never had it. */
export async function findRemovedKey(
  db: Database,
  realmId: string,
  kid: string,
): Promise<{ readonly removed_at: number | null } | undefined> {
  return await db.sql
    .selectFrom('signing_keys')
    .select('removed_at')
    .where('id', '=', kid)
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
}
