/**
 * What an administrator does to OAuth servers. Each change is one transaction with its audit entry; the secrets that it
 * names come sealed. What the fields may hold, and that no secret follows a changed address, is the caller's rule.
 */
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import {
  columnsOf,
  deleteLayers,
  findTaken,
  freeSlug,
  insertLayers,
  publicServer,
  type ServerFields,
  type ServerTaken,
} from './oauth-server-rows.ts'
import type { StoredSecret } from './oauth-server-settings.ts'
import {
  completeServer,
  type GrantType,
  type OAuthServer,
  type ServerOverride,
  type ServerStatus,
} from './oauth-servers.ts'
import type { OAuthServersTable } from './outbound-tables.ts'
import { takenOr } from './taken.ts'

export interface NewServer extends ServerFields {
  /** Given, because secrets are sealed to it. */
  readonly id: string
  /** undefined: made from the name. */
  readonly slug: string | undefined
  readonly secrets: readonly StoredSecret[]
  readonly overrides: readonly ServerOverride[]
}

export interface ServerChanges extends ServerFields {
  readonly slug: string
  readonly secrets: readonly StoredSecret[]
  readonly overrides: readonly ServerOverride[]
}

export function createOAuthServer(
  db: Database,
  actor: Actor,
  realmId: string,
  input: NewServer,
): Promise<OAuthServer | ServerTaken> {
  return takenOr(
    changeConfig(db, async (sql) => {
      await lockNames(sql, realmId)
      const taken = await findTaken(sql, realmId, input)
      if (taken) return taken
      const now = nowSeconds()
      const row: OAuthServersTable = {
        ...columnsOf(input),
        id: input.id,
        realm_id: realmId,
        slug: input.slug ?? (await freeSlug(sql, realmId, input.name)),
        settings_version: 1,
        disabled_at: null,
        disabled_reason: null,
        created_at: now,
        updated_at: now,
        deleted_at: null,
      }
      await sql.insertInto('oauth_servers').values(row).execute()
      await insertLayers(sql, row.id, input)
      const state = { server_id: row.id, status: firstStatus(input.grant_type), last_error: null, changed_at: now }
      const probe = { last_probe: null, probe_due_at: firstProbeAt(input, now) }
      await sql
        .insertInto('oauth_server_states')
        .values({ ...state, ...probe })
        .execute()
      const server = await completeServer(sql, row)
      const after = publicServer(server)
      await writeAudit(sql, { ...serverObject(server), actor, action: 'oauth_server.create', after })
      return server
    }),
  )
}

/** One at a time in a realm: of servers made at once each gets a slug of its own, and the right one of two is refused. */
async function lockNames(sql: Sql, realmId: string): Promise<void> {
  await sql
    .updateTable('realms')
    .set((realm) => ({ updated_at: realm.ref('updated_at') }))
    .where('id', '=', realmId)
    .execute()
}

/** Where people have to agree first, nothing works before they did. */
function firstStatus(grant: GrantType): ServerStatus {
  return grant === 'authorization_code' ? 'needs_authorization' : 'ok'
}

/** What is set is asked for soon; a result of other settings is not shown for these. */
function firstProbeAt({ probe }: Pick<OAuthServer, 'probe'>, now: number): number | null {
  return probe === null ? null : now
}

/**
 * `change` sees the server as it is in the transaction and may throw to refuse; `also` writes what else has to come true
 * with the change. undefined: no such live server.
 */
export function updateOAuthServer(
  db: Database,
  actor: Actor,
  realmId: string,
  slug: string,
  change: (current: OAuthServer) => ServerChanges,
  also?: (sql: Sql, before: OAuthServer, after: OAuthServer) => Promise<void>,
  revertedTo?: string,
): Promise<OAuthServer | ServerTaken | undefined> {
  return takenOr(
    changeConfig(db, async (sql) => {
      await lockNames(sql, realmId)
      const row = await lockServer(sql, realmId, slug)
      if (!row) return undefined
      const before = await completeServer(sql, row)
      const next = change(before)
      const taken = await findTaken(sql, realmId, next, row.id)
      if (taken) return taken
      const changed: OAuthServersTable = {
        ...row,
        ...columnsOf(next),
        slug: next.slug,
        settings_version: row.settings_version + 1,
        updated_at: nowSeconds(),
      }
      await sql.updateTable('oauth_servers').set(changed).where('id', '=', row.id).execute()
      await deleteLayers(sql, row.id)
      await insertLayers(sql, row.id, next)
      await sql
        .updateTable('oauth_server_states')
        .set({
          last_probe: null,
          probe_due_at: row.disabled_at === null ? firstProbeAt(next, changed.updated_at) : null,
        })
        .where('server_id', '=', row.id)
        .execute()
      const after = await completeServer(sql, changed)
      await also?.(sql, before, after)
      const entry = updateEntry('oauth_server', publicServer(before), publicServer(after), revertedTo)
      await writeAudit(sql, { ...serverObject(after), actor, ...entry })
      return after
    }),
  )
}

/**
 * `reason` null switches it on again. undefined: no such live server, or it was changed since `settingsVersion`, by
 * which something was found that is wrong with it.
 */
export function setServerDisabled(
  db: Database,
  actor: Actor,
  realmId: string,
  slug: string,
  reason: string | null,
  settingsVersion?: number,
): Promise<OAuthServer | undefined> {
  return changeConfig(db, async (sql) => {
    const row = await lockServer(sql, realmId, slug)
    if (!row || (settingsVersion ?? row.settings_version) !== row.settings_version) return undefined
    const before = await completeServer(sql, row)
    const now = nowSeconds()
    const isOff = reason !== null
    const changed = {
      ...row,
      disabled_at: isOff ? (row.disabled_at ?? now) : null,
      disabled_reason: reason,
      settings_version: row.settings_version + 1,
      updated_at: now,
    }
    await sql.updateTable('oauth_servers').set(changed).where('id', '=', row.id).execute()
    if (isOff || row.disabled_at !== null) {
      const status = isOff ? 'disabled' : firstStatus(before.grant_type)
      await sql
        .updateTable('oauth_server_states')
        .set({ status, changed_at: now, probe_due_at: isOff ? null : firstProbeAt(before, now) })
        .where('server_id', '=', row.id)
        .execute()
    }
    const after = await completeServer(sql, changed)
    const audited = { before: publicServer(before), after: publicServer(after) }
    const action = isOff ? 'oauth_server.disable' : 'oauth_server.enable'
    await writeAudit(sql, { ...serverObject(after), actor, action, ...audited })
    return after
  })
}

/**
 * Deleted means dead: its secrets are gone with it. Slug and name may come back as another server, which inherits
 * nothing. `used`: connectors call it. False: no such live server.
 */
export function deleteOAuthServer(
  db: Database,
  actor: Actor,
  realmId: string,
  slug: string,
  also?: (sql: Sql, server: OAuthServer) => Promise<void>,
): Promise<boolean | 'used'> {
  return changeConfig(db, async (sql) => {
    const row = await lockServer(sql, realmId, slug)
    if (!row) return false
    const used = await sql.selectFrom('connectors').select('id').where('server_id', '=', row.id).executeTakeFirst()
    if (used) return 'used'
    const before = await completeServer(sql, row)
    const changed = { deleted_at: nowSeconds(), settings_version: row.settings_version + 1 }
    await sql.updateTable('oauth_servers').set(changed).where('id', '=', row.id).execute()
    await sql.deleteFrom('oauth_server_secrets').where('server_id', '=', row.id).execute()
    await discard(sql, actor, { realm_id: realmId, kind: 'oauth_server', object_id: row.id, name: row.slug })
    await also?.(sql, before)
    const audited = { before: publicServer(before) }
    await writeAudit(sql, { ...serverObject(before), actor, action: 'oauth_server.delete', ...audited })
    return true
  })
}

/** Out of the recycle bin, inside a transaction of `changeConfig`: disabled, and without its secrets. */
export async function restoreOAuthServer(sql: Sql, id: string) {
  const now = nowSeconds()
  const row = await sql
    .updateTable('oauth_servers')
    .set((old) => ({
      deleted_at: null,
      disabled_at: now,
      disabled_reason: 'restored from the recycle bin: set its secrets, then enable it',
      settings_version: old('settings_version', '+', 1),
      updated_at: now,
    }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
  await sql
    .updateTable('oauth_server_states')
    .set({ status: 'disabled', last_error: null, changed_at: now, last_probe: null, probe_due_at: null })
    .where('server_id', '=', id)
    .execute()
  const server = await completeServer(sql, row)
  return { ...serverObject(server), after: publicServer(server) }
}

/** Reads the row and keeps others from changing it until the transaction ends. */
function lockServer(sql: Sql, realmId: string, slug: string): Promise<OAuthServersTable | undefined> {
  return sql
    .updateTable('oauth_servers')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('slug', '=', slug)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
}

function serverObject(server: Pick<OAuthServer, 'id' | 'realm_id' | 'name'>) {
  return { realm_id: server.realm_id, object_kind: 'oauth_server', object_id: server.id, object_name: server.name }
}
