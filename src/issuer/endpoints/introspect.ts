/**
 * Introspection (RFC 7662). The caller authenticates and sees its own tokens, those for an API that it is resource server
 * for, or all with `introspect_all`; of refresh tokens only its own. Everything else is `{"active":false}` and no more.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { issuerUrl } from '#http/doors.ts'
import type { Request, Response } from '#http/message.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Client } from '#store/clients.ts'
import { findLiveGrant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import { findRefreshToken } from '#store/refresh-tokens.ts'
import { realmResources } from '#store/resources.ts'
import { authenticateClient } from '../client-authentication.ts'
import type { IssuerContext } from '../context.ts'
import { type Parameters, readBody, required } from '../parameters.ts'
import { invalidClient } from '../refusals.ts'
import { checkAccessToken, type HeldToken, type LiveToken, readAnyAccessToken } from '../tokens/check.ts'

const INACTIVE = '{"active":false}'

export async function introspect(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const parameters = readBody(request)
  const caller = await authenticateAsker(context, realm, request, parameters)
  const token = required(parameters, 'token')
  const live = await checkAccessToken(context, realm, token)
  if (live !== undefined) {
    return answer((await maySee(context, realm, caller, live)) ? describeAccessToken(live) : INACTIVE)
  }
  return answer(await describeRefreshToken(context, realm, caller, token))
}

/** Who asks what a token says (§2.1): a client that proved who it is. */
export async function authenticateAsker(
  context: IssuerContext,
  realm: Realm,
  request: Request,
  parameters: Parameters,
): Promise<Client> {
  const caller = await authenticateClient(context, realm, request, parameters)
  if (caller.token_endpoint_auth_method !== 'none') return caller
  throw invalidClient('a public client cannot introspect', { client_id: caller.client_id })
}

/** The access token if it holds and the caller may see it. `expired`: it did once, and the caller might have seen it. */
export async function findVisibleToken(
  context: IssuerContext,
  realm: Realm,
  caller: Client,
  token: string,
): Promise<LiveToken | 'expired' | undefined> {
  const live = await checkAccessToken(context, realm, token)
  if (live !== undefined) return (await maySee(context, realm, caller, live)) ? live : undefined
  const held = await readAnyAccessToken(context, realm, token)
  if (held === undefined || held.claims.exp > nowSeconds()) return undefined
  const isVisible = held.claims.client_id === caller.client_id || (await maySee(context, realm, caller, held))
  return isVisible ? 'expired' : undefined
}

function answer(body: string): Response {
  return { status: 200, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' }, body }
}

async function maySee(
  context: IssuerContext,
  realm: Realm,
  caller: Client,
  token: HeldToken & { readonly client?: Client },
): Promise<boolean> {
  if (caller.introspect_all || token.client?.id === caller.id) return true
  if (caller.resource_server_for.length === 0) return false
  const { apis } = await realmResources(context.db, realm, context.publicUrl)
  const audiences = typeof token.claims.aud === 'string' ? [token.claims.aud] : token.claims.aud
  return audiences.some((audience) => caller.resource_server_for.includes(apis.get(audience)?.id ?? ''))
}

function describeAccessToken({ claims, user }: LiveToken): string {
  return JSON.stringify({ active: true, ...claims, ...(user && { username: user.username }), token_type: 'Bearer' })
}

async function describeRefreshToken(
  context: IssuerContext,
  realm: Realm,
  caller: Client,
  token: string,
): Promise<string> {
  const row = (await findRefreshToken(context.db.sql, sha256Base64url(token)))?.row
  const now = nowSeconds()
  if (row === undefined || row.realm_id !== realm.id || row.client_id !== caller.id) return INACTIVE
  if (row.spent_at_ms !== null || row.idle_expires_at <= now || row.expires_at <= now) return INACTIVE
  const live = await findLiveGrant(context.db, row.grant_id)
  if (live === undefined) return INACTIVE
  return JSON.stringify({
    active: true,
    iss: issuerUrl(context.publicUrl, realm.name),
    sub: live.user.id,
    client_id: caller.client_id,
    scope: live.grant.scope,
    username: live.user.username,
    iat: row.created_at,
    exp: Math.min(row.idle_expires_at, row.expires_at),
  })
}
