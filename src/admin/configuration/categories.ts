import { createCategory, deleteCategory, updateCategory } from '#contract/category.ts'
import { realmCategories } from '#store/categories.ts'
import { clientIdsOf } from '../allowed-clients.ts'
import { categoryHandlers } from '../categories.ts'
import { type Entry, perform, type Section } from './section.ts'

const schema = createCategory.body

export const categorySection: Section = {
  name: 'categories',
  kind: 'category',
  key: 'name',
  schema,
  secrets: [],
  references: [],
  async open({ context, realm }) {
    const entries = new Map<string, Entry>()
    for (const { name, description, allowed_clients } of (await realmCategories(context.db, realm.id)).values()) {
      const allowed = allowed_clients === null ? null : await clientIdsOf(context, allowed_clients)
      entries.set(name, { name, description, allowed_clients: allowed })
    }
    return {
      entries,
      builtIn: new Set(),
      complete: ({ name, ...given }: Entry) => ({ name, description: '', allowed_clients: null, ...given }),
    }
  },
  async create(scene, entry) {
    const body = schema.parse(entry)
    await perform(scene, categoryHandlers, createCategory, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, name, body) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, categoryHandlers, updateCategory, { params, query: {}, body })
    return undefined
  },
  async delete(scene, name) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, categoryHandlers, deleteCategory, { params, query: {}, body: undefined })
  },
}
