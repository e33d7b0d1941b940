/** Roles of a realm. */
import * as contract from '#contract/role.ts'
import type { Realm } from '#store/realms.ts'
import { createRole, deleteRole, findRole, listRoles, type Role, updateRole } from '#store/roles.ts'
import { requireItsRealm } from './administrative-roles.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { isRealmRole, systemRealm } from './gate.ts'
import { builtIn, notFound, taken } from './problem.ts'

export function writableOf(role: Pick<Role, 'description'>) {
  return { description: role.description }
}

function shown(role: Role): contract.Role {
  const { name, description, built_in, created_at, updated_at } = role
  return { name, description, built_in, created_at, updated_at }
}

export async function roleOfPath(context: AdminContext, realm: Realm, name: string): Promise<Role> {
  const role = await findRole(context.db, realm.id, name)
  if (!role) throw notFound('role')
  return role
}

export const roleHandlers: readonly Handled[] = [
  handle(contract.listRoles, async ({ context, realm, query }) => {
    const found = await listRoles(context.db, realm.id, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), total: found.total, page: query.page, page_size: query.page_size },
    }
  }),

  handle(contract.createRole, async ({ context, actor, realm, body }) => {
    const { name, description = '' } = body
    if (realm.name === systemRealm && isRealmRole(name)) await requireItsRealm(context, name, 'name')
    const role = await createRole(context.db, actor, realm.id, { name, description })
    if (role === 'taken') throw taken('name')
    const location = `/realms/${realm.name}/roles/${encodeURIComponent(name)}`
    return { value: shown(role), etag: etagOf(writableOf(role)), location }
  }),

  handle(contract.readRole, async ({ context, realm, params }) => {
    const role = await roleOfPath(context, realm, params.name)
    return { value: shown(role), etag: etagOf(writableOf(role)) }
  }),

  handle(contract.updateRole, (call) => changeRole(call)),

  handle(contract.deleteRole, removeRole),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeRole(call: Call<typeof contract.updateRole>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const judged = (current: Role) => {
    requireMatch(request, writableOf(current))
    return body.description === undefined ? {} : { description: body.description ?? '' }
  }
  const role = await updateRole(context.db, actor, realm.id, params.name, judged, revertedTo)
  if (!role) throw notFound('role')
  return { value: shown(role), etag: etagOf(writableOf(role)) }
}

export async function removeRole(call: Call<typeof contract.deleteRole>) {
  const { context, actor, realm, params, request } = call
  const role = await roleOfPath(context, realm, params.name)
  if (role.built_in) throw builtIn('role')
  requireMatch(request, writableOf(role))
  if (!(await deleteRole(context.db, actor, realm.id, role.name))) throw notFound('role')
  return { value: undefined }
}
