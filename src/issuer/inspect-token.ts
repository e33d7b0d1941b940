/**
 * Why does a token hold, or not? Every check in order, each with a sentence, for an administrator who was handed one.
 * Owns telling the kinds apart and the order of the checks; the sentences about what a token rests on stand in
 * `inspect-grant.ts`. Decides nothing for anybody: doors ask `tokens/check.ts`, and a test holds the two to one answer.
 * Of what this realm did not make nothing is told, not whether another realm did. Nothing of it is logged or kept.
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { type DecodedJws, decodeJws, verifyJws } from '#crypto/jws.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findAccessToken } from '#store/access-tokens.ts'
import { findAuthorizationCode } from '#store/authorization-codes.ts'
import type { Realm } from '#store/realms.ts'
import { findRefreshToken } from '#store/refresh-tokens.ts'
import { isRevoked } from '#store/revocations.ts'
import { findRemovedKey } from '#store/token-facts.ts'
import type { IssuerContext } from './context.ts'
import {
  aboutClient,
  aboutGrant,
  aboutNamedClient,
  ago,
  type Check,
  expiry,
  type Known,
  nobody,
} from './inspect-grant.ts'
import { realmKeys } from './signing-keys.ts'
import { originOf } from './tokens/access-token.ts'

export type TokenKind = 'access_token' | 'id_token' | 'refresh_token' | 'authorization_code' | 'other_jwt' | 'unknown'

export interface Inspection extends Known {
  readonly kind: TokenKind
  readonly format: 'jwt' | 'opaque' | null
  /** In the order in which they were made; after a signature that does not hold nothing else is believed. */
  readonly checks: readonly Check[]
  /** Of a JWT that says it is of this realm. */
  readonly header: Readonly<Record<string, unknown>> | null
  readonly claims: Readonly<Record<string, unknown>> | null
  readonly expires_at: number | null
}

/** Leeway for clocks, in seconds. */
const SKEW_SECONDS = 60
const notOurs: Check = {
  rule: 'realm',
  passed: false,
  detail: 'nothing of this realm: never issued here, swept after it expired, or of somebody else',
}

export async function inspectToken(context: IssuerContext, realm: Realm, token: string): Promise<Inspection> {
  const decoded = decodeJws(token)
  const found = decoded ? await inspectJwt(context, realm, decoded) : await inspectOpaque(context, realm, token)
  if (realm.enabled || found.kind === 'unknown') return found
  return { ...found, checks: [{ rule: 'realm', passed: false, detail: 'the realm is disabled' }, ...found.checks] }
}

const unknown: Inspection = {
  ...nobody,
  kind: 'unknown',
  format: null,
  checks: [notOurs],
  header: null,
  claims: null,
  expires_at: null,
}

async function inspectJwt(context: IssuerContext, realm: Realm, decoded: DecodedJws): Promise<Inspection> {
  const { header, payload: claims } = decoded
  if (claims['iss'] !== issuerUrl(context.publicUrl, realm.name)) {
    return { ...unknown, kind: 'other_jwt', format: 'jwt', checks: [{ ...notOurs, detail: 'not of this realm' }] }
  }
  const exp = typeof claims['exp'] === 'number' ? claims['exp'] : undefined
  const kind = kindOf(header.typ)
  const said = { kind, format: 'jwt', header, claims, expires_at: exp ?? null } as const
  const signature = await aboutSignature(context, realm, decoded)
  if (!signature.passed) return { ...nobody, ...said, checks: [signature] }
  const times = [aboutIssued(claims['iat']), expiry(exp, 'the token')]
  const before = [{ rule: 'realm', passed: true, detail: 'issued by this realm' }, signature, ...times]
  if (kind === 'access_token') {
    const { known, checks } = await aboutAccessToken(context, realm, claims)
    return { ...known, ...said, checks: [...before, ...checks] }
  }
  const { known, checks } = await aboutNamedClient(context, realm, claims)
  const type = {
    rule: 'type',
    passed: kind === 'id_token',
    detail: kind === 'id_token' ? 'an ID token' : 'no token of ours has this typ',
  }
  return { ...known, ...said, checks: [...before, type, ...checks] }
}

function kindOf(typ: string | undefined): 'access_token' | 'id_token' | 'other_jwt' {
  if (typ === 'at+jwt') return 'access_token'
  return typ === undefined || typ === 'JWT' ? 'id_token' : 'other_jwt'
}

async function aboutSignature(context: IssuerContext, realm: Realm, decoded: DecodedJws): Promise<Check> {
  const rule = 'signature'
  const { kid } = decoded.header
  if (kid === undefined) return { rule, passed: false, detail: 'it names no key (kid)' }
  const { verificationKeys } = await realmKeys(context, realm)
  const key = verificationKeys.get(kid)
  if (key === undefined) {
    const removed = await findRemovedKey(context.db, realm.id, kid)
    const removedAt = removed?.removed_at ?? undefined
    if (removedAt === undefined) return { rule, passed: false, detail: 'it names a key that this realm never had' }
    return { rule, passed: false, detail: `signed by a key that was removed ${ago(removedAt)}` }
  }
  if (!verifyJws(decoded, key.key, key.alg)) {
    return { rule, passed: false, detail: 'it names a key of this realm, and that key did not sign it: it was changed' }
  }
  return { rule, passed: true, detail: `signed with ${key.alg} by the key ${kid}` }
}

function aboutIssued(iat: unknown): Check {
  const rule = 'issued'
  if (typeof iat !== 'number') return { rule, passed: false, detail: 'it does not say when it was issued' }
  if (iat > nowSeconds() + SKEW_SECONDS) return { rule, passed: false, detail: 'it says it was issued in the future' }
  return { rule, passed: true, detail: `issued ${ago(iat)}` }
}

interface About {
  readonly known: Known
  readonly checks: readonly Check[]
}

async function aboutAccessToken(
  context: IssuerContext,
  realm: Realm,
  claims: Readonly<Record<string, unknown>>,
): Promise<About> {
  const jti = typeof claims['jti'] === 'string' ? claims['jti'] : ''
  const isDead = await isRevoked(context.db.sql, jti)
  const revocation = {
    rule: 'revocation',
    passed: !isDead,
    detail: isDead ? 'revoked by itself' : 'not revoked by itself',
  }
  const { known, checks } = await aboutOrigin(context, realm, jti)
  return { known, checks: [revocation, ...checks, aboutAudience(claims['aud'])] }
}

async function aboutOrigin(context: IssuerContext, realm: Realm, jti: string): Promise<About> {
  const origin = originOf(jti)
  if (origin === undefined) {
    return { known: nobody, checks: [{ rule: 'origin', passed: false, detail: 'it does not say what it came from' }] }
  }
  if ('grantId' in origin) return await aboutGrant(context, realm, origin.grantId)
  return await aboutClient(context, realm, origin.clientId, origin.epoch)
}

/** Every door compares it with itself; here it is only told. */
function aboutAudience(aud: unknown): Check {
  return { rule: 'audience', passed: true, detail: `meant for ${[aud].flat().map(String).join(', ')}` }
}

async function inspectOpaque(context: IssuerContext, realm: Realm, token: string): Promise<Inspection> {
  const hash = sha256Base64url(token)
  return (
    (await inspectOpaqueAccessToken(context, realm, hash)) ??
    (await inspectRefreshToken(context, realm, hash)) ??
    (await inspectCode(context, realm, hash)) ??
    unknown
  )
}

const opaque = { format: 'opaque', header: null, claims: null } as const
const ours: Check = { rule: 'realm', passed: true, detail: 'issued by this realm' }

async function inspectOpaqueAccessToken(
  context: IssuerContext,
  realm: Realm,
  hash: string,
): Promise<Inspection | undefined> {
  const row = await findAccessToken(context.db.sql, hash)
  if (row?.realm_id !== realm.id) return undefined
  const claims = JSON.parse(row.claims) as Readonly<Record<string, unknown>>
  const rest = row.grant_id === null ? undefined : await aboutGrant(context, realm, row.grant_id)
  const { known, checks } = rest ?? (await aboutClient(context, realm, row.client_id, row.token_epoch))
  return {
    ...known,
    ...opaque,
    kind: 'access_token',
    claims,
    checks: [ours, expiry(row.expires_at, 'the token'), ...checks, aboutAudience(claims['aud'])],
    expires_at: row.expires_at,
  }
}

async function inspectRefreshToken(
  context: IssuerContext,
  realm: Realm,
  hash: string,
): Promise<Inspection | undefined> {
  const found = await findRefreshToken(context.db.sql, hash)
  if (found?.row.realm_id !== realm.id) return undefined
  const { row } = found
  const { known, checks } = await aboutGrant(context, realm, row.grant_id)
  const spentAt = row.spent_at_ms === null ? undefined : Math.floor(row.spent_at_ms / 1000)
  const use: Check =
    spentAt === undefined
      ? { rule: 'use', passed: true, detail: 'not used yet' }
      : { rule: 'use', passed: false, detail: `used ${ago(spentAt)}: a refresh token is good once` }
  const idle = expiry(row.idle_expires_at, 'the time to use it')
  const all = [ours, use, { ...idle, rule: 'idle' }, expiry(row.expires_at, 'the whole family'), ...checks]
  const expires_at = Math.min(row.idle_expires_at, row.expires_at)
  return { ...known, ...opaque, kind: 'refresh_token', checks: all, expires_at }
}

async function inspectCode(context: IssuerContext, realm: Realm, hash: string): Promise<Inspection | undefined> {
  const found = await findAuthorizationCode(context.db.sql, realm.id, hash)
  if (!found) return undefined
  const { code, isSpent } = found
  const { known, checks } = await aboutGrant(context, realm, code.grant_id)
  const use = { rule: 'use', passed: !isSpent, detail: isSpent ? 'used: a code is good once' : 'not used yet' }
  const to = { rule: 'redirect_uri', passed: true, detail: `for ${code.redirect_uri}` }
  const all = [ours, use, expiry(code.expires_at, 'the code'), to, ...checks]
  return { ...known, ...opaque, kind: 'authorization_code', checks: all, expires_at: code.expires_at }
}
