/**
 * The single mint. Owns: which tokens an authorization gets, making them, and storing them together with what they
 * were made from, in one transaction. Does not own: whether the authorization holds; a grant proved that.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomToken } from '#crypto/random.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type AccessTokenRow, addAccessToken } from '#store/access-tokens.ts'
import type { Client } from '#store/clients.ts'
import { transaction } from '#store/database.ts'
import type { Realm } from '#store/realms.ts'
import { addRefreshToken, type NewRefreshToken } from '#store/refresh-tokens.ts'
import type { GivenToken } from '../client-activity.ts'
import type { IssuerContext } from '../context.ts'
import { type RealmKeys, realmKeys } from '../signing-keys.ts'
import { type Soon, soon } from '../soon.ts'
import { lastingClaims, newJti, signAccessToken } from './access-token.ts'
import type { Authorization, Person, TokenAnswer } from './authorization.ts'
import { signIdToken } from './id-token.ts'
import { isRefreshable, newRefreshToken } from './refresh-token.ts'

/** Tokens of `system` open the management API: they are short-lived whatever a client says. */
export const SYSTEM_TOKEN_SECONDS = 900
/** A public client proves nothing about itself, so its tokens are never long-lived by inheritance. */
const PUBLIC_CLIENT_TOKEN_SECONDS = 3600

/** Seconds that an access token of this client lives. */
export function accessTokenSeconds(realm: Realm, client: Client): number {
  const inherited =
    client.token_endpoint_auth_method === 'none'
      ? Math.min(realm.token_validity, PUBLIC_CLIENT_TOKEN_SECONDS)
      : realm.token_validity
  const seconds = client.expires_in ?? inherited
  return realm.name === 'system' ? Math.min(seconds, SYSTEM_TOKEN_SECONDS) : seconds
}

/** Mints, stores, answers; undefined where `spend` was too late. At once where nothing has to be stored. */
export function issueTokens(context: IssuerContext, authorization: Authorization): Soon<TokenAnswer | undefined> {
  return soon(realmKeys(context, authorization.realm), (keys) => {
    const minted = mint(context, keys, authorization)
    const isStored = minted.opaque || minted.refresh || authorization.spend ? store(context, minted) : true
    return soon(isStored, (stored) => (stored ? told(context, minted) : undefined))
  })
}

/** Counts and notes what leaves. */
function told(context: IssuerContext, minted: Minted): TokenAnswer {
  const { authorization, answer } = minted
  context.metrics.tokenIssued(authorization.realm.name, authorization.grantType)
  context.activity.tokenGiven(authorization.client, givenToken(minted))
  return answer
}

interface Minted {
  readonly authorization: Authorization
  readonly answer: TokenAnswer
  readonly opaque: AccessTokenRow | undefined
  readonly refresh: NewRefreshToken | undefined
  readonly jti: string
  readonly issuedAt: number
}

function givenToken({ authorization, answer, opaque, jti, issuedAt }: Minted): GivenToken {
  const { person, grantType } = authorization
  const isForCode = grantType === 'authorization_code'
  return {
    accessToken: answer.access_token,
    jti: opaque ? undefined : jti,
    grantId: person?.grantId,
    userId: isForCode || grantType === 'refresh_token' ? undefined : person?.user.id,
    isForCode,
    createdAt: issuedAt,
    expiresAt: issuedAt + answer.expires_in,
  }
}

function mint(context: IssuerContext, keys: RealmKeys, authorization: Authorization): Minted {
  const { realm, client, person, scopes } = authorization
  const now = nowSeconds()
  const issuer = issuerUrl(context.publicUrl, realm.name)
  const seconds = accessTokenSeconds(realm, client)
  const lasting = lastingJson(issuer, authorization)
  const jti = newJti(authorization)
  let accessToken: string
  let opaque: AccessTokenRow | undefined
  if (client.access_token_format === 'opaque') {
    accessToken = randomToken()
    opaque = opaqueRow(authorization, accessToken, lasting, jti, now, now + seconds)
  } else {
    accessToken = signAccessToken(keys.signers.ES256, lasting, now, now + seconds, jti)
  }
  let refreshToken: string | undefined
  let refresh: NewRefreshToken | undefined
  if (person && isRefreshable(authorization)) [refreshToken, refresh] = newRefreshToken(authorization, person, now)
  const answer: TokenAnswer = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: seconds,
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(refreshToken !== undefined && { refresh_token: refreshToken }),
    ...(person && scopes.includes('openid') && { id_token: idToken(issuer, keys, authorization, person, accessToken) }),
  }
  return { authorization, answer, opaque, refresh, jti, issuedAt: now }
}

/** Scopes come in the caller's order, so a caller could make many keys: past this the rest is printed each time. */
const PRINTED_LIMIT = 64
/** A client's own tokens differ only in their times and `jti`: the rest is printed once for each client and scope. */
const printed = new WeakMap<Client, Map<string, string>>()

function lastingJson(issuer: string, authorization: Authorization): string {
  const { client, person, scopes } = authorization
  if (person) return JSON.stringify(lastingClaims(issuer, authorization))
  let byScope = printed.get(client)
  if (byScope === undefined) {
    byScope = new Map()
    printed.set(client, byScope)
  }
  const key = scopes.join(' ')
  let json = byScope.get(key)
  if (json === undefined) {
    json = JSON.stringify(lastingClaims(issuer, authorization))
    if (byScope.size < PRINTED_LIMIT) byScope.set(key, json)
  }
  return json
}

function opaqueRow(
  authorization: Authorization,
  accessToken: string,
  lasting: string,
  jti: string,
  iat: number,
  exp: number,
): AccessTokenRow {
  const { client, realm, person } = authorization
  return {
    token_hash: sha256Base64url(accessToken),
    realm_id: realm.id,
    client_id: client.id,
    grant_id: person?.grantId ?? null,
    token_epoch: client.token_epoch,
    claims: `${lasting.slice(0, -1)},"exp":${exp},"iat":${iat},"jti":"${jti}"}`,
    created_at: iat,
    expires_at: exp,
  }
}

function idToken(
  issuer: string,
  keys: RealmKeys,
  authorization: Authorization,
  person: Person,
  accessToken: string,
): string {
  const signer = keys.signers[authorization.client.id_token_signed_response_alg]
  return signIdToken(signer, issuer, authorization, person, accessToken, nowSeconds())
}

async function store(context: IssuerContext, minted: Minted): Promise<boolean> {
  const { authorization, answer, opaque, refresh } = minted
  return await transaction(context.db, async (sql) => {
    const isFirst = (await authorization.spend?.(sql, { answer, refreshTokenHash: refresh?.token_hash })) ?? true
    if (!isFirst) return false
    if (refresh) await addRefreshToken(sql, refresh)
    if (opaque) await addAccessToken(sql, opaque)
    return true
  })
}
