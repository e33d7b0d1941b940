/**
 * A realm's signing keys: which signs now, which are published, and when the next takes over.
 * ES256 signs access tokens, RS256 ID tokens unless the client asks for ES256 (OpenID Connect Core §2). A key is
 * announced before it signs, so that whoever holds the key set has it in time, and published until its last token died.
 */
import type { KeyObject } from 'node:crypto'
import { generateSigningKey, importPrivateJwk, importPublicJwk, type Jwk } from '#crypto/jwk.ts'
import { createSigner, type Signer } from '#crypto/jws.ts'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, systemActor, writeAudit } from '#store/audit.ts'
import { longestTokenSeconds } from '#store/clients.ts'
import { changeConfig, inOneTransaction } from '#store/database.ts'
import type { Realm } from '#store/realms.ts'
import {
  activateSigningKey,
  addSigningKey,
  listSigningKeys,
  loadSigningKeys,
  retireSigningKey,
  type SigningKeyRow,
} from '#store/signing-keys.ts'
import type { IssuerContext } from './context.ts'

const DAY = 86_400
export const KEY_USED_SECONDS = 90 * DAY
/** A key is in the key set at least so long before it signs; ordinarily as long as the one before it is used. */
export const KEY_ANNOUNCED_SECONDS = 14 * DAY

export type SigningAlgorithm = SigningKeyRow['alg']
const ALGORITHMS: readonly SigningAlgorithm[] = ['ES256', 'RS256']

export interface RealmKeys {
  readonly signers: Readonly<Record<SigningAlgorithm, Signer>>
  /** By `kid`: everything that is published. */
  readonly verificationKeys: ReadonlyMap<string, VerificationKey>
  /** The answer of the JWKS endpoint (RFC 7517 §5), ready to send. */
  readonly jwks: string
}

export interface VerificationKey {
  readonly alg: SigningAlgorithm
  readonly key: KeyObject
}

/**
 * Held in memory; still answered while the database is away, so that signatures can be checked. A key that becomes
 * active while it is held is noticed when the chores rotate: that writes, and a write makes every node load anew.
 */
export function realmKeys(context: IssuerContext, realm: Realm): RealmKeys | Promise<RealmKeys> {
  return context.db.held.get(`keys:${realm.id}`, () => loadKeys(context, realm), { stale: 'serve' })
}

async function loadKeys(context: IssuerContext, realm: Realm): Promise<RealmKeys> {
  const rows = await listSigningKeys(context.db, realm.id)
  const verificationKeys = new Map<string, VerificationKey>()
  for (const row of rows) {
    verificationKeys.set(row.id, { alg: row.alg, key: importPublicJwk(row.public_jwk as Jwk, row.alg) })
  }
  const keys = rows.map((row) => ({ ...row.public_jwk, kid: row.id, use: 'sig', alg: row.alg }))
  const signers = { ES256: signerOf(context, realm, rows, 'ES256'), RS256: signerOf(context, realm, rows, 'RS256') }
  return { signers, verificationKeys, jwks: JSON.stringify({ keys }) }
}

function signerOf(context: IssuerContext, realm: Realm, rows: readonly SigningKeyRow[], alg: SigningAlgorithm): Signer {
  const row = currentKey(rows, alg, nowSeconds())
  if (row === undefined) throw new Error(`realm ${realm.name} has no ${alg} key: was its creation interrupted?`)
  const jwk = JSON.parse(context.seal.open(row.private_sealed, sealContext(realm.id, row.id)).toString('utf8'))
  return createSigner({ alg, kid: row.id, privateKey: importPrivateJwk(jwk, alg) })
}

/** The youngest key that is active and not retired. */
function currentKey(rows: readonly SigningKeyRow[], alg: SigningAlgorithm, now: number): SigningKeyRow | undefined {
  return rows
    .filter((row) => row.alg === alg && row.active_at <= now && row.retired_at === null)
    .toSorted((a, b) => b.active_at - a.active_at)[0]
}

const sealContext = (realmId: string, kid: string) => ({
  realm: realmId,
  table: 'signing_keys',
  row: kid,
  field: 'private_sealed',
})

async function newKey(
  context: IssuerContext,
  realm: Realm,
  alg: SigningAlgorithm,
  activeAt: number,
): Promise<SigningKeyRow> {
  const { kid, publicJwk, privateJwk } = await generateSigningKey(alg)
  return {
    id: kid,
    realm_id: realm.id,
    alg,
    public_jwk: publicJwk,
    private_sealed: context.seal.seal(JSON.stringify(privateJwk), sealContext(realm.id, kid)),
    created_at: nowSeconds(),
    active_at: activeAt,
    retired_at: null,
    removed_at: null,
  }
}

/** Makes what is missing: called for every realm at start and when one is created. Two nodes at once make one set. */
export async function ensureSigningKeys(context: IssuerContext, realm: Realm): Promise<void> {
  const now = nowSeconds()
  const missing = missingKeys(await listSigningKeys(context.db, realm.id), now)
  if (missing.length === 0) return
  const keys = await Promise.all(missing.map((alg) => newKey(context, realm, alg, now)))
  // Whoever comes second waits, and then sees the keys of the first.
  await inOneTransaction(context.db, async ({ sql }) => {
    const stillMissing = missingKeys(await loadSigningKeys(sql, realm.id), now)
    for (const key of keys) if (stillMissing.includes(key.alg)) await addSigningKey(sql, key)
  })
}

const missingKeys = (rows: readonly SigningKeyRow[], now: number): readonly SigningAlgorithm[] =>
  ALGORITHMS.filter((alg) => currentKey(rows, alg, now) === undefined)

/** A chore, under a lease: always have a next key announced, and retire the one before when the next has taken over. */
export async function rotateDueKeys(context: IssuerContext, realm: Realm, now: number = nowSeconds()): Promise<void> {
  const rows = await loadSigningKeys(context.db.sql, realm.id)
  for (const alg of ALGORITHMS) {
    const current = currentKey(rows, alg, now)
    if (current === undefined) continue
    const live = rows.filter((row) => row.alg === alg && row.retired_at === null)
    const outlived = live.filter((row) => row.active_at < current.active_at)
    if (outlived.length > 0) await retire(context, realm, outlived, now)
    if (live.some((row) => row.active_at > now)) continue
    const handoverAt = Math.max(current.active_at + KEY_USED_SECONDS, now + KEY_ANNOUNCED_SECONDS)
    const next = await newKey(context, realm, alg, handoverAt)
    await changeConfig(context.db, (sql) => addSigningKey(sql, next))
  }
}

/** No longer signing, but published until the last token that it signed has expired. */
async function retire(
  context: IssuerContext,
  realm: Realm,
  rows: readonly SigningKeyRow[],
  now: number,
): Promise<void> {
  const removedAt = now + (await longestTokenSeconds(context.db, realm))
  await changeConfig(context.db, async (sql) => {
    for (const row of rows) await retireSigningKey(sql, row.id, now, removedAt)
  })
}

/**
 * By an administrator. Ordinarily the announced keys sign from now on, which whoever holds the key set knows already, and
 * the old ones stay published until their tokens have expired. In an emergency all keys are withdrawn, the announced ones
 * too, new ones sign, and every token of the old ones is refused from now on.
 */
export async function rotateSigningKeys(
  context: IssuerContext,
  realm: Realm,
  options: { readonly emergency: boolean; readonly actor?: Actor },
): Promise<void> {
  const { emergency, actor = systemActor } = options
  const now = nowSeconds()
  const published = await loadSigningKeys(context.db.sql, realm.id)
  const announced = emergency ? [] : published.filter((row) => row.retired_at === null && row.active_at > now)
  const missing = ALGORITHMS.filter((alg) => !announced.some((row) => row.alg === alg))
  const made = await Promise.all(missing.map((alg) => newKey(context, realm, alg, now)))
  const removedAt = emergency ? now : now + (await longestTokenSeconds(context.db, realm))
  await changeConfig(context.db, async (sql) => {
    for (const row of await loadSigningKeys(sql, realm.id)) {
      if (announced.some(({ id }) => id === row.id)) await activateSigningKey(sql, row.id, now)
      else await retireSigningKey(sql, row.id, row.retired_at ?? now, Math.min(row.removed_at ?? removedAt, removedAt))
    }
    for (const key of made) await addSigningKey(sql, key)
    const object = { realm_id: realm.id, object_kind: 'realm', object_id: realm.id, object_name: realm.name }
    await writeAudit(sql, { ...object, actor, action: 'keys.rotate', after: { emergency } })
  })
  await rotateDueKeys(context, realm)
}
