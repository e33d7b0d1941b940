/** The end of a connection: its tokens are given back to the provider, as far as it takes them, and forgotten here. */
import { revokeToken } from '#oauth-client/revoke.ts'
import type { Actor } from '#store/audit.ts'
import { removeConnection } from '#store/connection-changes.ts'
import type { ConnectionRow } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import { effectiveServer } from './effective-server.ts'
import { connectionPlace, layersOf } from './places.ts'

const REVOKE_MS = 5000

/** Forgotten first: whatever the provider says, nobody is given these tokens any more. False: it was gone already. */
export async function disconnect(
  context: OutboundContext,
  actor: Actor,
  { realm, server }: { readonly realm: Realm; readonly server: OAuthServer },
  connection: Pick<ConnectionRow, 'id' | 'realm_id'>,
): Promise<boolean> {
  const row = await removeConnection(context.db, actor, connection, server.name)
  if (row === undefined) return false
  await giveBack(context, realm, server, row)
  return true
}

async function giveBack(
  context: OutboundContext,
  realm: Realm,
  server: OAuthServer,
  row: ConnectionRow,
): Promise<void> {
  const effective = await effectiveServer(context, realm.name, server, layersOf(row))
  if (effective.kind === 'refused') return
  const signal = AbortSignal.timeout(REVOKE_MS)
  const way = (url: string, request: object) => context.egress.fetch(url, { ...request, realm: realm.name })
  for (const [sealed, hint] of [
    [row.refresh_sealed, 'refresh_token'],
    [row.access_sealed, 'access_token'],
  ] as const) {
    if (sealed === null) continue
    const token = context.seal.open(sealed, connectionPlace(row, hint)).toString('utf8')
    const revoked = await revokeToken(effective.settings, { token, hint }, way, signal)
    if (revoked.kind === 'failed') {
      context.engine.log.info({ connection: row.id, code: revoked.code }, 'a provider did not take a token back')
    }
  }
}
