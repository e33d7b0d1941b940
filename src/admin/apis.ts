/** APIs of a realm: the audiences of its tokens. */
import * as contract from '#contract/api.ts'
import type { Realm } from '#store/realms.ts'
import { createApi, deleteApi, updateApi } from '#store/resource-changes.ts'
import { type Api, listApis, realmResources } from '#store/resources.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { builtIn, invalidField, notFound, taken } from './problem.ts'

export function writableOf(api: Pick<Api, 'name'>) {
  return { name: api.name }
}

function shown(api: Api): contract.Api {
  const { id, identifier, name, built_in } = api
  return { id, identifier, name, built_in }
}

export async function apiOfPath(context: AdminContext, realm: Realm, id: string): Promise<Api> {
  const { apis } = await realmResources(context.db, realm, context.publicUrl)
  const api = [...apis.values()].find((each) => each.id === id)
  if (!api) throw notFound('API')
  return api
}

/** Our own addresses are audiences of built-in APIs: a second one of that name would be taken for them. */
function refuseOwnAddress(context: AdminContext, identifier: string): void {
  if (new URL(identifier).origin !== new URL(context.publicUrl).origin) return
  throw invalidField('identifier', 'must not lie below the public URL of this installation')
}

export const apiHandlers: readonly Handled[] = [
  handle(contract.listApis, async ({ context, realm, query }) => {
    const found = await listApis(context.db, realm, context.publicUrl, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), total: found.total, page: query.page, page_size: query.page_size },
    }
  }),

  handle(contract.createApi, async ({ context, actor, realm, body }) => {
    const { identifier, name = identifier.slice(0, 200) } = body
    refuseOwnAddress(context, identifier)
    const created = await createApi(context.db, actor, realm.id, { identifier, name })
    if (created === 'taken') throw taken('identifier')
    const api = await apiOfPath(context, realm, created.id)
    return { value: shown(api), etag: etagOf(writableOf(api)), location: `/realms/${realm.name}/apis/${api.id}` }
  }),

  handle(contract.readApi, async ({ context, realm, params }) => {
    const api = await apiOfPath(context, realm, params.id)
    return { value: shown(api), etag: etagOf(writableOf(api)) }
  }),

  handle(contract.updateApi, (call) => changeApi(call)),

  handle(contract.deleteApi, removeApi),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeApi(call: Call<typeof contract.updateApi>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const judged = (current: Pick<Api, 'name' | 'identifier'>) => {
    requireMatch(request, writableOf(current))
    return body.name === undefined ? {} : { name: body.name ?? current.identifier.slice(0, 200) }
  }
  const isThere = await updateApi(context.db, actor, realm.id, params.id, judged, revertedTo)
  if (!isThere) throw notFound('API')
  const api = await apiOfPath(context, realm, params.id)
  return { value: shown(api), etag: etagOf(writableOf(api)) }
}

export async function removeApi({ context, actor, realm, params, request }: Call<typeof contract.deleteApi>) {
  const api = await apiOfPath(context, realm, params.id)
  if (api.built_in) throw builtIn('API')
  requireMatch(request, writableOf(api))
  if (!(await deleteApi(context.db, actor, realm.id, api.id))) throw notFound('API')
  return { value: undefined }
}
