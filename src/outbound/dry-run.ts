/**
 * Settings that nobody has saved, tried once: what the foreign server would answer. No row is read or written and no
 * token is kept. Only for grants that need nobody but us and spend nothing.
 */

import { readSent, sendTokenRequest } from '#oauth-client/request-token.ts'
import type { GrantRequest, WayOut } from '#oauth-client/settings.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import type { OutboundContext } from './context.ts'
import { type Effective, effectiveServer } from './effective-server.ts'
import type { Layers } from './layers.ts'
import { lastErrorOf } from './states.ts'

const TRY_MS = 10_000

export type DryRun =
  | { readonly kind: 'token'; readonly expires_at: number | null; readonly scope: string | null }
  | { readonly kind: 'refused'; readonly code: string; readonly description: string; readonly advice: string }

export async function dryRun(
  context: OutboundContext,
  realm: Realm,
  server: OAuthServer,
  layers: Layers,
): Promise<DryRun> {
  const effective = await effectiveServer(context, realm.name, server, layers, { fresh: true })
  if (effective.kind === 'refused') return effective
  const grant = grantOf(server, effective)
  if (!grant) return needsSomebody
  const way: WayOut = (url, request) => context.egress.fetch(url, { ...request, realm: realm.name })
  const sent = await sendTokenRequest(effective.settings, grant, way, AbortSignal.timeout(TRY_MS))
  const now = nowSeconds()
  const answer = readSent(effective.settings, grant, sent, now)
  if (answer.kind === 'tokens') return { kind: 'token', expires_at: answer.expires_at, scope: answer.scope }
  const { code, description, advice } = lastErrorOf({ ...answer, retryAfter: answer.retry_after }, now)
  return { kind: 'refused', code, description, advice }
}

const needsSomebody: DryRun = {
  kind: 'refused',
  code: 'needs_authorization',
  description: 'this grant needs a person, or spends what it is tried with',
  advice: 'Save the settings and connect.',
}

function grantOf(server: OAuthServer, effective: Extract<Effective, { kind: 'effective' }>): GrantRequest | undefined {
  if (server.grant_type === 'client_credentials') return { type: 'client_credentials' }
  if (server.grant_type === 'urn:ietf:params:oauth:grant-type:jwt-bearer') return { type: 'jwt_bearer' }
  return server.grant_type === 'password' && effective.owner ? { type: 'password', ...effective.owner } : undefined
}
