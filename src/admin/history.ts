/**
 * What was done to one object, and the way back. Owns: which fields of the audit's documents are the object's writable
 * ones, and that going back is a change like any other: judged by today's rules, with the caller's rights of now. Does
 * not own: the changes themselves (each noun's handler) and what is written down (`store/audit.ts`). Secrets, keys and
 * passwords are in no version, and none of them comes back.
 */
import { updateApi } from '#contract/api.ts'
import { updateClient } from '#contract/client.ts'
import * as contract from '#contract/history.ts'
import type { Operation } from '#contract/operation.ts'
import { updateRealm } from '#contract/realm.ts'
import { updateRole } from '#contract/role.ts'
import { updateScope } from '#contract/scope.ts'
import { updateUser } from '#contract/user.ts'
import type { AuditRecord } from '#store/audit.ts'
import type { Client } from '#store/clients.ts'
import { type Audited, findVersion, listHistory } from '#store/history.ts'
import type { ListQuery } from '#store/listing.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import type { User } from '#store/users.ts'
import { apiOfPath, changeApi, writableOf as writableApi } from './apis.ts'
import { type Call, type Handled, listQueryOf, type Reply } from './call.ts'
import { writableOf as writableClient } from './client-fields.ts'
import { changeClient, clientOfPath } from './clients.ts'
import { patchTowards } from './merge-patch.ts'
import { parseDocument } from './parse.ts'
import { conflict, invalidField, notFound } from './problem.ts'
import { changeRealm, writableOf as writableRealm } from './realms.ts'
import { changeRole, roleOfPath, writableOf as writableRole } from './roles.ts'
import { changeScope, scopeOfPath, writableOf as writableScope } from './scopes.ts'
import { changeUser, userOfPath, writableOf as writableUser } from './users.ts'

type Fields = Readonly<Record<string, unknown>>

/** One object whose history is asked for. */
interface Subject {
  readonly id: string
  /** Its writable fields as they are. */
  readonly current: Fields
  /** The same of what an audit entry holds of it: the object as it was, as JSON. */
  fieldsOf(document: object): Fields
  /** Refuses where a document names what is gone and `fieldsOf` leaves out. */
  requireWhole?(document: object): void
}

interface Noun<O extends Operation> {
  readonly kind: string
  readonly operations: { readonly show: Operation; readonly revert: Operation }
  readonly update: O
  find(call: Call<Operation>, params: Call<O>['params']): Promise<Subject>
  change(call: Call<O>, revertedTo: string): Promise<Reply<unknown>>
}

/** They are what somebody proves themselves with, or say that it must be renewed. */
const neverReverted: ReadonlySet<string> = new Set(['jwks', 'jwks_uri', 'must_change_password'])

function historyOf<O extends Operation>(noun: Noun<O>): Handled[] {
  const { kind, operations, update } = noun
  const objectOf = ({ id }: Subject): Audited => ({ object_kind: kind, object_id: id })
  const show = async (call: Call<Operation>) => {
    const query = call.query as Parameters<typeof listQueryOf>[0]
    const subject = await noun.find(call, call.params as Call<O>['params'])
    const asked: ListQuery = listQueryOf(query)
    const found = await listHistory(call.context.db, objectOf(subject), asked)
    const items = found.items.map((record) => shown(record, kind, subject))
    return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
  }
  const revert = async (call: Call<Operation>) => {
    const { version, ...rest } = call.params as { readonly version: string }
    const params = parseDocument(update.params, rest) as Call<O>['params']
    const subject = await noun.find(call, params)
    const record = await findVersion(call.context.db, objectOf(subject), version)
    if (!record) throw notFound('version')
    const body = parseDocument(update.body, patchOf(record, kind, subject)) as Call<O>['body']
    return await noun.change({ ...call, params, query: {} as Call<O>['query'], body }, version)
  }
  return [
    { operation: operations.show, run: show },
    { operation: operations.revert, run: revert },
  ]
}

/** Whether its documents are the object as it was; those of other actions tell of something else. */
function isWhole({ action }: AuditRecord, kind: string): boolean {
  const [, verb = ''] = action.split('.')
  const isOfObject = ['create', 'update', 'update_with_password', 'delete', 'restore', 'revert'].includes(verb)
  return isOfObject && action === `${kind}.${verb}`
}

function shown(record: AuditRecord, kind: string, subject: Subject): contract.HistoryEntry {
  const { id: version, at_ms, action, actor_kind, actor_name, address, request_id } = record
  const told = (document: unknown) => {
    if (typeof document !== 'object' || document === null) return null
    return isWhole(record, kind) ? { ...subject.fieldsOf(document) } : (document as Record<string, unknown>)
  }
  const { reverted_to = null } = (record.after ?? {}) as { reverted_to?: string | null }
  const who = { actor_kind, actor_name, address, request_id }
  return { version, at_ms, action, ...who, before: told(record.before), after: told(record.after), reverted_to }
}

/** The merge patch that leads back to that version. */
function patchOf(record: AuditRecord, kind: string, subject: Subject): Record<string, unknown> {
  const document = record.after ?? record.before
  if (!isWhole(record, kind) || typeof document !== 'object' || document === null) {
    throw conflict('this version tells of no fields that could come back')
  }
  subject.requireWhole?.(document)
  const fields = Object.entries(subject.fieldsOf(document)).filter(([name]) => !neverReverted.has(name))
  return patchTowards(subject.current, Object.fromEntries(fields))
}

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
