/**
 * Secrets at rest. The master key comes from the operator and wraps data keys; data keys live wrapped in the database
 * and seal everything else with AES-256-GCM. A value is bound to its place (realm, table, row, field) and data key, so
 * that what was moved to another row does not open. Values: `v1.<data key id>.<nonce, ciphertext, tag>`, base64url.
 * Owns the formats and the keys in memory; where wrapped keys are kept and when a new one is made is the caller's.
 * A data key's nonces are random, which is safe for some 2^32 values; rotation of data keys (`store/seal-rotation.ts`)
 * comes long before.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto'
import { decodeBase64url } from './base64url.ts'
import { hmacSha256 } from './hash.ts'

const keyBytes = 32
const nonceBytes = 12
const tagBytes = 16
const version = 'v1'

/** Where a sealed value lives. */
export interface SealContext {
  readonly realm: string
  readonly table: string
  readonly row: string
  readonly field: string
}

export interface WrappedDataKey {
  readonly id: string
  readonly wrapped: string
}

export interface Seal {
  /** The sealed text of a secret that lives at `context`. */
  seal(plain: string | Buffer, context: SealContext): string
  /** The secret; throws `SealBroken` where the text is damaged, of an unknown data key or from another place. */
  open(sealed: string, context: SealContext): Buffer
  /** From now on these data keys count, and the last of them seals. Throws as `createSeal` does, and changes nothing then. */
  learn(wrappedKeys: readonly WrappedDataKey[]): void
  /** A new data key, under the master key that this seal was opened with; nothing is sealed under it before `learn`. */
  newDataKey(): WrappedDataKey
}

/** A sealed value does not open: damaged, moved to another place, or sealed under a key that is not here. */
export class SealBroken extends Error {
  constructor(what: string) {
    super(what)
    this.name = 'SealBroken'
  }
}

/** The database was sealed under another master key than the one that was given. */
export class WrongMasterKey extends Error {
  constructor(given: string, needed: string) {
    super(
      `the master key (id ${given}) is not the one that this database was sealed with (id ${needed}): ` +
        'start with the master key that belongs to this database, from its backup if need be',
    )
    this.name = 'WrongMasterKey'
  }
}

/** A new master key: 32 random bytes as base64url. */
export function generateMasterKey(): string {
  return randomBytes(keyBytes).toString('base64url')
}

/** The 32 bytes of a master key written in base64, base64url or hex; surrounding white space is allowed. */
export function parseMasterKey(text: string): Buffer {
  const trimmed = text.trim()
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex')
  const key = decodeBase64url(trimmed.replace(/=$/, '').replaceAll('+', '-').replaceAll('/', '_'))
  if (key?.length === keyBytes) return key
  throw new Error(
    'the master key must be exactly 32 bytes, as base64url or base64 (43 or 44 characters) or hex (64 characters); ' +
      'make one with: openssl rand -base64 32',
  )
}

/** A new data key, wrapped for the database. Its id is derived from the key, so the pair cannot be mixed up. */
export function generateWrappedDataKey(masterKey: Buffer): WrappedDataKey {
  const dataKey = randomBytes(keyBytes)
  return { id: keyId(dataKey), wrapped: wrapDataKey(masterKey, dataKey) }
}

/** A data key sealed under the master key: `v1.<master key id>.<nonce, ciphertext, tag>`. */
export function wrapDataKey(masterKey: Buffer, dataKey: Buffer): string {
  const id = keyId(masterKey)
  return `${version}.${id}.${encrypt(createSecretKey(masterKey), dataKey, wrapAad(id)).toString('base64url')}`
}

/** The data key; throws `WrongMasterKey` where another master key wrapped it, `SealBroken` where it is damaged. */
export function unwrapDataKey(masterKey: Buffer, wrapped: string): Buffer {
  const damaged = 'a data key in the database is damaged: restore the database from a backup'
  const parts = splitSealed(wrapped)
  if (!parts) throw new SealBroken(damaged)
  const id = keyId(masterKey)
  if (parts.id !== id) throw new WrongMasterKey(id, parts.id)
  const dataKey = decrypt(createSecretKey(masterKey), parts.body, wrapAad(id))
  if (dataKey?.length !== keyBytes) throw new SealBroken(damaged)
  return dataKey
}

/**
 * Opens the data keys and seals under the last of them; older ones still open what they sealed. A data key may be there
 * more than once, wrapped under several master keys: the one that fits counts.
 * Throws `WrongMasterKey` or `SealBroken` before anything is served.
 */
export function createSeal(masterKey: Buffer, wrappedKeys: readonly WrappedDataKey[]): Seal {
  let ring = openRing(masterKey, wrappedKeys)
  return {
    seal(plain, context) {
      const { currentId, currentKey } = ring
      const bytes = typeof plain === 'string' ? Buffer.from(plain, 'utf8') : plain
      return `${version}.${currentId}.${encrypt(currentKey, bytes, placeAad(currentId, context)).toString('base64url')}`
    },
    open(sealed, context) {
      const place = `${context.table}.${context.field} of row ${context.row}`
      const parts = splitSealed(sealed)
      if (!parts) throw new SealBroken(`${place} is not a sealed value`)
      const key = ring.keys.get(parts.id)
      if (!key) throw new SealBroken(`${place} is sealed under the data key ${parts.id}, which is not here`)
      const plain = decrypt(key, parts.body, placeAad(parts.id, context))
      if (!plain) throw new SealBroken(`${place} does not open: damaged, or moved from another place`)
      return plain
    },
    learn(newer) {
      ring = openRing(masterKey, newer)
    },
    newDataKey: () => generateWrappedDataKey(masterKey),
  }
}

interface Ring {
  readonly keys: ReadonlyMap<string, KeyObject>
  readonly currentId: string
  readonly currentKey: KeyObject
}

function openRing(masterKey: Buffer, wrappedKeys: readonly WrappedDataKey[]): Ring {
  const keys = new Map<string, KeyObject>()
  const masterId = keyId(masterKey)
  for (const [id, wrappings] of Map.groupBy(wrappedKeys, (key) => key.id)) {
    const fitting = wrappings.find(({ wrapped }) => splitSealed(wrapped)?.id === masterId) ?? wrappings[0]
    const dataKey = unwrapDataKey(masterKey, fitting?.wrapped ?? '')
    if (keyId(dataKey) !== id) throw new SealBroken(`the data key stored as ${id} is another one: restore a backup`)
    keys.set(id, createSecretKey(dataKey))
  }
  const currentId = wrappedKeys.at(-1)?.id
  const currentKey = currentId === undefined ? undefined : keys.get(currentId)
  if (currentId === undefined || !currentKey) throw new Error('a seal needs at least one data key')
  return { keys, currentId, currentKey }
}

/** Which master key a data key is wrapped under; undefined: damaged. */
export function wrappedUnder({ wrapped }: WrappedDataKey): string | undefined {
  return splitSealed(wrapped)?.id
}

/**
 * Seals under a key derived (HKDF-SHA-256, RFC 5869) from a secret of 128 random bits or more that we do not keep: only
 * who presents the secret again can have it opened. `info` names the purpose and is authenticated with it.
 */
export function sealUnder(secret: string, info: string, plain: string): string {
  const key = derivedKey(secret, info)
  return `${version}.${encrypt(key, Buffer.from(plain, 'utf8'), Buffer.from(info, 'utf8')).toString('base64url')}`
}

/** What `sealUnder` sealed; throws `SealBroken` for another secret, another `info` or a damaged text. */
export function openUnder(secret: string, info: string, sealed: string): string {
  const [found, text, ...rest] = sealed.split('.', 3)
  const body = found === version && text !== undefined && rest.length === 0 ? decodeBase64url(text) : undefined
  const plain = body && decrypt(derivedKey(secret, info), body, Buffer.from(info, 'utf8'))
  if (!plain) throw new SealBroken('the value was not sealed under this secret for this purpose')
  return plain.toString('utf8')
}

function derivedKey(secret: string, info: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `sallyport seal under ${info}`, keyBytes)))
}

/** Names a key without telling it: 64 bits of an HMAC under the key itself. */
export function keyId(key: Buffer): string {
  if (key.length !== keyBytes) throw new Error('a key that seals has exactly 32 bytes')
  return hmacSha256(key, 'sallyport key id').subarray(0, 8).toString('base64url')
}

function wrapAad(masterKeyId: string): Buffer {
  return Buffer.from(JSON.stringify([version, 'data key', masterKeyId]))
}

/** A JSON list, so that no two places can be spelled the same way. */
function placeAad(dataKeyId: string, { realm, table, row, field }: SealContext): Buffer {
  return Buffer.from(JSON.stringify([version, dataKeyId, realm, table, row, field]))
}

function splitSealed(sealed: string): { id: string; body: Buffer } | undefined {
  const [found, id, text, ...rest] = sealed.split('.', 4)
  if (found !== version || !id || text === undefined || rest.length > 0) return undefined
  const body = decodeBase64url(text)
  return body && { id, body }
}

function encrypt(key: KeyObject, plain: Buffer, aad: Buffer): Buffer {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(aad)
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

function decrypt(key: KeyObject, body: Buffer, aad: Buffer): Buffer | undefined {
  if (body.length < nonceBytes + tagBytes) return undefined
  const nonce = body.subarray(0, nonceBytes)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(aad)
  decipher.setAuthTag(body.subarray(-tagBytes))
  const opened = decipher.update(body.subarray(nonceBytes, -tagBytes))
  try {
    return Buffer.concat([opened, decipher.final()])
  } catch {
    return undefined
  }
}
