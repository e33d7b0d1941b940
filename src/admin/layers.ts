/** Environments and applications: the same rules for both. */
import { applications } from '#contract/application.ts'
import { environments } from '#contract/environment.ts'
import {
  createNamed,
  deleteNamed,
  findNamed,
  listNamed,
  type Named,
  type NamedFields,
  type NamedKind,
  updateNamed,
} from '#store/named-rows.ts'
import type { Realm } from '#store/realms.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { conflict, invalidField, notFound, taken } from './problem.ts'

export function writableOf({ name, description }: NamedFields) {
  return { name, description }
}

function shown(named: Named) {
  const { name, description, created_at, updated_at } = named
  return { name, description, created_at, updated_at }
}

function answerOf(named: Named) {
  return { value: shown(named), etag: etagOf(writableOf(named)) }
}

export async function layerOfPath(context: AdminContext, kind: NamedKind, realm: Realm, name: string): Promise<Named> {
  const named = await findNamed(context.db, kind, realm.id, name)
  if (!named) throw notFound(kind)
  return named
}

function handlersOf(kind: NamedKind, contract: typeof environments): readonly Handled[] {
  return [
    handle(contract.list, async ({ context, realm, query }) => {
      const found = await listNamed(context.db, kind, realm.id, listQueryOf(query))
      const items = found.items.map(shown)
      return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
    }),

    handle(contract.create, async ({ context, actor, realm, body }) => {
      const { name, description = '' } = body
      const named = await createNamed(context.db, actor, kind, realm.id, { name, description })
      if (named === 'taken') throw taken('name')
      return { ...answerOf(named), location: `/realms/${realm.name}/${kind}s/${encodeURIComponent(name)}` }
    }),

    handle(contract.read, async ({ context, realm, params }) =>
      answerOf(await layerOfPath(context, kind, realm, params.name)),
    ),

    handle(contract.update, (call) => changeLayer(kind, call)),

    handle(contract.remove, (call) => removeLayer(kind, call)),
  ]
}

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeLayer(kind: NamedKind, call: Call<typeof environments.update>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const { name, description } = body
  if (name === null) throw invalidField('name', 'must be there')
  const judged = (current: Named) => {
    requireMatch(request, writableOf(current))
    return {
      name: name ?? current.name,
      description: description === undefined ? current.description : (description ?? ''),
    }
  }
  const named = await updateNamed(context.db, actor, kind, realm.id, params.name, judged, revertedTo)
  if (!named) throw notFound(kind)
  if (named === 'taken') throw taken('name')
  return answerOf(named)
}

export async function removeLayer(kind: NamedKind, call: Call<typeof environments.remove>) {
  const { context, actor, realm, params, request } = call
  requireMatch(request, writableOf(await layerOfPath(context, kind, realm, params.name)))
  const done = await deleteNamed(context.db, actor, kind, realm.id, params.name)
  if (done === 'used') throw conflict(`clients or OAuth servers name this ${kind}`)
  if (!done) throw notFound(kind)
  return { value: undefined }
}

export const layerHandlers: readonly Handled[] = [
  ...handlersOf('environment', environments),
  ...handlersOf('application', applications),
]
