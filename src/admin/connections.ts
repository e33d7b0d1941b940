/** Connections of OAuth servers: shown, renewed, ended, read again, released. What a token says is never shown. */
import * as contract from '#contract/connection.ts'
import { disconnect } from '#outbound/disconnect.ts'
import { shared } from '#outbound/fresh-token.ts'
import { replayStored, showAnswers } from '#outbound/replay.ts'
import { releaseConnections } from '#store/connection-changes.ts'
import {
  type Connection,
  type ConnectionRow,
  findConnectionById,
  listConnections,
  listRealmConnections,
  readConnection,
} from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { type Handled, handle, listQueryOf, wholePage } from './call.ts'
import type { AdminContext } from './context.ts'
import { serverOfPath } from './oauth-servers.ts'
import { conflict, notFound } from './problem.ts'

function shown<C extends Connection>({ realm_id: _realm, server_id: _server, ...rest }: C) {
  return rest
}

/** The connection of that server that the path names; one of another server or realm is not there. */
async function rowOfPath(
  context: AdminContext,
  realm: Realm,
  { slug, id }: { readonly slug: string; readonly id: string },
): Promise<{ server: OAuthServer; row: ConnectionRow }> {
  const server = await serverOfPath(context, realm, slug)
  const row = await findConnectionById(context.db.sql, id)
  if (row?.server_id !== server.id) throw notFound('connection')
  return { server, row }
}

async function connectionNow(context: AdminContext, { id }: OAuthServer, connectionId: string) {
  const connection = await readConnection(context.db, id, connectionId)
  if (!connection) throw notFound('connection')
  return { value: shown(connection) }
}

export const connectionHandlers: readonly Handled[] = [
  handle(contract.listConnections, async ({ context, realm, params, query }) => {
    const server = await serverOfPath(context, realm, params.slug)
    const found = await listConnections(context.db, server.id, listQueryOf(query))
    return { value: { ...found, items: found.items.map(shown), page: query.page, page_size: query.page_size } }
  }),

  handle(contract.listRealmConnections, async ({ context, realm, query: { server, ...query } }) => {
    const found = await listRealmConnections(context.db, { realmId: realm.id, server }, listQueryOf(query))
    return { value: { ...found, items: found.items.map(shown), page: query.page, page_size: query.page_size } }
  }),

  handle(contract.readConnection, async ({ context, realm, params }) =>
    connectionNow(context, await serverOfPath(context, realm, params.slug), params.id),
  ),

  handle(contract.disconnect, async ({ context, actor, realm, params }) => {
    const { server, row } = await rowOfPath(context, realm, params)
    if (!(await disconnect(context, actor, { realm, server }, row))) throw notFound('connection')
    return { value: undefined }
  }),

  handle(contract.refreshConnection, async ({ context, realm, params }) => {
    const { server, row } = await rowOfPath(context, realm, params)
    if (server.disabled_at !== null) throw conflict('the OAuth server is disabled')
    const { problem, row: after } = await shared(context, { realm, server }, row, true)
    // How the connection stands does not tell: nothing was sent, or the fault is the server's.
    if (problem && after?.state === 'ok') throw conflict(`${problem.code}: ${problem.description}`)
    return await connectionNow(context, server, row.id)
  }),

  handle(contract.listActivity, async ({ context, realm, params }) => {
    const { row } = await rowOfPath(context, realm, params)
    const items = (await context.engine.exchanges.list(row)).map(({ is_ok, status: _status, ...exchange }) => ({
      ...exchange,
      result: is_ok === 1 ? ('ok' as const) : ('failed' as const),
    }))
    return { value: wholePage(items) }
  }),

  handle(contract.listStoredAnswers, async ({ context, realm, params }) => {
    const { server, row } = await rowOfPath(context, realm, params)
    return { value: wholePage([...(await showAnswers(context, realm, server, row))]) }
  }),

  handle(contract.replayAnswer, async ({ context, realm, params }) => {
    const { server, row } = await rowOfPath(context, realm, params)
    const outcome = await replayStored(context, realm, server, row)
    if (outcome === 'nothing') throw conflict('no answer is stored that could be read again')
    if (outcome === 'busy') throw conflict('the connection is being refreshed at this moment; try again')
    return await connectionNow(context, server, row.id)
  }),

  handle(contract.releaseConnections, async ({ context, actor, realm, body }) => ({
    value: { released: await releaseConnections(context.db, actor, realm.id, body.ids) },
  })),
]
