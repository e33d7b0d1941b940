/** Categories of OAuth servers. */
import * as contract from '#contract/category.ts'
import {
  type Category,
  type CategoryFields,
  createCategory,
  deleteCategory,
  findCategory,
  listCategories,
  updateCategory,
} from '#store/categories.ts'
import type { Realm } from '#store/realms.ts'
import { clientIdsOf, idsOfClients } from './allowed-clients.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { conflict, invalidField, notFound, taken } from './problem.ts'

export function writableOf({ name, description, allowed_clients }: Category): CategoryFields {
  return { name, description, allowed_clients }
}

async function shown(context: AdminContext, category: Category): Promise<contract.Category> {
  const { name, description, allowed_clients, created_at, updated_at } = category
  const allowed = allowed_clients === null ? null : await clientIdsOf(context, allowed_clients)
  return { name, description, allowed_clients: allowed, created_at, updated_at }
}

async function answerOf(context: AdminContext, category: Category) {
  return { value: await shown(context, category), etag: etagOf(writableOf(category)) }
}

export async function categoryOfPath(context: AdminContext, realm: Realm, name: string): Promise<Category> {
  const category = await findCategory(context.db, realm.id, name)
  if (!category) throw notFound('category')
  return category
}

/** null: nobody is kept out. */
async function allowedIds(context: AdminContext, realm: Realm, given: readonly string[] | null | undefined) {
  return given ? await idsOfClients(context, realm, given) : null
}

export const categoryHandlers: readonly Handled[] = [
  handle(contract.listCategories, async ({ context, realm, query }) => {
    const found = await listCategories(context.db, realm.id, listQueryOf(query))
    const items = await Promise.all(found.items.map(async (each) => shown(context, each)))
    return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
  }),

  handle(contract.createCategory, async ({ context, actor, realm, body }) => {
    const { name, description = '' } = body
    const allowed_clients = await allowedIds(context, realm, body.allowed_clients)
    const category = await createCategory(context.db, actor, realm.id, { name, description, allowed_clients })
    if (category === 'taken') throw taken('name')
    const location = `/realms/${realm.name}/categories/${encodeURIComponent(name)}`
    return { ...(await answerOf(context, category)), location }
  }),

  handle(contract.readCategory, async ({ context, realm, params }) =>
    answerOf(context, await categoryOfPath(context, realm, params.name)),
  ),

  handle(contract.updateCategory, (call) => changeCategory(call)),

  handle(contract.deleteCategory, removeCategory),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeCategory(call: Call<typeof contract.updateCategory>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const { name, description } = body
  if (name === null) throw invalidField('name', 'must be there')
  const allowed = await allowedIds(context, realm, body.allowed_clients)
  const judged = (current: Category) => {
    requireMatch(request, writableOf(current))
    return {
      name: name ?? current.name,
      description: description === undefined ? current.description : (description ?? ''),
      allowed_clients: body.allowed_clients === undefined ? current.allowed_clients : allowed,
    }
  }
  const category = await updateCategory(context.db, actor, realm.id, params.name, judged, revertedTo)
  if (!category) throw notFound('category')
  if (category === 'taken') throw taken('name')
  return await answerOf(context, category)
}

export async function removeCategory(call: Call<typeof contract.deleteCategory>) {
  const { context, actor, realm, params, request } = call
  requireMatch(request, writableOf(await categoryOfPath(context, realm, params.name)))
  const done = await deleteCategory(context.db, actor, realm.id, params.name)
  if (done === 'used') throw conflict('there are OAuth servers in this category')
  if (!done) throw notFound('category')
  return { value: undefined }
}
