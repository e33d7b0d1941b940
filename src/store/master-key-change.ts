/**
 * Another master key for the same data keys. For a while every data key is there twice, so that servers with the old
 * master key and servers with the new one work side by side; nothing that is sealed is touched.
 */
import { keyId, unwrapDataKey, type WrappedDataKey, WrongMasterKey, wrapDataKey, wrappedUnder } from '#crypto/seal.ts'
import { readDataKeys, replaceDataKeys } from './data-keys.ts'
import type { Database } from './database.ts'
import { readRotation } from './seal-rotation.ts'

type Outcome = 'done' | 'overtaken'

/** `rotating`: a data key that is announced now would lack the new wrapping. Throws `WrongMasterKey` or `SealBroken`. */
export async function wrapUnderNewMasterKey(
  db: Database,
  presentKey: Buffer,
  newKey: Buffer,
): Promise<Outcome | 'rotating'> {
  if ((await readRotation(db)).state !== 'idle') return 'rotating'
  const data = await readDataKeys(db)
  const isOther = (key: WrappedDataKey) => wrappedUnder(key) !== keyId(newKey)
  const keys = fitting(data.keys, presentKey).flatMap(({ id, wrapped }) => {
    const others = data.keys.filter((key) => key.id === id && isOther(key))
    return [...others, { id, wrapped: wrapDataKey(newKey, unwrapDataKey(presentKey, wrapped)) }]
  })
  return (await replaceDataKeys(db, data, keys)) ? 'done' : 'overtaken'
}

/** Only what the present key wrapped stays. Throws `WrongMasterKey` where a data key has no such wrapping. */
export async function dropOtherMasterKeys(db: Database, presentKey: Buffer): Promise<Outcome> {
  const data = await readDataKeys(db)
  const keys = fitting(data.keys, presentKey)
  for (const { wrapped } of keys) unwrapDataKey(presentKey, wrapped)
  return (await replaceDataKeys(db, data, keys)) ? 'done' : 'overtaken'
}

/** Each data key once, as this master key wrapped it, in the order that they have. */
function fitting(keys: readonly WrappedDataKey[], masterKey: Buffer): readonly WrappedDataKey[] {
  const master = keyId(masterKey)
  const ids = [...new Set(keys.map(({ id }) => id))]
  return ids.map((id) => {
    const found = keys.find((key) => key.id === id && wrappedUnder(key) === master)
    if (!found) throw new WrongMasterKey(master, keys.map(wrappedUnder).find((other) => other !== undefined) ?? '')
    return found
  })
}
