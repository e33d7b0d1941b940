import { createScope, deleteScope, scopeBody, updateScope } from '#contract/scope.ts'
import { realmResources } from '#store/resources.ts'
import { invalidField } from '../problem.ts'
import { scopeHandlers } from '../scopes.ts'
import { type Entry, perform, type Section } from './section.ts'

export const scopeSection: Section = {
  name: 'scopes',
  kind: 'scope',
  key: 'name',
  schema: scopeBody,
  secrets: [],
  references: ['api'],
  async open({ context, realm }) {
    const all = [...(await realmResources(context.db, realm, context.publicUrl)).scopes.values()]
    const own = all.filter((scope) => !scope.built_in)
    return {
      entries: new Map(own.map(({ name, api_identifier: api, description }) => [name, { name, api, description }])),
      builtIn: new Set(all.filter((scope) => scope.built_in).map((scope) => scope.name)),
      complete: ({ name, api, ...given }: Entry) => ({ name, api, description: '', ...given }),
    }
  },
  async create(scene, entry) {
    const body = scopeBody.parse(entry)
    await perform(scene, scopeHandlers, createScope, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, name, patch) {
    if ('api' in patch) throw invalidField('api', 'is fixed once the scope is there; delete it first, or name it anew')
    const params = { realm: scene.realm.name, name }
    await perform(scene, scopeHandlers, updateScope, { params, query: {}, body: patch })
    return undefined
  },
  async delete(scene, name) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, scopeHandlers, deleteScope, { params, query: {}, body: undefined })
  },
}
