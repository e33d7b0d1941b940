/** Who is logged in and what people have allowed, for a whole realm, and how an administrator ends one of it. */
import { sql as text } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import type { ClientGrant } from './client-grants.ts'
import { type Database, transaction } from './database.ts'
import { revokeGrant, revokeGrantsOf } from './grants.ts'
import { type LargeListRules, largePage } from './large-listing.ts'
import { type ListQuery, type ListRules, listPage, onlyMet, type Page } from './listing.ts'
import type { SessionRecord } from './session-changes.ts'
import { endSession } from './sessions.ts'

export interface RealmSession extends SessionRecord {
  readonly user_id: string
  readonly username: string
}

const sessionList: LargeListRules = {
  fields: {
    username: { kind: 'folded', column: 'users.username_folded' },
    address: { kind: 'text', column: 'sessions.address' },
    user_agent: { kind: 'text', column: 'sessions.user_agent' },
    created_at: { kind: 'number', column: 'sessions.created_at' },
    last_seen_at: { kind: 'number', column: 'sessions.last_seen_at' },
    auth_time: { kind: 'number', column: 'sessions.auth_time' },
  },
  search: ['username', 'address'],
  sort: '-created_at',
  key: 'sessions.id',
  isCostly: true,
}

/** A page of the live sessions of a realm. */
export async function listRealmSessions(db: Database, realmId: string, query: ListQuery): Promise<Page<RealmSession>> {
  const now = nowSeconds()
  const byKey = db.sql
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.user_id')
    .select(['sessions.id', 'sessions.auth_time', 'sessions.amr', 'sessions.address', 'sessions.user_agent'])
    .select(['sessions.created_at', 'sessions.last_seen_at', 'sessions.idle_expires_at', 'sessions.expires_at'])
    .select(['sessions.user_id', 'users.username'])
    .where('sessions.ended_at', 'is', null)
    .where(onlyMet(text`${text.ref('sessions.idle_expires_at')} > ${now}`))
    .where(onlyMet(text`${text.ref('sessions.expires_at')} > ${now}`))
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null)
  const inRealm = { query: byKey.where('sessions.realm_id', '=', realmId), byKey }
  const page = await largePage(db, inRealm, sessionList, query)
  return { ...page, items: page.items.map((row) => ({ ...row, amr: JSON.parse(row.amr) as string[] })) }
}

export interface RealmGrant extends ClientGrant {
  readonly client_id: string
  readonly client_name: string
}

const grantList: LargeListRules = {
  fields: {
    client_id: { kind: 'folded', column: 'clients.client_id_folded' },
    client_name: { kind: 'folded', column: 'clients.client_name_folded' },
    username: { kind: 'folded', column: 'users.username_folded' },
    kind: { kind: 'text', column: 'grants.kind' },
    scope: { kind: 'text', column: 'grants.scope' },
    offline: { kind: 'flag', column: 'grants.offline' },
    created_at: { kind: 'number', column: 'grants.created_at' },
    expires_at: { kind: 'number', column: 'grants.expires_at' },
  },
  search: ['client_id', 'client_name', 'username'],
  sort: '-created_at',
  key: 'grants.id',
  isCostly: true,
}

/** A page of the live grants of a realm: those that nothing has ended, of live users and clients. */
export async function listRealmGrants(db: Database, realmId: string, query: ListQuery): Promise<Page<RealmGrant>> {
  const now = nowSeconds()
  const byKey = db.sql
    .selectFrom('grants')
    .innerJoin('users', 'users.id', 'grants.user_id')
    .innerJoin('clients', 'clients.id', 'grants.client_id')
    .leftJoin('sessions', 'sessions.id', 'grants.session_id')
    .select(['grants.id', 'grants.kind', 'grants.user_id', 'grants.scope', 'grants.offline', 'grants.auth_time'])
    .select(['grants.created_at', 'grants.expires_at', 'users.username', 'clients.client_id', 'clients.client_name'])
    .where('grants.revoked_at', 'is', null)
    .where(onlyMet(text`${text.ref('grants.expires_at')} > ${now}`))
    .where('users.enabled', '=', 1)
    .where('users.deleted_at', 'is', null)
    .where('clients.enabled', '=', 1)
    .where('clients.deleted_at', 'is', null)
    .where((where) =>
      where.or([
        where('grants.offline', '=', 1),
        where('grants.session_id', 'is', null),
        where.and([
          where('sessions.ended_at', 'is', null),
          where('sessions.idle_expires_at', '>', now),
          where('sessions.expires_at', '>', now),
        ]),
      ]),
    )
  const inRealm = { query: byKey.where('grants.realm_id', '=', realmId), byKey }
  const page = await largePage(db, inRealm, grantList, query)
  return { ...page, items: page.items.map((row) => ({ ...row, offline: row.offline === 1 })) }
}

export interface ConsentRecord {
  readonly user_id: string
  readonly username: string
  readonly client_id: string
  readonly client_name: string
  readonly scope: string
  readonly created_at: number
  readonly updated_at: number
}

const consentList: ListRules = {
  fields: {
    username: { kind: 'folded', column: 'users.username_folded' },
    client_id: { kind: 'folded', column: 'clients.client_id_folded' },
    client_name: { kind: 'folded', column: 'clients.client_name_folded' },
    scope: { kind: 'text', column: 'consents.scope' },
    created_at: { kind: 'number', column: 'consents.created_at' },
    updated_at: { kind: 'number', column: 'consents.updated_at' },
  },
  search: ['username', 'client_id', 'client_name'],
  sort: '-updated_at',
  key: ['consents.user_id', 'consents.client_id'],
}

/** A page of what people of a realm, or the one of them, have agreed to for clients that are not deleted. */
export async function listConsents(
  db: Database,
  whose: { readonly realmId: string; readonly userId?: string },
  query: ListQuery,
): Promise<Page<ConsentRecord>> {
  let live = db.sql
    .selectFrom('consents')
    .innerJoin('users', 'users.id', 'consents.user_id')
    .innerJoin('clients', 'clients.id', 'consents.client_id')
    .select(['consents.user_id', 'users.username', 'clients.client_id', 'clients.client_name', 'consents.scope'])
    .select(['consents.created_at', 'consents.updated_at'])
    .where('users.realm_id', '=', whose.realmId)
    .where('users.deleted_at', 'is', null)
    .where('clients.deleted_at', 'is', null)
  if (whose.userId !== undefined) live = live.where('consents.user_id', '=', whose.userId)
  return await listPage(db, live, consentList, query)
}

/** Ends one session of the realm with the grants that rest on it; false: there is no live one of that id. */
export function endRealmSession(db: Database, actor: Actor, realmId: string, sessionId: string): Promise<boolean> {
  return transaction(db, async (sql) => {
    const session = await sql
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.user_id')
      .select(['users.id', 'users.username'])
      .where('sessions.id', '=', sessionId)
      .where('sessions.realm_id', '=', realmId)
      .executeTakeFirst()
    if (!session || !(await endSession(sql, sessionId, 'ended by an administrator'))) return false
    const object = { object_kind: 'user', object_id: session.id, object_name: session.username }
    await writeAudit(sql, { ...object, realm_id: realmId, actor, action: 'user.end_sessions', after: { sessions: 1 } })
    return true
  })
}

/**
 * Ends one grant of the realm, where `clientRowId` is given only if it is that client's, with all that descends from it;
 * false: there is no such grant that was live.
 */
export function revokeRealmGrant(
  db: Database,
  actor: Actor,
  grant: { readonly realmId: string; readonly grantId: string; readonly clientRowId?: string },
): Promise<boolean> {
  return transaction(db, async (sql) => {
    const found = await sql
      .selectFrom('grants')
      .innerJoin('clients', 'clients.id', 'grants.client_id')
      .innerJoin('users', 'users.id', 'grants.user_id')
      .select(['clients.id', 'clients.client_id', 'users.username', 'grants.scope'])
      .where('grants.id', '=', grant.grantId)
      .where('grants.realm_id', '=', grant.realmId)
      .executeTakeFirst()
    if (!found || (grant.clientRowId !== undefined && grant.clientRowId !== found.id)) return false
    if (!(await revokeGrant(sql, grant.grantId, 'revoked by an administrator'))) return false
    const after = { grant: grant.grantId, username: found.username, scope: found.scope }
    const object = { object_kind: 'client', object_id: found.id, object_name: found.client_id }
    await writeAudit(sql, { ...object, realm_id: grant.realmId, actor, action: 'client.revoke_grant', after })
    return true
  })
}

/** Forgets what the user has agreed to for the client and ends every grant between them; false: there was nothing. */
export function withdrawConsent(
  db: Database,
  actor: Actor,
  user: { readonly id: string; readonly realm_id: string; readonly username: string },
  client: { readonly id: string; readonly client_id: string },
): Promise<boolean> {
  return transaction(db, async (sql) => {
    const withdrawn = await sql
      .deleteFrom('consents')
      .where('user_id', '=', user.id)
      .where('client_id', '=', client.id)
      .returning('scope')
      .executeTakeFirst()
    if (!withdrawn) return false
    const grants = await revokeGrantsOf(sql, { clientId: client.id, userId: user.id }, 'consent withdrawn')
    const object = { object_kind: 'user', object_id: user.id, object_name: user.username }
    const before = { client_id: client.client_id, scope: withdrawn.scope }
    const after = { client_id: client.client_id, scope: null, grants_revoked: grants }
    await writeAudit(sql, { ...object, realm_id: user.realm_id, actor, action: 'user.withdraw_consent', before, after })
    return true
  })
}
