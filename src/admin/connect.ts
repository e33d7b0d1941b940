/** An administrator sends a browser to a provider, for the realm's own connection. */
import * as contract from '#contract/connect.ts'
import { consoleClientId } from '#issuer/own-client.ts'
import { makeTicket } from '#outbound/journey.ts'
import { findClient } from '#store/clients.ts'
import { APPLICATION } from '#store/connections.ts'
import { realmResources } from '#store/resources.ts'
import { type Call, type Handled, handle } from './call.ts'
import { returnPath } from './console-session-routes.ts'
import { systemOf } from './gate.ts'
import { serverOfPath } from './oauth-servers.ts'
import { conflict, invalidField } from './problem.ts'

export const connectHandlers: readonly Handled[] = [handle(contract.authorizeOAuthServer, authorize)]

/** A person who asks goes there in person; for a program anybody may who administers the realm. */
async function authorize({ context, administrator, realm, params, body }: Call<typeof contract.authorizeOAuthServer>) {
  const server = await serverOfPath(context, realm, params.slug)
  if (server.grant_type !== 'authorization_code') throw conflict('this OAuth server does not ask people for consent')
  if (server.disabled_at !== null) throw conflict('the OAuth server is disabled')
  const { environments, applications } = await realmResources(context.db, realm, context.publicUrl)
  const idOf = (field: 'environment' | 'application', names: ReadonlyMap<string, string>): string => {
    const name = body[field]
    if (name === undefined) return ''
    const id = names.get(name)
    if (id === undefined) throw invalidField(field, `the realm has no such ${field}`)
    return id
  }
  const system = await systemOf(context)
  const client = await findClient(context.db, system.id, consoleClientId)
  if (!client) throw new Error('the client of the console is missing')
  const home = `/console/realms/${realm.name}/oauth-servers/${server.slug}`
  const ticket = await makeTicket(
    context,
    { realm, server },
    {
      subject: APPLICATION,
      environment: idOf('environment', environments),
      application: idOf('application', applications),
      session_realm: system.name,
      user_id: administrator.kind === 'user' ? administrator.id : null,
      client_id: client.id,
      return_url: context.publicUrl + returnPath(body.return_to ?? home, context.publicUrl),
    },
  )
  return { value: ticket }
}
