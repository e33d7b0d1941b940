/** Connectors: what may be saved of a call. Running one is the door out's. */
import * as contract from '#contract/connector.ts'
import { wrongExpression } from '#outbound/output-expression.ts'
import {
  type Connector,
  type ConnectorFields,
  createConnector,
  deleteConnector,
  findConnector,
  listConnectors,
  updateConnector,
} from '#store/connectors.ts'
import { findOAuthServer, findOAuthServerById } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { invalidField, notFound, taken } from './problem.ts'

type Plain = Omit<ConnectorFields, 'name' | 'server_id'>

const defaults: Plain = {
  description: '',
  connection: 'application',
  method: 'GET',
  path: '/',
  query: [],
  headers: [],
  body: { kind: 'none', content: '', omit_empty: false },
  timeout_ms: 100_000,
  outputs: [],
}

const withoutBody: ReadonlySet<string> = new Set(['GET', 'HEAD'])

function fieldsOf(connector: Connector): ConnectorFields {
  const { id: _id, realm_id: _realm, created_at: _created, updated_at: _updated, ...fields } = connector
  return fields
}

/** What is given, with all that it leaves out at its default. */
export function completeConnector(given: Partial<contract.ConnectorPatch>): Plain {
  return resolved(given, defaults)
}

/** `given` over `current`; null goes back to the default. */
function resolved(given: Partial<contract.ConnectorPatch>, current: Plain): Plain {
  const { name: _name, oauth_server: _server, ...rest } = given
  const merged: Record<string, unknown> = { ...current }
  const fallback: Record<string, unknown> = { ...defaults }
  for (const [field, value] of Object.entries(rest)) if (value !== undefined) merged[field] = value ?? fallback[field]
  const next = merged as unknown as Plain
  if (withoutBody.has(next.method) && next.body.kind !== 'none') {
    throw invalidField('body', `${next.method} takes no body`)
  }
  for (const [index, { from, expression, language }] of next.outputs.entries()) {
    if (from === 'header' && expression === '') throw invalidField(`outputs.${index}.expression`, 'names the header')
    if (from === 'body' && language !== 'none' && expression === '') {
      throw invalidField(`outputs.${index}.expression`, 'must be there')
    }
    const wrong = wrongExpression({ language, expression })
    if (wrong !== undefined) throw invalidField(`outputs.${index}.expression`, wrong)
  }
  return next
}

async function serverIdOf(context: AdminContext, realm: Realm, slug: string): Promise<string> {
  const server = await findOAuthServer(context.db, realm.id, slug)
  if (!server) throw invalidField('oauth_server', 'the realm has no such OAuth server')
  return server.id
}

export async function showConnector(context: AdminContext, connector: Connector): Promise<contract.Connector> {
  const { id: _id, realm_id: _realm, server_id, query, headers, outputs, ...rest } = connector
  const server = await findOAuthServerById(context.db, server_id)
  return {
    ...rest,
    oauth_server: server?.slug ?? '',
    query: [...query],
    headers: [...headers],
    outputs: [...outputs],
  }
}

async function answerOf(context: AdminContext, connector: Connector) {
  return { value: await showConnector(context, connector), etag: etagOf(writableOf(connector)) }
}

/** In an order of its own: a row that was just written and one that was read differ in it. */
function writableOf(connector: Connector): object {
  return Object.entries(fieldsOf(connector)).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

export async function connectorOfPath(context: AdminContext, realm: Realm, name: string): Promise<Connector> {
  const connector = await findConnector(context.db, realm.id, name)
  if (!connector) throw notFound('connector')
  return connector
}

export const connectorHandlers: readonly Handled[] = [
  handle(contract.listConnectors, async ({ context, realm, query }) => {
    const found = await listConnectors(context.db, realm.id, listQueryOf(query))
    const items = await Promise.all(found.items.map(async (each) => showConnector(context, each)))
    return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
  }),

  handle(contract.createConnector, async ({ context, actor, realm, body }) => {
    const { name, oauth_server } = body
    const fields = { ...resolved(body, defaults), name, server_id: await serverIdOf(context, realm, oauth_server) }
    const connector = await createConnector(context.db, actor, realm.id, fields)
    if (connector === 'taken') throw taken('name')
    const location = `/realms/${realm.name}/connectors/${encodeURIComponent(name)}`
    return { ...(await answerOf(context, connector)), location }
  }),

  handle(contract.readConnector, async ({ context, realm, params }) =>
    answerOf(context, await connectorOfPath(context, realm, params.name)),
  ),

  handle(contract.updateConnector, (call) => changeConnector(call)),

  handle(contract.deleteConnector, removeConnector),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeConnector(call: Call<typeof contract.updateConnector>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const { name, oauth_server } = body
  if (name === null) throw invalidField('name', 'must be there')
  if (oauth_server === null) throw invalidField('oauth_server', 'must be there')
  const serverId = oauth_server === undefined ? undefined : await serverIdOf(context, realm, oauth_server)
  const judged = (current: Connector) => {
    requireMatch(request, writableOf(current))
    const fields = fieldsOf(current)
    return { ...resolved(body, fields), name: name ?? current.name, server_id: serverId ?? current.server_id }
  }
  const connector = await updateConnector(context.db, actor, realm.id, params.name, judged, revertedTo)
  if (!connector) throw notFound('connector')
  if (connector === 'taken') throw taken('name')
  return await answerOf(context, connector)
}

export async function removeConnector(call: Call<typeof contract.deleteConnector>) {
  const { context, actor, realm, params, request } = call
  requireMatch(request, writableOf(await connectorOfPath(context, realm, params.name)))
  if (!(await deleteConnector(context.db, actor, realm.id, params.name))) throw notFound('connector')
  return { value: undefined }
}
