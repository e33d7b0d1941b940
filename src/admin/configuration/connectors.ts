import {
  connectorBody,
  connectorPatch,
  createConnector,
  deleteConnector,
  updateConnector,
} from '#contract/connector.ts'
import { realmConnectors } from '#store/realm-contents.ts'
import { completeConnector, connectorHandlers, showConnector } from '../connectors.ts'
import { type Entry, perform, type Section } from './section.ts'

export const connectorSection: Section = {
  name: 'connectors',
  kind: 'connector',
  key: 'name',
  required: ['oauth_server'],
  schema: connectorBody,
  secrets: [],
  references: [],
  async open({ context, realm }) {
    const entries = new Map<string, Entry>()
    for (const connector of await realmConnectors(context.db.sql, realm.id)) {
      const { created_at: _created, updated_at: _updated, ...fields } = await showConnector(context, connector)
      entries.set(connector.name, inOrder(fields))
    }
    return {
      entries,
      builtIn: new Set(),
      complete: ({ name, oauth_server, ...given }: Entry) =>
        inOrder({ name, oauth_server, ...completeConnector(connectorPatch.parse(given)) }),
    }
  },
  async create(scene, entry) {
    const body = connectorBody.parse(entry)
    await perform(scene, connectorHandlers, createConnector, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, name, patch) {
    const params = { realm: scene.realm.name, name }
    const body = connectorPatch.parse(patch)
    await perform(scene, connectorHandlers, updateConnector, { params, query: {}, body })
    return undefined
  },
  async delete(scene, name) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, connectorHandlers, deleteConnector, { params, query: {}, body: undefined })
  },
}

/** As the contract has its fields: the method before the body, which it may forbid. */
function inOrder(fields: Entry): Entry {
  return Object.fromEntries(Object.keys(connectorPatch.shape).map((name) => [name, fields[name]]))
}
