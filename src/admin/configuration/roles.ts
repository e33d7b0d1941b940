import { createRole, deleteRole, roleBody, updateRole } from '#contract/role.ts'
import { realmRoles } from '#store/realm-contents.ts'
import { roleHandlers } from '../roles.ts'
import { type Entry, perform, type Section } from './section.ts'

export const roleSection: Section = {
  name: 'roles',
  kind: 'role',
  key: 'name',
  schema: roleBody,
  secrets: [],
  references: [],
  async open({ context, realm }) {
    const all = await realmRoles(context.db.sql, realm.id)
    const own = all.filter((role) => !role.built_in)
    return {
      entries: new Map(own.map(({ name, description }) => [name, { name, description }])),
      builtIn: new Set(all.filter((role) => role.built_in).map((role) => role.name)),
      complete: ({ name, ...given }: Entry) => ({ name, description: '', ...given }),
    }
  },
  async create(scene, entry) {
    const body = roleBody.parse(entry)
    await perform(scene, roleHandlers, createRole, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, name, body) {
    await perform(scene, roleHandlers, updateRole, { params: { realm: scene.realm.name, name }, query: {}, body })
    return undefined
  },
  async delete(scene, name) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, roleHandlers, deleteRole, { params, query: {}, body: undefined })
  },
}
