/**
 * Provider profiles of a realm's own. What a profile may say is the caller's to judge; here it is a document. A change
 * counts for the servers that name the profile as a change of their own settings does.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, updateEntry, writeAudit } from './audit.ts'
import { resumeConnections } from './connection-changes.ts'
import { changeConfig, type Database, type Sql } from './database.ts'
import { discard } from './deleted.ts'
import { completeServers, type OAuthServer } from './oauth-servers.ts'
import type { ProviderProfilesTable } from './outbound-tables.ts'
import { type Taken, takenOr } from './taken.ts'

export interface ProviderProfile {
  readonly id: string
  readonly realm_id: string
  readonly name: string
  readonly title: string
  readonly rules: Readonly<Record<string, unknown>>
  readonly created_at: number
  readonly updated_at: number
}

export type ProviderProfileFields = Pick<ProviderProfile, 'name' | 'title' | 'rules'>

function profileOf(row: ProviderProfilesTable): ProviderProfile {
  return { ...row, rules: JSON.parse(row.rules) as Record<string, unknown> }
}

/** All profiles of a realm's own by name, in the order of their titles. Held. */
export function realmProfiles(
  db: Database,
  realmId: string,
): ReadonlyMap<string, ProviderProfile> | Promise<ReadonlyMap<string, ProviderProfile>> {
  return db.held.get(`provider-profiles ${realmId}`, async () => {
    const rows = await db.sql
      .selectFrom('provider_profiles')
      .selectAll()
      .where('realm_id', '=', realmId)
      .orderBy('title')
      .orderBy('name')
      .execute()
    return new Map(rows.map((row) => [row.name, profileOf(row)]))
  })
}

export function createProviderProfile(
  db: Database,
  actor: Actor,
  realmId: string,
  fields: ProviderProfileFields,
): Promise<ProviderProfile | Taken> {
  const now = nowSeconds()
  const profile: ProviderProfile = { ...fields, id: randomId(), realm_id: realmId, created_at: now, updated_at: now }
  return takenOr(
    changeConfig(db, async (sql) => {
      await sql
        .insertInto('provider_profiles')
        .values({ ...profile, rules: JSON.stringify(profile.rules) })
        .execute()
      await writeAudit(sql, { ...profileObject(profile), actor, action: 'profile.create', after: profile })
      return profile
    }),
  )
}

/**
 * `change` sees the profile as it is in the transaction, and the live servers that name it, and may throw to refuse.
 * Those go on with what it says now. undefined: no such profile.
 */
export function updateProviderProfile(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
  change: (current: ProviderProfile, servers: readonly OAuthServer[]) => Omit<ProviderProfileFields, 'name'>,
  revertedTo?: string,
): Promise<ProviderProfile | undefined> {
  return changeConfig(db, async (sql) => {
    const before = await lockProfile(sql, realmId, name)
    if (!before) return undefined
    const servers = await serversOf(sql, realmId, name)
    const now = nowSeconds()
    const after: ProviderProfile = { ...before, ...change(before, servers), updated_at: now }
    const changed = { title: after.title, rules: JSON.stringify(after.rules), updated_at: now }
    await sql.updateTable('provider_profiles').set(changed).where('id', '=', before.id).execute()
    for (const { id } of servers) {
      await sql
        .updateTable('oauth_servers')
        .set((row) => ({ settings_version: row('settings_version', '+', 1) }))
        .where('id', '=', id)
        .execute()
      await resumeConnections(sql, id)
    }
    await writeAudit(sql, { ...profileObject(after), actor, ...updateEntry('profile', before, after, revertedTo) })
    return after
  })
}

/** `used`: OAuth servers name it, those in the recycle bin among them. False: no such profile. */
export function deleteProviderProfile(
  db: Database,
  actor: Actor,
  realmId: string,
  name: string,
): Promise<boolean | 'used'> {
  return changeConfig(db, async (sql) => {
    const before = await lockProfile(sql, realmId, name)
    if (!before) return false
    const used = sql.selectFrom('oauth_servers').select('id').where('realm_id', '=', realmId)
    if (await used.where('profile', '=', name).executeTakeFirst()) return 'used'
    await sql.deleteFrom('provider_profiles').where('id', '=', before.id).execute()
    const discarded = { realm_id: realmId, kind: 'profile', object_id: before.id, name } as const
    await discard(sql, actor, { ...discarded, contents: before })
    await writeAudit(sql, { ...profileObject(before), actor, action: 'profile.delete', before })
    return true
  })
}

/** Out of the recycle bin, inside a transaction of `changeConfig`. */
export async function restoreProviderProfile(sql: Sql, contents: string) {
  const profile: ProviderProfile = { ...(JSON.parse(contents) as ProviderProfile), updated_at: nowSeconds() }
  await sql
    .insertInto('provider_profiles')
    .values({ ...profile, rules: JSON.stringify(profile.rules) })
    .execute()
  return { ...profileObject(profile), after: profile }
}

async function serversOf(sql: Sql, realmId: string, profile: string): Promise<readonly OAuthServer[]> {
  const rows = await sql
    .selectFrom('oauth_servers')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('profile', '=', profile)
    .where('deleted_at', 'is', null)
    .orderBy('name')
    .execute()
  return await completeServers(sql, rows)
}

/** Reads the row and keeps others from changing it until the transaction ends. */
async function lockProfile(sql: Sql, realmId: string, name: string): Promise<ProviderProfile | undefined> {
  const row = await sql
    .updateTable('provider_profiles')
    .set((expression) => ({ updated_at: expression.ref('updated_at') }))
    .where('realm_id', '=', realmId)
    .where('name', '=', name)
    .returningAll()
    .executeTakeFirst()
  return row && profileOf(row)
}

function profileObject({ id, realm_id, name }: ProviderProfile) {
  return { realm_id, object_kind: 'profile', object_id: id, object_name: name }
}
