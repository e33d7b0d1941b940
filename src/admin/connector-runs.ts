/** Connectors, run by an administrator with the realm's own connection, and what their runs did. */
import * as contract from '#contract/connector-run.ts'
import { runConnector } from '#outbound/run-connector.ts'
import { type ConnectorRun, listConnectorRuns } from '#store/connector-runs.ts'
import { type Connector, findConnector } from '#store/connectors.ts'
import { findOAuthServerById } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { conflict, notFound } from './problem.ts'

async function ofPath({ db }: AdminContext, realm: Realm, name: string): Promise<Connector> {
  const connector = await findConnector(db, realm.id, name)
  if (!connector) throw notFound('connector')
  return connector
}

function shown(run: ConnectorRun) {
  return { ...run, request: { ...run.request }, answer: run.answer && { ...run.answer } }
}

export const connectorRunHandlers: readonly Handled[] = [
  handle(contract.runConnector, async ({ context, administrator, realm, params, body }) => {
    const connector = await ofPath(context, realm, params.name)
    if (connector.connection === 'user') {
      throw conflict('this connector runs with the connection of the user who calls: let an application run it')
    }
    const server = await findOAuthServerById(context.db, connector.server_id)
    if (!server) throw conflict('the OAuth server of this connector is deleted')
    const wanted = { realm, server, subject: { kind: 'application' } } as const
    const runner = { kind: administrator.kind, name: administrator.name }
    const { run, outputs } = await runConnector(context, connector, wanted, runner, body.parameters)
    // What was found in an answer is JSON, or text.
    return { value: { ...shown(run), outputs: outputs as Record<string, string> } }
  }),

  handle(contract.listConnectorRuns, async ({ context, realm, params, query }) => {
    const connector = await ofPath(context, realm, params.name)
    const found = await listConnectorRuns(context.db, connector.id, listQueryOf(query))
    return {
      value: { items: found.items.map(shown), total: found.total, page: query.page, page_size: query.page_size },
    }
  }),
]
