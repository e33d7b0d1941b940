/** The end of a token where the provider says it only when it is asked (RFC 7662 §2.2). */
import type { Tokens } from '#oauth-client/answer.ts'
import { introspectToken } from '#oauth-client/inspect.ts'
import type { ServerSettings, WayOut } from '#oauth-client/settings.ts'
import type { Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'

const ASK_MS = 5000

/** The same tokens; without an answer the end stays the one that the profile assumes. Never throws for a provider. */
export async function withAskedExpiry(
  { egress, engine }: OutboundContext,
  realm: Realm,
  settings: ServerSettings,
  tokens: Tokens,
): Promise<Tokens> {
  const { profile, introspection_endpoint: endpoint } = settings
  if (profile.answer?.expiry?.source !== 'introspection' || endpoint === null) return tokens
  const way: WayOut = (url, request) => egress.fetch(url, { ...request, realm: realm.name, timeoutMs: ASK_MS })
  const said = await introspectToken(settings, tokens.access_token, way, AbortSignal.timeout(ASK_MS))
  if (said.kind === 'active' && said.expires_at !== null) return { ...tokens, expires_at: said.expires_at }
  const code = said.kind === 'failed' ? said.code : said.kind
  engine.log.warn({ realm: realm.name, profile: profile.name, code }, 'the end of a token could not be asked for')
  return tokens
}
