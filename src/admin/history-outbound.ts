/**
 * The nouns of the door out that have a history. Their rows point at others by internal ids; a version is told in the
 * names of now, and what it named and is gone since is refused on the way back instead of left out.
 */
import { applications } from '#contract/application.ts'
import { updateCategory } from '#contract/category.ts'
import { updateConnector } from '#contract/connector.ts'
import { environments } from '#contract/environment.ts'
import * as contract from '#contract/history.ts'
import { updateOAuthServer } from '#contract/oauth-server.ts'
import { updateProfile } from '#contract/profile.ts'
import { shippedProfile } from '#outbound/profiles/catalogue.ts'
import { type Category, realmCategories } from '#store/categories.ts'
import type { Connector } from '#store/connectors.ts'
import type { NamedFields } from '#store/named-rows.ts'
import { findOAuthServerById, type OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { clientIdsOf } from './allowed-clients.ts'
import type { Call, Handled } from './call.ts'
import { categoryOfPath, changeCategory, writableOf as writableCategory } from './categories.ts'
import { changeConnector, connectorOfPath, showConnector } from './connectors.ts'
import type { AdminContext } from './context.ts'
import { type Fields, historyOf, type Noun } from './history.ts'
import { changeLayer, layerOfPath, writableOf as writableLayer } from './layers.ts'
import { fieldsOf as writableServer } from './oauth-server-draft.ts'
import { showOverrides } from './oauth-server-shown.ts'
import { changeOAuthServer, serverOfPath } from './oauth-servers.ts'
import { invalidField, notFound } from './problem.ts'
import { changeProfile, profileOfPath, profileVersion } from './profiles.ts'

function layers(kind: 'environment' | 'application', operations: typeof environments): Noun<typeof operations.update> {
  return {
    kind,
    operations: kind === 'environment' ? contract.environmentHistory : contract.applicationHistory,
    update: operations.update,
    change: (call, revertedTo) => changeLayer(kind, call, revertedTo),
    async find({ context, realm }, { name }) {
      const layer = await layerOfPath(context, kind, realm, name)
      return { id: layer.id, current: writableLayer(layer), fieldsOf: (was) => writableLayer(was as NamedFields) }
    },
  }
}

/** Refuses where a client that a list names is gone. */
async function requireClients(context: AdminContext, ids: readonly string[]): Promise<void> {
  if ((await clientIdsOf(context, ids)).length === ids.length) return
  throw invalidField('allowed_clients', 'a client of that version is no longer there')
}

const categories: Noun<typeof updateCategory> = {
  kind: 'category',
  operations: contract.categoryHistory,
  update: updateCategory,
  change: changeCategory,
  async find({ context, realm }, { name }) {
    const category = await categoryOfPath(context, realm, name)
    const fieldsOf = async (was: object) => {
      const { allowed_clients, ...fields } = writableCategory(was as Category)
      return { ...fields, allowed_clients: allowed_clients && (await clientIdsOf(context, allowed_clients)) }
    }
    return {
      id: category.id,
      current: await fieldsOf(category),
      fieldsOf,
      requireWhole: (was) => requireClients(context, (was as Category).allowed_clients ?? []),
    }
  },
}

const connectors: Noun<typeof updateConnector> = {
  kind: 'connector',
  operations: contract.connectorHistory,
  update: updateConnector,
  change: changeConnector,
  async find({ context, realm }, { name }) {
    const connector = await connectorOfPath(context, realm, name)
    const fieldsOf = async (was: object) => {
      const { created_at: _created, updated_at: _updated, ...fields } = await showConnector(context, was as Connector)
      return fields
    }
    return {
      id: connector.id,
      current: await fieldsOf(connector),
      fieldsOf,
      async requireWhole(was) {
        if (await findOAuthServerById(context.db, (was as Connector).server_id)) return
        throw invalidField('oauth_server', 'the OAuth server of that version is no longer there')
      },
    }
  },
}

/** What comes with the program has no history here. */
const profiles: Noun<typeof updateProfile> = {
  kind: 'profile',
  operations: contract.profileHistory,
  update: updateProfile,
  change: changeProfile,
  async find({ context, realm }, { name }) {
    if (shippedProfile(name)) throw notFound('profile of this realm’s own')
    const profile = await profileOfPath(context, realm, name)
    const fieldsOf = (was: object) => profileVersion(was as typeof profile)
    return { id: profile.id, current: fieldsOf(profile), fieldsOf }
  },
}

/** In words of the contract. */
async function serverFields(context: AdminContext, realm: Realm, server: OAuthServer): Promise<Fields> {
  const { category_id, allowed_clients, ...fields } = writableServer(server)
  const category = category_id === null ? undefined : (await realmCategories(context.db, realm.id)).get(category_id)
  return {
    ...fields,
    slug: server.slug,
    category: category?.name ?? null,
    allowed_clients: await clientIdsOf(context, allowed_clients),
    overrides: await showOverrides(context, realm, server),
  }
}

async function requireWholeServer(context: AdminContext, realm: Realm, server: OAuthServer): Promise<void> {
  await requireClients(context, server.allowed_clients)
  const { category_id, overrides } = server
  if (category_id !== null && !(await realmCategories(context.db, realm.id)).has(category_id)) {
    throw invalidField('category', 'the category of that version is no longer there')
  }
  const { environments: byName, applications: byNameToo } = await realmResources(context.db, realm, context.publicUrl)
  const there = new Set([...byName.values(), ...byNameToo.values()])
  const isThere = ({ environment_id, application_id }: OAuthServer['overrides'][number]) =>
    there.has(environment_id ?? application_id ?? '')
  if (!overrides.every(isThere)) {
    throw invalidField('overrides', 'an environment or application of that version is no longer there')
  }
}

const servers: Noun<typeof updateOAuthServer> = {
  kind: 'oauth_server',
  operations: contract.oauthServerHistory,
  update: updateOAuthServer,
  change: changeOAuthServer,
  async find({ context, realm }: Pick<Call<typeof updateOAuthServer>, 'context' | 'realm'>, { slug }) {
    const server = await serverOfPath(context, realm, slug)
    const fieldsOf = (was: object) => serverFields(context, realm, was as OAuthServer)
    return {
      id: server.id,
      current: await fieldsOf(server),
      fieldsOf,
      // It was switched off or on: nothing else changed.
      partOf: (was) => ({ disabled_reason: (was as OAuthServer).disabled_reason }),
      requireWhole: (was) => requireWholeServer(context, realm, was as OAuthServer),
    }
  },
}

export const outboundHistoryHandlers: readonly Handled[] = [
  ...historyOf(layers('environment', environments)),
  ...historyOf(layers('application', applications)),
  ...historyOf(categories),
  ...historyOf(servers),
  ...historyOf(connectors),
  ...historyOf(profiles),
]
