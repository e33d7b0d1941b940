/**
 * Authorization code (RFC 6749 §4.1.3). The mint's transaction spends the code and stores what it bought, so that of many
 * that show one code exactly one is answered; whoever comes later ends what that one got (§4.1.2, RFC 9700 §4.5). A code
 * shown by the wrong client, too late or with the wrong verifier is burned.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { issuerUrl } from '#http/doors.ts'
import { Refusal } from '#http/refusal.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type AuthorizationCode, findAuthorizationCode, spendAuthorizationCode } from '#store/authorization-codes.ts'
import { findLiveGrant, revokeGrant } from '#store/grants.ts'
import { realmResources } from '#store/resources.ts'
import { required } from '../parameters.ts'
import { checkVerifier } from '../pkce.ts'
import { invalidGrant } from '../refusals.ts'
import { audienceOf } from '../tokens/scopes.ts'
import { type GrantRequest, type Proof, personOf, recordReuse } from './grant.ts'

export async function authorizationCode(grantRequest: GrantRequest): Promise<Proof> {
  const { context, realm, client, parameters } = grantRequest
  const codeHash = sha256Base64url(required(parameters, 'code'))
  const shown = { realmId: realm.id, codeHash, now: nowSeconds() }
  const found = await findAuthorizationCode(context.db.sql, realm.id, codeHash)
  if (found === undefined) throw invalidGrant('the code is unknown, expired or was used before', { known: false })
  const { code } = found
  if (found.isSpent) return await refuseSecondUse(grantRequest, code)
  const problem = bindingProblem(code, grantRequest, shown.now)
  if (problem !== undefined) {
    if (await spendAuthorizationCode(context.db.sql, shown)) throw problem
    return await refuseSecondUse(grantRequest, code)
  }
  const live = await findLiveGrant(context.db, code.grant_id)
  if (live === undefined) throw invalidGrant('the authorization has ended', { grant: code.grant_id })
  const scopes = live.grant.scope === '' ? [] : live.grant.scope.split(' ')
  const resources = await realmResources(context.db, realm, context.publicUrl)
  return {
    authorization: {
      realm,
      client,
      grantType: 'authorization_code',
      scopes,
      audience: audienceOf(scopes, resources, issuerUrl(context.publicUrl, realm.name)),
      person: personOf(live, { nonce: code.nonce, idTokenClaims: code.id_token_claims }),
      spend: (sql) => spendAuthorizationCode(sql, shown),
    },
  }
}

async function refuseSecondUse(grantRequest: GrantRequest, code: AuthorizationCode): Promise<never> {
  const { context, request, client } = grantRequest
  await revokeGrant(context.db.sql, code.grant_id, 'code_reused')
  recordReuse(grantRequest, 'code_reused')
  request.log.warn(
    { event: 'code_reused', grant: code.grant_id, client_id: client.client_id, address: request.address },
    'an authorization code was shown twice: everything that came of it is revoked',
  )
  throw invalidGrant('the code is unknown, expired or was used before', { known: true })
}

function bindingProblem(code: AuthorizationCode, grantRequest: GrantRequest, now: number): Refusal | undefined {
  try {
    checkBinding(code, grantRequest, now)
    return undefined
  } catch (problem) {
    if (problem instanceof Refusal) return problem
    throw problem
  }
}

/** What the code is bound to: client, time, redirect URI, challenge. */
function checkBinding(code: AuthorizationCode, { client, parameters }: GrantRequest, now: number): void {
  if (code.client_id !== client.id) throw invalidGrant('the code was issued to another client', { to: code.client_id })
  if (code.expires_at <= now) throw invalidGrant('the code is unknown, expired or was used before', { expired: true })
  const redirectUri = parameters.get('redirect_uri')
  if (redirectUri === undefined) {
    if (code.redirect_uri_was_sent && code.code_challenge === null) throw invalidGrant('redirect_uri is missing')
  } else if (redirectUri !== code.redirect_uri) {
    throw invalidGrant('redirect_uri is not the one of the authorization request', {
      sent: redirectUri,
      stored: code.redirect_uri,
    })
  }
  checkVerifier(code.code_challenge, parameters.get('code_verifier'))
}
