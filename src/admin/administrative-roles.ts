/**
 * The roles of realm `system` that administer one realm. They come into being when they are first given to somebody, and
 * only for realms that are there: a role for a realm of the future would be a right over whatever gets that name.
 */
import type { Actor } from '#store/audit.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import { createRole, findRole } from '#store/roles.ts'
import type { AdminContext } from './context.ts'
import { isRealmRole, realmOfRole, systemRealm } from './gate.ts'
import { invalidField } from './problem.ts'

export async function ensureRealmRoles(
  context: AdminContext,
  actor: Actor,
  realm: Realm,
  names: readonly string[],
): Promise<void> {
  if (realm.name !== systemRealm) return
  for (const name of names) {
    if (!isRealmRole(name)) continue
    await requireItsRealm(context, name, 'roles')
    if (await findRole(context.db, realm.id, name)) continue
    const [kind, administered] = name.split(':')
    const verb = kind === 'realm-admin' ? 'Administers' : 'Reads'
    await createRole(context.db, actor, realm.id, { name, description: `${verb} realm ${administered}` })
  }
}

export async function requireItsRealm(context: AdminContext, role: string, field: string): Promise<void> {
  const administered = realmOfRole(role)
  const found = administered === undefined ? undefined : await findRealm(context.db, administered)
  if (!found) throw invalidField(field, 'there is no such realm to administer, or it is system')
}
