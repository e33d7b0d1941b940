/**
 * The same for many objects at once. Each goes the way of a single change: with its rules, its transaction and its audit
 * entry. One that is refused keeps none of the others back.
 */
import * as contract from '#contract/bulk.ts'
import type { Operation } from '#contract/operation.ts'
import { deleteRole } from '#contract/role.ts'
import { Refusal } from '#http/refusal.ts'
import { removeApi } from './apis.ts'
import { type Call, type Handled, handle } from './call.ts'
import { removeCategory } from './categories.ts'
import { changeClient, removeClient } from './clients.ts'
import { removeConnector } from './connectors.ts'
import { removeLayer } from './layers.ts'
import { removeOAuthServer, switchOAuthServer } from './oauth-servers.ts'
import { removeProfile } from './profiles.ts'
import { changeRealm, removeRealm } from './realms.ts'
import { removeRole } from './roles.ts'
import { removeScope } from './scopes.ts'
import { translated } from './store-refusals.ts'
import { changeUser, removeUser } from './users.ts'

export const bulkHandlers: readonly Handled[] = [
  handle(contract.bulkRealms, (call) =>
    eachOf(call, call.body.ids, (realm) => {
      const one = { ...call, params: { realm } }
      if (call.body.action === 'delete') return removeRealm({ ...one, body: undefined })
      return changeRealm({ ...one, body: { enabled: call.body.action === 'enable' } })
    }),
  ),

  handle(contract.bulkClients, (call) =>
    eachOf(call, call.body.ids, (client_id) => {
      const one = { ...call, params: { realm: call.realm.name, client_id } }
      if (call.body.action === 'delete') return removeClient({ ...one, body: undefined })
      return changeClient({ ...one, body: { enabled: call.body.action === 'enable' } })
    }),
  ),

  handle(contract.bulkUsers, (call) =>
    eachOf(call, call.body.ids, (id) => {
      const one = { ...call, params: { realm: call.realm.name, id } }
      if (call.body.action === 'delete') return removeUser({ ...one, body: undefined })
      return changeUser({ ...one, body: { enabled: call.body.action === 'enable' } })
    }),
  ),

  handle(contract.bulkOAuthServers, (call) =>
    eachOf(call, call.body.ids, (slug) => {
      const one = { ...call, params: { realm: call.realm.name, slug } }
      if (call.body.action === 'delete') return removeOAuthServer({ ...one, body: undefined })
      return switchOAuthServer(one, call.body.action === 'enable' ? null : `disabled by ${call.actor.name}`)
    }),
  ),

  handle(contract.bulkApis, (call) =>
    eachOf(call, call.body.ids, (id) =>
      removeApi({ ...call, params: { realm: call.realm.name, id }, body: undefined }),
    ),
  ),

  handle(contract.bulkRoles, byName(removeRole)),
  handle(contract.bulkScopes, byName(removeScope)),
  handle(
    contract.bulkEnvironments,
    byName((call) => removeLayer('environment', call)),
  ),
  handle(
    contract.bulkApplications,
    byName((call) => removeLayer('application', call)),
  ),
  handle(contract.bulkCategories, byName(removeCategory)),
  handle(contract.bulkConnectors, byName(removeConnector)),
  handle(contract.bulkProfiles, byName(removeProfile)),
]

/** Of nouns that are named by `name` and can only be deleted. */
function byName(remove: (call: Call<typeof deleteRole>) => Promise<unknown>) {
  return (call: Call<typeof contract.bulkRoles>) =>
    eachOf(call, call.body.ids, (name) =>
      remove({ ...call, params: { realm: call.realm.name, name }, body: undefined }),
    )
}

async function eachOf(
  { request }: Pick<Call<Operation>, 'request'>,
  ids: readonly string[],
  change: (id: string) => Promise<unknown>,
): Promise<{ value: contract.BulkResults }> {
  const results: contract.BulkResults['results'] = []
  for (const id of ids) {
    try {
      await translated(() => change(id))
      results.push({ id, status: 'done' })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      request.log.info({ ...error.detail, error: error.error, refused: id }, 'refused, of many')
      results.push({ id, status: 'refused', reason: error.description })
    }
  }
  return { value: { results } }
}
