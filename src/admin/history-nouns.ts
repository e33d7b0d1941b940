/** The nouns of the door in and of the house itself that have a history, and what of each a version holds. */
import { updateApi } from '#contract/api.ts'
import { updateClient } from '#contract/client.ts'
import * as contract from '#contract/history.ts'
import { updateRealm } from '#contract/realm.ts'
import { updateRole } from '#contract/role.ts'
import { updateScope } from '#contract/scope.ts'
import { updateUser } from '#contract/user.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import type { User } from '#store/users.ts'
import { apiOfPath, changeApi, writableOf as writableApi } from './apis.ts'
import type { Handled } from './call.ts'
import { writableOf as writableClient } from './client-fields.ts'
import { changeClient, clientOfPath } from './clients.ts'
import { historyOf, type Noun } from './history.ts'
import { invalidField } from './problem.ts'
import { changeRealm, writableOf as writableRealm } from './realms.ts'
import { changeRole, roleOfPath, writableOf as writableRole } from './roles.ts'
import { changeScope, scopeOfPath, writableOf as writableScope } from './scopes.ts'
import { changeUser, userOfPath, writableOf as writableUser } from './users.ts'

const clients: Noun<typeof updateClient> = {
  kind: 'client',
  operations: contract.clientHistory,
  update: updateClient,
  change: changeClient,
  async find({ context, realm }, { client_id }) {
    const client = await clientOfPath(context, realm, client_id)
    const resources = await realmResources(context.db, realm, context.publicUrl)
    const fieldsOf = (document: object) => {
      const { scope } = document as Client
      return writableClient({ ...(document as Client), scopes: new Set(scope.split(' ')) }, resources, realm)
    }
    return {
      id: client.id,
      current: fieldsOf(client),
      fieldsOf,
      requireWhole(document) {
        const { resource_server_for: before } = document as Client
        if (before.length === fieldsOf(document).resource_server_for.length) return
        throw invalidField('resource_server_for', 'an API of that version is no longer there')
      },
    }
  },
}

const users: Noun<typeof updateUser> = {
  kind: 'user',
  operations: contract.userHistory,
  update: updateUser,
  change: changeUser,
  async find({ context, realm }, { id }) {
    const user = await userOfPath(context, realm, id)
    return { id: user.id, current: writableUser(user), fieldsOf: (document) => writableUser(document as User) }
  },
}

const roles: Noun<typeof updateRole> = {
  kind: 'role',
  operations: contract.roleHistory,
  update: updateRole,
  change: changeRole,
  async find({ context, realm }, { name }) {
    const role = await roleOfPath(context, realm, name)
    return { id: role.id, current: writableRole(role), fieldsOf: (document) => writableRole(document as typeof role) }
  },
}

const scopes: Noun<typeof updateScope> = {
  kind: 'scope',
  operations: contract.scopeHistory,
  update: updateScope,
  change: changeScope,
  async find({ context, realm }, { name }) {
    const scope = await scopeOfPath(context, realm, name)
    const fieldsOf = (document: object) => writableScope(document as typeof scope)
    return { id: scope.id, current: fieldsOf(scope), fieldsOf }
  },
}

const apis: Noun<typeof updateApi> = {
  kind: 'api',
  operations: contract.apiHistory,
  update: updateApi,
  change: changeApi,
  async find({ context, realm }, { id }) {
    const api = await apiOfPath(context, realm, id)
    return { id: api.id, current: writableApi(api), fieldsOf: (document) => writableApi(document as typeof api) }
  },
}

const realms: Noun<typeof updateRealm> = {
  kind: 'realm',
  operations: contract.realmHistory,
  update: updateRealm,
  change: changeRealm,
  async find({ realm }) {
    const fieldsOf = (document: object) => writableRealm(document as Realm)
    return { id: realm.id, current: fieldsOf(realm), fieldsOf }
  },
}

export const historyHandlers: readonly Handled[] = [
  ...historyOf(realms),
  ...historyOf(clients),
  ...historyOf(users),
  ...historyOf(roles),
  ...historyOf(scopes),
  ...historyOf(apis),
]
