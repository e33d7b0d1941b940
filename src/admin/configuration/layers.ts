/** Environments and applications: a name and a description each. Clients and OAuth servers point at them. */
import { applications } from '#contract/application.ts'
import { environments } from '#contract/environment.ts'
import { realmNamed } from '#store/realm-contents.ts'
import { layerHandlers } from '../layers.ts'
import { type Entry, perform, type Section } from './section.ts'

function layerSection(kind: 'environment' | 'application', contract: typeof environments): Section {
  const schema = contract.create.body
  return {
    name: `${kind}s`,
    kind,
    key: 'name',
    schema,
    secrets: [],
    references: [],
    async open({ context, realm }) {
      const all = await realmNamed(context.db.sql, kind, realm.id)
      return {
        entries: new Map(all.map(({ name, description }) => [name, { name, description }])),
        builtIn: new Set(),
        complete: ({ name, ...given }: Entry) => ({ name, description: '', ...given }),
      }
    },
    async create(scene, entry) {
      const body = schema.parse(entry)
      await perform(scene, layerHandlers, contract.create, { params: { realm: scene.realm.name }, query: {}, body })
      return undefined
    },
    async update(scene, name, body) {
      const params = { realm: scene.realm.name, name }
      await perform(scene, layerHandlers, contract.update, { params, query: {}, body })
      return undefined
    },
    async delete(scene, name) {
      const params = { realm: scene.realm.name, name }
      await perform(scene, layerHandlers, contract.remove, { params, query: {}, body: undefined })
    },
  }
}

export const environmentSection = layerSection('environment', environments)
export const applicationSection = layerSection('application', applications)
