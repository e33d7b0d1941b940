/**
 * Settings, tried: one attempt of at most ten seconds, by a save and by the button Test. What comes back is kept like
 * any other token; what does not is the server's status.
 */
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import { type FreshToken, freshToken } from './fresh-token.ts'

const TRY_SECONDS = 10

/** Only for servers whose grant needs nobody but us; the others answer `needs_authorization`. */
export function tryServer(context: OutboundContext, realm: Realm, server: OAuthServer): Promise<FreshToken> {
  const once: OAuthServer = {
    ...server,
    max_retry_attempts: 0,
    max_wait_seconds: Math.min(server.max_wait_seconds, TRY_SECONDS),
    // A try is no use: it never switches a server off.
    on_failure: 'retry',
  }
  return freshToken(context, { realm, server: once, subject: { kind: 'application' } }, { force: true })
}
