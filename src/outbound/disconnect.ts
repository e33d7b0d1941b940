/** The end of a connection: its tokens are given back to the provider, as far as it takes them, and forgotten here. */
import { SealBroken } from '#crypto/seal.ts'
import { revokeToken } from '#oauth-client/revoke.ts'
import type { ServerSettings, WayOut } from '#oauth-client/settings.ts'
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
  await giveBackTokens(context, realm, effective.settings, row.id, {
    refresh_token: opened(context, row, 'refresh_token', row.refresh_sealed),
    access_token: opened(context, row, 'access_token', row.access_sealed),
  })
}

/** What does not open cannot be given back either. */
function opened(
  { seal }: OutboundContext,
  row: ConnectionRow,
  field: 'refresh_token' | 'access_token',
  sealed: string | null,
): string | null {
  try {
    return sealed === null ? null : seal.open(sealed, connectionPlace(row, field)).toString('utf8')
  } catch (error) {
    if (error instanceof SealBroken) return null
    throw error
  }
}

/** Never throws for what the provider does. */
export async function giveBackTokens(
  { egress, engine }: OutboundContext,
  realm: Realm,
  settings: ServerSettings,
  connection: string,
  tokens: Readonly<Record<'refresh_token' | 'access_token', string | null>>,
): Promise<void> {
  const signal = AbortSignal.timeout(REVOKE_MS)
  const way: WayOut = (url, request) => egress.fetch(url, { ...request, realm: realm.name })
  for (const hint of ['refresh_token', 'access_token'] as const) {
    const token = tokens[hint]
    if (token === null) continue
    const revoked = await revokeToken(settings, { token, hint }, way, signal)
    if (revoked.kind === 'failed')
      engine.log.info({ connection, code: revoked.code }, 'a provider did not take a token back')
  }
}
