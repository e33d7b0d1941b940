/**
 * Refresh (RFC 6749 §6) with rotation (RFC 9700 §4.14.2). A spent token shown again by the same client within the replay
 * window, while its successor is unused, gets the same answer: a lost answer logs nobody out. Anything else that shows a
 * spent token ends the family.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findLiveGrant, type LiveGrant, revokeGrant } from '#store/grants.ts'
import { findRefreshToken, type PresentedRefreshToken, spendRefreshToken } from '#store/refresh-tokens.ts'
import { realmResources } from '#store/resources.ts'
import { required } from '../parameters.ts'
import { invalidGrant } from '../refusals.ts'
import type { Authorization } from '../tokens/authorization.ts'
import { openAnswer, sealAnswer } from '../tokens/refresh-token.ts'
import { audienceOf, narrowScopes } from '../tokens/scopes.ts'
import { type GrantRequest, type Proof, personOf, recordReuse } from './grant.ts'

export async function refreshToken(grantRequest: GrantRequest): Promise<Proof> {
  const { context, realm, client, parameters } = grantRequest
  const presented = required(parameters, 'refresh_token')
  const found = await findRefreshToken(context.db.sql, sha256Base64url(presented))
  if (found === undefined || found.row.realm_id !== realm.id) throw invalidGrant('the refresh token is unknown')
  const { row } = found
  if (row.client_id !== client.id) return await endFamily(grantRequest, found, 'wrong_client')
  const live = await findLiveGrant(context.db, row.grant_id)
  if (live === undefined) throw invalidGrant('the authorization has ended', { grant: row.grant_id })
  if (row.spent_at_ms !== null) return await replay(grantRequest, presented, found)
  const now = nowSeconds()
  if (row.idle_expires_at <= now || row.expires_at <= now) {
    throw invalidGrant('the refresh token has expired', { idle: row.idle_expires_at, absolute: row.expires_at })
  }
  return { authorization: await authorize(grantRequest, presented, row.token_hash, live) }
}

async function authorize(
  { context, realm, client, parameters }: GrantRequest,
  presented: string,
  tokenHash: string,
  live: LiveGrant,
): Promise<Authorization> {
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const granted = live.grant.scope === '' ? [] : live.grant.scope.split(' ')
  if (granted.includes('offline_access') && !client.scopes.has('offline_access')) {
    throw invalidGrant('this client may no longer act while its user is away', { client_id: client.client_id })
  }
  const stillAllowed = granted.filter((name) => client.scopes.has(name) && resources.scopes.has(name))
  const scopes = narrowScopes(parameters.get('scope'), stillAllowed)
  const replayMs = realm.settings.refresh_replay_seconds * 1000
  return {
    realm,
    client,
    grantType: 'refresh_token',
    scopes,
    audience: audienceOf(scopes, resources, issuerUrl(context.publicUrl, realm.name)),
    person: personOf(live),
    async spend(sql, { answer, refreshTokenHash }) {
      const nowMs = Date.now()
      return await spendRefreshToken(sql, {
        tokenHash,
        nowMs,
        successorHash: refreshTokenHash ?? '',
        sealedAnswer: replayMs > 0 ? sealAnswer(presented, answer) : null,
        sealedUntilMs: replayMs > 0 ? nowMs + replayMs : null,
      })
    },
  }
}

async function replay(grantRequest: GrantRequest, presented: string, found: PresentedRefreshToken): Promise<Proof> {
  const { row, isSuccessorUsed } = found
  const isWithinWindow = row.sealed_until_ms !== null && Date.now() < row.sealed_until_ms
  if (row.sealed_answer === null || !isWithinWindow || isSuccessorUsed) {
    return await endFamily(grantRequest, found, 'refresh_token_reused')
  }
  return { replayed: openAnswer(presented, row.sealed_answer) }
}

async function endFamily(
  grantRequest: GrantRequest,
  { row }: PresentedRefreshToken,
  because: 'refresh_token_reused' | 'wrong_client',
): Promise<never> {
  const { context, client, request } = grantRequest
  await revokeGrant(context.db.sql, row.grant_id, because)
  recordReuse(grantRequest, 'refresh_token_reused', because === 'wrong_client' ? 'by another client' : '')
  request.log.warn(
    { event: because, grant: row.grant_id, client_id: client.client_id, address: request.address },
    'a refresh token was shown that nobody should have any more: its family is revoked',
  )
  throw invalidGrant('the refresh token was used before or belongs to another client', { because })
}
