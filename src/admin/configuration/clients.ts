/**
 * Clients. `require_client_secret` and `offline_access` follow from the method and the scope: a document may say them, an
 * export leaves them out.
 */
import type { z } from 'zod'
import { clientBody, clientPatch, createClient, deleteClient, typedSecret, updateClient } from '#contract/client.ts'
import { createSecret } from '#contract/client-secret.ts'
import { secretReference } from '#contract/configuration.ts'
import { realmClients } from '#store/realm-contents.ts'
import { realmResources } from '#store/resources.ts'
import { resolveClient, writableOf } from '../client-fields.ts'
import { clientSecretHandlers } from '../client-secrets.ts'
import { clientHandlers } from '../clients.ts'
import { systemRealm } from '../gate.ts'
import { holdsClientSecret } from './secrets.ts'
import { type Entry, perform, type Section } from './section.ts'

const followed: ReadonlySet<string> = new Set(['require_client_secret', 'offline_access'])
/** Several fields of a document decide together what these are. */
const derived: ReadonlySet<string> = new Set(['token_endpoint_auth_method', 'scope'])
/** What the others' defaults rest on comes first. */
const leading = ['client_name', 'description', 'enabled', 'grant_types', 'token_endpoint_auth_method', 'scope']
const given = clientBody.omit({ client_secret: true })

function fieldsIn(realmName: string): readonly string[] {
  const known = Object.keys(clientPatch.shape).filter((name) => !followed.has(name))
  const fields = realmName === systemRealm ? known : known.filter((name) => name !== 'roles')
  return [...leading, ...fields.filter((name) => !leading.includes(name))]
}

export const clientSection: Section = {
  name: 'clients',
  kind: 'client',
  key: 'client_id',
  schema: given.extend({ client_secret: secretReference.optional() }),
  secrets: [{ field: 'client_secret', schema: typedSecret }],
  references: ['resource_server_for'],
  async open({ context, realm }) {
    const all = await realmClients(context.db.sql, realm.id)
    const resources = await realmResources(context.db, realm, context.publicUrl)
    const names = fieldsIn(realm.name)
    const entryOf = (client_id: string, fields: Entry): Entry =>
      Object.fromEntries([['client_id', client_id], ...names.map((name) => [name, fields[name] ?? null])])
    const own = all.filter((client) => !client.built_in)
    return {
      entries: new Map(
        own.map((client) => [client.client_id, entryOf(client.client_id, { ...writableOf(client, resources, realm) })]),
      ),
      builtIn: new Set([...all.filter((client) => client.built_in).map((client) => client.client_id), realm.name]),
      complete(entry: Entry) {
        const { client_id, ...said } = entry as z.output<typeof given>
        const resolved: Entry = { ...resolveClient(client_id, said, undefined, realm, resources) }
        const asSaid = Object.entries(said).filter(([name]) => !derived.has(name))
        return entryOf(client_id, { ...resolved, ...Object.fromEntries(asSaid) })
      },
    }
  },
  holds: async (scene, clientId, _field, value) => await holdsClientSecret(scene, clientId, value),
  async create(scene, entry, secrets) {
    const params = { realm: scene.realm.name }
    const body = { ...given.parse(entry), ...secrets }
    const made = await perform(scene, clientHandlers, createClient, { params, query: {}, body })
    // A new machine client is given the role that its scope asks for; a document that says "none" means none.
    if (body.roles?.length === 0 && made.roles?.length) {
      await perform(scene, clientHandlers, updateClient, {
        params: { ...params, client_id: made.client_id },
        query: {},
        body: { roles: [] },
      })
    }
    return made.client_secret
  },
  async update(scene, client_id, patch, { changed }) {
    const params = { realm: scene.realm.name, client_id }
    const body = clientPatch.parse(patch)
    const isChanged = Object.keys(patch).length > 0
    const updated = isChanged && (await perform(scene, clientHandlers, updateClient, { params, query: {}, body }))
    const secret = changed['client_secret']
    if (secret === undefined) return updated ? updated.client_secret : undefined
    await perform(scene, clientSecretHandlers, createSecret, { params, query: {}, body: { secret } })
    return undefined
  },
  async delete(scene, client_id) {
    const params = { realm: scene.realm.name, client_id }
    await perform(scene, clientHandlers, deleteClient, { params, query: {}, body: undefined })
  },
}
