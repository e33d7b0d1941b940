/** Scopes of a realm's APIs. */
import * as contract from '#contract/scope.ts'
import type { Realm } from '#store/realms.ts'
import { createScope, deleteScope, updateScope } from '#store/resource-changes.ts'
import { listScopes, realmResources, type Scope } from '#store/resources.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { builtIn, invalidField, notFound, taken } from './problem.ts'

export function writableOf(scope: Pick<Scope, 'description'>) {
  return { description: scope.description }
}

function shown(scope: Scope): contract.Scope {
  const { name, description, api_identifier, built_in } = scope
  return { name, description, api: api_identifier, built_in }
}

export async function scopeOfPath(context: AdminContext, realm: Realm, name: string): Promise<Scope> {
  const scope = (await realmResources(context.db, realm, context.publicUrl)).scopes.get(name)
  if (!scope) throw notFound('scope')
  return scope
}

export const scopeHandlers: readonly Handled[] = [
  handle(contract.listScopes, async ({ context, realm, query }) => {
    const found = await listScopes(context.db, realm, context.publicUrl, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), total: found.total, page: query.page, page_size: query.page_size },
    }
  }),

  handle(contract.createScope, async ({ context, actor, realm, body }) => {
    const { name, api: identifier, description = '' } = body
    const api = (await realmResources(context.db, realm, context.publicUrl)).apis.get(identifier)
    if (!api) throw invalidField('api', 'the realm has no such API')
    const created = await createScope(context.db, actor, realm.id, { name, description, api_id: api.id })
    if (created === 'taken') throw taken('name')
    const scope = await scopeOfPath(context, realm, name)
    const location = `/realms/${realm.name}/scopes/${encodeURIComponent(name)}`
    return { value: shown(scope), etag: etagOf(writableOf(scope)), location }
  }),

  handle(contract.readScope, async ({ context, realm, params }) => {
    const scope = await scopeOfPath(context, realm, params.name)
    return { value: shown(scope), etag: etagOf(writableOf(scope)) }
  }),

  handle(contract.updateScope, (call) => changeScope(call)),

  handle(contract.deleteScope, removeScope),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeScope(call: Call<typeof contract.updateScope>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const judged = (current: Pick<Scope, 'description'>) => {
    requireMatch(request, writableOf(current))
    return body.description === undefined ? {} : { description: body.description ?? '' }
  }
  const isThere = await updateScope(context.db, actor, realm.id, params.name, judged, revertedTo)
  if (!isThere) throw notFound('scope')
  const scope = await scopeOfPath(context, realm, params.name)
  return { value: shown(scope), etag: etagOf(writableOf(scope)) }
}

export async function removeScope(call: Call<typeof contract.deleteScope>) {
  const { context, actor, realm, params, request } = call
  const scope = await scopeOfPath(context, realm, params.name)
  if (scope.built_in) throw builtIn('scope')
  requireMatch(request, writableOf(scope))
  if (!(await deleteScope(context.db, actor, realm.id, scope.name))) throw notFound('scope')
  return { value: undefined }
}
