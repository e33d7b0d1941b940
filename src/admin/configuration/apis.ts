import { apiBody, createApi, deleteApi, updateApi } from '#contract/api.ts'
import { realmResources } from '#store/resources.ts'
import { apiHandlers } from '../apis.ts'
import { notFound } from '../problem.ts'
import { type Entry, perform, type Scene, type Section } from './section.ts'

export const apiSection: Section = {
  name: 'apis',
  kind: 'api',
  key: 'identifier',
  schema: apiBody,
  secrets: [],
  references: [],
  async open({ context, realm }) {
    const all = [...(await realmResources(context.db, realm, context.publicUrl)).apis.values()]
    const own = all.filter((api) => !api.built_in)
    return {
      entries: new Map(own.map(({ identifier, name }) => [identifier, { identifier, name }])),
      builtIn: new Set(all.filter((api) => api.built_in).map((api) => api.identifier)),
      complete: (given: Entry) => ({ name: String(given['identifier']).slice(0, 200), ...given }),
    }
  },
  async create(scene, entry) {
    const body = apiBody.parse(entry)
    await perform(scene, apiHandlers, createApi, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, identifier, body) {
    await perform(scene, apiHandlers, updateApi, { params: await paramsOf(scene, identifier), query: {}, body })
    return undefined
  },
  async delete(scene, identifier) {
    const params = await paramsOf(scene, identifier)
    await perform(scene, apiHandlers, deleteApi, { params, query: {}, body: undefined })
  },
}

/** The management API names them by their ids, which differ from one installation to another. */
async function paramsOf({ context, realm }: Scene, identifier: string) {
  const api = (await realmResources(context.db, realm, context.publicUrl)).apis.get(identifier)
  if (!api) throw notFound('API')
  return { realm: realm.name, id: api.id }
}
