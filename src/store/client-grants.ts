/** What an administrator sees of what people have allowed a client. How grants live and end is `grants.ts`. */
import { sql } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import type { Database } from './database.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import { type ListQuery, onlyMet, type Page } from './listing.ts'
import type { GrantsTable } from './passing-tables.ts'

export interface ClientGrant
  extends Readonly<Pick<GrantsTable, 'id' | 'kind' | 'user_id' | 'scope' | 'auth_time' | 'created_at' | 'expires_at'>> {
  readonly username: string
  readonly offline: boolean
}

const grantList: LargeListRules = {
  fields: {
    username: { kind: 'folded', column: 'users.username_folded' },
    kind: { kind: 'text', column: 'grants.kind' },
    scope: { kind: 'text', column: 'grants.scope' },
    offline: { kind: 'flag', column: 'grants.offline' },
    created_at: { kind: 'number', column: 'grants.created_at' },
    expires_at: { kind: 'number', column: 'grants.expires_at' },
  },
  search: ['username'],
  sort: '-created_at',
  key: 'grants.id',
  isCostly: true,
}

/** A page of the live grants of a client (clients.id): those that a user, a session or time has not ended. */
export async function listClientGrants(
  db: Database,
  clientRowId: string,
  query: ListQuery,
): Promise<Page<ClientGrant>> {
  const now = nowSeconds()
  const byKey = db.sql
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .select(['grants.id', 'grants.kind', 'grants.user_id', 'grants.scope', 'grants.offline', 'grants.auth_time'])
    .select(['grants.created_at', 'grants.expires_at', 'users.username'])
    .where('grants.revoked_at', 'is', null)
    .where(onlyMet(sql`${sql.ref('grants.expires_at')} > ${now}`))
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('grants.offline', '=', 1),
        where('grants.session_id', 'is', null),
        where.exists(
          where
            .selectFrom('sessions')
            .select('sessions.id')
            .whereRef('sessions.id', '=', 'grants.session_id')
            .where('sessions.ended_at', 'is', null)
            .where('sessions.idle_expires_at', '>', now)
            .where('sessions.expires_at', '>', now),
        ),
      ]),
    )
  const live = { query: byKey.where('grants.client_id', '=', clientRowId), byKey }
  const page = await largePage(db, live, grantList, query)
  return { ...page, items: page.items.map((row) => ({ ...row, offline: row.offline === 1 })) }
}
