/**
 * Does an access token hold, and what does it say? Shared by introspection, userinfo, revocation and our own APIs. The
 * signature tells that it is ours; one read tells whether what it came from still lives (RFC 7662 §2.2, RFC 9068 §4).
 */
import { sha256Base64url } from '#crypto/hash.ts'
import { decodeJws, verifyJws } from '#crypto/jws.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findAccessToken } from '#store/access-tokens.ts'
import { type Client, findClientById } from '#store/clients.ts'
import { findLiveGrant, type Grant } from '#store/grants.ts'
import type { Realm } from '#store/realms.ts'
import { isRevoked } from '#store/revocations.ts'
import type { User } from '#store/users.ts'
import type { IssuerContext } from '../context.ts'
import { type RealmKeys, realmKeys } from '../signing-keys.ts'
import { type AccessTokenClaims, originOf } from './access-token.ts'

export interface HeldToken {
  readonly claims: AccessTokenClaims
  /** Set for an opaque token: its row. */
  readonly tokenHash: string | undefined
  readonly grantId: string | undefined
}

export interface LiveToken extends HeldToken {
  /** As they are now, not as they were when the token was made. */
  readonly client: Client
  /** Undefined: a client's own token. */
  readonly user: User | undefined
  readonly grant: Grant | undefined
}

/** An opaque token is base64url of 32 bytes; everything of ours that is signed is longer and has dots. */
const OPAQUE = /^[A-Za-z0-9_-]{43}$/

/** Ours, for this realm, unexpired; undefined otherwise. Nothing is said yet about what it came from. */
export async function readAccessToken(
  context: IssuerContext,
  realm: Realm,
  token: string,
): Promise<HeldToken | undefined> {
  const held = await readAnyAccessToken(context, realm, token)
  return held !== undefined && held.claims.exp > nowSeconds() ? held : undefined
}

/** The same, whether it has expired or not. */
export function readAnyAccessToken(
  context: IssuerContext,
  realm: Realm,
  token: string,
): Promise<HeldToken | undefined> {
  return OPAQUE.test(token) ? readOpaque(context, realm, token) : readJwt(context, realm, token)
}

async function readOpaque(context: IssuerContext, realm: Realm, token: string): Promise<HeldToken | undefined> {
  const tokenHash = sha256Base64url(token)
  const row = await findAccessToken(context.db.sql, tokenHash)
  if (row === undefined || row.realm_id !== realm.id) return undefined
  return { claims: JSON.parse(row.claims) as AccessTokenClaims, tokenHash, grantId: row.grant_id ?? undefined }
}

async function readJwt(context: IssuerContext, realm: Realm, token: string): Promise<HeldToken | undefined> {
  const claims = verifiedClaims(await realmKeys(context, realm), token)
  if (claims?.iss !== issuerUrl(context.publicUrl, realm.name)) return undefined
  const origin = originOf(claims.jti)
  if (origin === undefined) return undefined
  return { claims, tokenHash: undefined, grantId: 'grantId' in origin ? origin.grantId : undefined }
}

const REMEMBERED_LIMIT = 5000
/**
 * An API asks about one token many times, and whether a key signed it never changes: the answer is kept with the keys,
 * by the token's digest, and goes with them when they change. Everything else is asked anew each time.
 */
const verified = new WeakMap<RealmKeys, Map<string, AccessTokenClaims>>()

function verifiedClaims(keys: RealmKeys, token: string): AccessTokenClaims | undefined {
  let known = verified.get(keys)
  if (known === undefined) {
    known = new Map()
    verified.set(keys, known)
  }
  const digest = sha256Base64url(token)
  const remembered = known.get(digest)
  if (remembered !== undefined) return remembered
  const decoded = decodeJws(token)
  const { kid, typ } = decoded?.header ?? {}
  if (decoded === undefined || kid === undefined || typ !== 'at+jwt') return undefined
  const key = keys.verificationKeys.get(kid)
  if (key === undefined || !verifyJws(decoded, key.key, key.alg)) return undefined
  const claims = decoded.payload as unknown as AccessTokenClaims
  if (known.size >= REMEMBERED_LIMIT) known.clear()
  known.set(digest, claims)
  return claims
}

/** The token with who is behind it now; undefined where it, its grant, its user, client or realm is not live. */
export async function checkAccessToken(
  context: IssuerContext,
  realm: Realm,
  token: string,
): Promise<LiveToken | undefined> {
  const held = await readAccessToken(context, realm, token)
  if (held === undefined || !realm.enabled) return undefined
  if (held.tokenHash === undefined && (await isRevoked(context.db.sql, held.claims.jti))) return undefined
  return held.grantId === undefined ? await ownToken(context, realm, held) : await personsToken(context, held)
}

/** A client's own token dies when the client does, or when its epoch was raised ("revoke all"). */
async function ownToken(context: IssuerContext, realm: Realm, held: HeldToken): Promise<LiveToken | undefined> {
  const origin = originOf(held.claims.jti)
  if (origin === undefined || !('clientId' in origin)) return undefined
  const client = await findClientById(context.db, origin.clientId)
  if (!client?.enabled || client.realm_id !== realm.id || client.token_epoch !== origin.epoch) return undefined
  return { ...held, client, user: undefined, grant: undefined }
}

async function personsToken(context: IssuerContext, held: HeldToken): Promise<LiveToken | undefined> {
  const live = held.grantId === undefined ? undefined : await findLiveGrant(context.db, held.grantId)
  const client = live && (await findClientById(context.db, live.grant.client_id))
  return client ? { ...held, client, user: live.user, grant: live.grant } : undefined
}
