/**
 * Which OAuth servers are to be asked whether they work, and what came of it. Does not own: how a server is asked, and
 * what its answer means for its status.
 */
import type { Database } from './database.ts'
import type { LastProbe, UsedServer } from './oauth-servers.ts'

export interface DueProbe {
  readonly server_id: string
  readonly probe_due_at: number
}

/** Of live servers that are enabled, in realms that are, longest waiting first, and none of `busy`. */
export async function listDueProbes(
  db: Database,
  now: number,
  busy: readonly string[],
  limit: number,
): Promise<readonly DueProbe[]> {
  const due = db.sql
    .selectFrom('oauth_server_states')
    .innerJoin('oauth_servers', 'oauth_servers.id', 'oauth_server_states.server_id')
    .innerJoin('realms', 'realms.id', 'oauth_servers.realm_id')
    .select(['oauth_server_states.server_id', 'oauth_server_states.probe_due_at'])
    .where('oauth_server_states.probe_due_at', '<=', now)
    .where('oauth_servers.deleted_at', 'is', null)
    .where('oauth_servers.disabled_at', 'is', null)
    .where('realms.enabled', '=', 1)
    .where('realms.deleted_at', 'is', null)
    .$narrowType<{ probe_due_at: number }>()
  const others = busy.length === 0 ? due : due.where('oauth_server_states.server_id', 'not in', [...busy])
  return await others.orderBy('oauth_server_states.probe_due_at').limit(limit).execute()
}

/** Of all nodes that saw it due one gets it, and it is due again at `next`. */
export async function claimProbe(db: Database, { server_id, probe_due_at }: DueProbe, next: number): Promise<boolean> {
  const claimed = await db.sql
    .updateTable('oauth_server_states')
    .set({ probe_due_at: next })
    .where('server_id', '=', server_id)
    .where('probe_due_at', '=', probe_due_at)
    .executeTakeFirst()
  return claimed.numUpdatedRows === 1n
}

/** A late answer says nothing of settings that were saved since. */
export async function noteProbe(db: Database, server: UsedServer, probe: LastProbe): Promise<void> {
  await db.sql
    .updateTable('oauth_server_states')
    .set({ last_probe: JSON.stringify(probe) })
    .where('server_id', 'in', (servers) =>
      servers
        .selectFrom('oauth_servers')
        .select('id')
        .where('id', '=', server.id)
        .where('settings_version', '=', server.settings_version),
    )
    .execute()
}
