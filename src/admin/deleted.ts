/** The recycle bin of a realm: shown, and taken out of again. */
import * as contract from '#contract/deleted.ts'
import { ensureSigningKeys } from '#issuer/signing-keys.ts'
import { BIN_SECONDS, type DeletedObject, listDeleted } from '#store/deleted.ts'
import { findRealm } from '#store/realms.ts'
import { type Restored, restoreDeleted } from '#store/restore.ts'
import { type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { conflict, notFound, taken } from './problem.ts'

function shown({ id, kind, name, deleted_at, deleted_by }: DeletedObject): contract.DeletedObject {
  return { id, kind, name, deleted_at, deleted_by, purge_at: deleted_at + BIN_SECONDS }
}

export const deletedHandlers: readonly Handled[] = [
  handle(contract.listDeleted, async ({ context, realm, query }) => {
    const found = await listDeleted(context.db, realm.id, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), total: found.total, page: query.page, page_size: query.page_size },
    }
  }),

  handle(contract.restoreDeleted, async ({ context, actor, realm, params }) => {
    const restored = await restoreDeleted(context.db, actor, realm.id, params.id)
    if (restored === undefined) throw notFound('object in the recycle bin')
    if (restored === 'taken') throw taken('name')
    if (restored === 'orphan')
      throw conflict('the API or OAuth server that it belongs to is not there: restore that first')
    if (restored.kind === 'realm') await renewKeys(context, restored.name)
    return { value: { kind: restored.kind, name: restored.name, path: pathOf(realm.name, restored) } }
  }),
]

/** What its old keys signed stays dead. */
async function renewKeys(context: AdminContext, name: string): Promise<void> {
  const realm = await findRealm(context.db, name)
  if (realm) await ensureSigningKeys(context, realm)
}

const collections: Readonly<Record<Exclude<Restored['kind'], 'realm'>, string>> = {
  client: 'clients',
  user: 'users',
  role: 'roles',
  scope: 'scopes',
  api: 'apis',
  environment: 'environments',
  application: 'applications',
  category: 'categories',
  oauth_server: 'oauth-servers',
  connector: 'connectors',
  profile: 'profiles',
}

function pathOf(realmName: string, { kind, name, object_id }: Restored): string {
  if (kind === 'realm') return `/realms/${name}`
  const segment = kind === 'user' || kind === 'api' ? object_id : name
  return `/realms/${realmName}/${collections[kind]}/${encodeURIComponent(segment)}`
}
