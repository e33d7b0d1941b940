/** Clients: registering, changing and ending them. What a client may look like is `client-fields.ts`. */
import * as contract from '#contract/client.ts'
import { type ClientActivity, findClientActivity } from '#store/client-activity.ts'
import { createClient, deleteClient, updateClient } from '#store/client-changes.ts'
import { type ClientContact, findClientContacts } from '#store/client-contacts.ts'
import { type Client, findClient, listClients, registeredUris } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { type Resources, realmResources } from '#store/resources.ts'
import { ensureRealmRoles } from './administrative-roles.ts'
import { type Call, type Handled, handle, listQueryOf, totalsOf } from './call.ts'
import { judgeClient, resolveClient, secretKind, type Writable, writableOf } from './client-fields.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import type { Administrator } from './gate.ts'
import { builtIn, conflict, notFound, readOnlyHere, taken } from './problem.ts'
import { prepareSecret } from './secrets.ts'

/** What may be changed of a client that the house depends on. */
const changeableOfBuiltIn: ReadonlySet<string> = new Set([
  'client_name',
  'description',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
])

/** A client as the API shows it, with what it did until this moment. */
async function shownNow(
  context: AdminContext,
  realm: Realm,
  resources: Resources,
  client: Client,
): Promise<contract.Client> {
  await context.activity.flush()
  const activityOf = await activityBeside(context, realm, [client])
  return shown(context, realm, resources, client, activityOf(client))
}

type Activity = ClientActivity & ClientContact

/** What they did, from where they came, and what was refused to them. */
async function activityBeside(
  { db }: AdminContext,
  realm: Realm,
  clients: readonly Client[],
): Promise<(client: Client) => Activity> {
  const activityOf = await findClientActivity(db, realm, clients)
  const contactOf = await findClientContacts(db, clients)
  return (client) => ({ ...activityOf(client), ...contactOf(client) })
}

function shown(
  context: AdminContext,
  realm: Realm,
  resources: Resources,
  client: Client,
  activity: Activity,
): contract.Client {
  const { client_id, built_in, registered_by, created_at, updated_at } = client
  const writable = writableOf(client, resources, realm)
  return {
    client_id,
    ...writable,
    redirect_uris: [...registeredUris(writable.redirect_uris, context.publicUrl)],
    post_logout_redirect_uris: [...registeredUris(writable.post_logout_redirect_uris, context.publicUrl)],
    allowed_cors_origins: [...registeredUris(writable.allowed_cors_origins, context.publicUrl)],
    ...activity,
    built_in,
    registered_by,
    created_at,
    updated_at,
  }
}

/** The live client that the path names. */
export async function clientOfPath(context: AdminContext, realm: Realm, clientId: string): Promise<Client> {
  const client = await findClient(context.db, realm.id, clientId)
  if (!client) throw notFound('client')
  return client
}

/** A caller that ends its own way in could leave nobody who may come in. */
function refuseSelfHarm(administrator: Administrator, client: Client, next?: { enabled: boolean }): void {
  if (administrator.kind === 'client' && administrator.id === client.id && !next?.enabled) {
    throw conflict('a client can neither delete nor disable itself')
  }
}

export const clientHandlers: readonly Handled[] = [
  handle(contract.listClients, async ({ context, realm, query }) => {
    const resources = await realmResources(context.db, realm, context.publicUrl)
    await context.activity.flush()
    const found = await listClients(context.db, realm.id, listQueryOf(query))
    const activityOf = await activityBeside(context, realm, found.items)
    const items = found.items.map((client) => shown(context, realm, resources, client, activityOf(client)))
    return { value: { items, ...totalsOf(found), page: query.page, page_size: query.page_size } }
  }),

  handle(contract.createClient, register),

  handle(contract.readClient, async ({ context, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    const resources = await realmResources(context.db, realm, context.publicUrl)
    return {
      value: await shownNow(context, realm, resources, client),
      etag: etagOf(writableOf(client, resources, realm)),
    }
  }),

  handle(contract.updateClient, (call) => changeClient(call)),

  handle(contract.deleteClient, removeClient),
]

export async function removeClient(call: Call<typeof contract.deleteClient>) {
  const { context, actor, administrator, realm, params, request } = call
  const client = await clientOfPath(context, realm, params.client_id)
  if (client.built_in) throw builtIn('client')
  refuseSelfHarm(administrator, client)
  requireMatch(request, writableOf(client, await realmResources(context.db, realm, context.publicUrl), realm))
  if (!(await deleteClient(context.db, actor, realm.id, client.client_id))) throw notFound('client')
  return { value: undefined }
}

async function register({ context, actor, realm, body }: Call<typeof contract.createClient>) {
  const { client_id, client_secret, ...given } = body
  if (client_id === realm.name) throw taken('client_id')
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const fields = resolveClient(client_id, given, undefined, realm, resources)
  judgeClient(fields, realm, resources)
  await ensureRealmRoles(context, actor, realm, fields.roles)
  const method = fields.token_endpoint_auth_method
  const secret = await prepareSecret(context, realm, method, client_secret, 'client_secret')
  const input = { client_id, ...fields, ...(secret ? { secret: secret.stored } : {}) }
  const client = await createClient(context.db, actor, realm.id, input)
  if (client === 'taken') throw taken('client_id')
  return {
    value: {
      ...(await shownNow(context, realm, resources, client)),
      ...(secret?.shown ? { client_secret: secret.shown } : {}),
    },
    etag: etagOf(writableOf(client, resources, realm)),
    location: `/realms/${realm.name}/clients/${encodeURIComponent(client_id)}`,
  }
}

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeClient(call: Call<typeof contract.updateClient>, revertedTo?: string) {
  const { context, actor, administrator, realm, params, body, request } = call
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const seen = await clientOfPath(context, realm, params.client_id)
  refuseBuiltIn(seen, body)
  const resolve = (current: Writable) => {
    const next = resolveClient(params.client_id, body, current, realm, resources)
    if (!seen.built_in) judgeClient(next, realm, resources)
    return next
  }
  const planned = resolve(writableOf(seen, resources, realm))
  await ensureRealmRoles(context, actor, realm, body.roles ?? [])
  const method = planned.token_endpoint_auth_method
  const isOtherKind = secretKind(method) !== secretKind(seen.token_endpoint_auth_method)
  const secret = isOtherKind ? await prepareSecret(context, realm, method, undefined, 'secret') : undefined
  const judged = (current: Client) => {
    const writable = writableOf(current, resources, realm)
    requireMatch(request, writable)
    if (current.token_endpoint_auth_method !== seen.token_endpoint_auth_method) {
      throw conflict('the authentication method was changed at the same moment; try again')
    }
    const next = resolve(writable)
    refuseSelfHarm(administrator, current, next)
    return isOtherKind ? { ...next, replaceSecrets: { by: secret?.stored } } : next
  }
  const client = await updateClient(context.db, actor, realm.id, params.client_id, judged, revertedTo)
  if (!client) throw notFound('client')
  return {
    value: {
      ...(await shownNow(context, realm, resources, client)),
      ...(secret?.shown ? { client_secret: secret.shown } : {}),
    },
    etag: etagOf(writableOf(client, resources, realm)),
  }
}

function refuseBuiltIn(client: Client, patch: contract.ClientPatch): void {
  if (!client.built_in) return
  const refused = Object.keys(patch).find((field) => !changeableOfBuiltIn.has(field))
  if (refused !== undefined) throw readOnlyHere(refused)
}
