/**
 * Revocation (RFC 7009). A refresh token takes its family with it, an access token goes alone. An unknown token is
 * answered like a revoked one (§2.2); another client's is refused and stays alive (§2.1).
 */
import { sha256Base64url } from '#crypto/hash.ts'
import type { Request, Response } from '#http/message.ts'
import { removeAccessToken } from '#store/access-tokens.ts'
import type { Client } from '#store/clients.ts'
import { revokeGrant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import { findRefreshToken } from '#store/refresh-tokens.ts'
import { revokeJti } from '#store/revocations.ts'
import { authenticateClient } from '../client-authentication.ts'
import type { IssuerContext } from '../context.ts'
import { readBody, required } from '../parameters.ts'
import { invalidGrant } from '../refusals.ts'
import { readAccessToken, readAnyAccessToken } from '../tokens/check.ts'
import { allowCaller, readableInRealm, readableRefusals } from './cross-origin.ts'

export async function revoke(context: IssuerContext, realm: Realm, request: Request): Promise<Response> {
  const parameters = readBody(request)
  const client = await readableInRealm(context, realm, request, () =>
    authenticateClient(context, realm, request, parameters),
  )
  await readableRefusals(request, client, () =>
    revokeToken(context, realm, client, required(parameters, 'token'), 'token'),
  )
  return { status: 200, headers: { 'cache-control': 'no-store', ...allowCaller(request, client) }, body: '' }
}

/**
 * Ends what `token` is, if it is the client's own; an unknown one changes nothing. `family`: an access token, also one
 * that has expired, takes along all that came of the same authorization, its refresh token among it.
 */
export async function revokeToken(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  token: string,
  reach: 'token' | 'family',
): Promise<void> {
  if (await revokeRefreshToken(context, realm, client, token)) return
  const read = reach === 'family' ? readAnyAccessToken : readAccessToken
  const held = await read(context, realm, token)
  if (held === undefined) return
  if (held.claims.client_id !== client.client_id) throw ofAnotherClient(client)
  if (reach === 'family' && held.grantId !== undefined) {
    await revokeGrant(context.db.sql, held.grantId, 'revoked_by_client')
  } else if (held.tokenHash === undefined) {
    await revokeJti(context.db.sql, held.claims.jti, held.claims.exp)
  } else {
    await removeAccessToken(context.db.sql, held.tokenHash)
  }
}

async function revokeRefreshToken(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  token: string,
): Promise<boolean> {
  const found = await findRefreshToken(context.db.sql, sha256Base64url(token))
  if (found === undefined || found.row.realm_id !== realm.id) return false
  if (found.row.client_id !== client.id) throw ofAnotherClient(client)
  await revokeGrant(context.db.sql, found.row.grant_id, 'revoked_by_client')
  return true
}

const ofAnotherClient = (client: Client) =>
  invalidGrant('the token was issued to another client', { client_id: client.client_id })
