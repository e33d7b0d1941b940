/**
 * A new data key for everything that is sealed, while the house serves. In steps, each of them safe to be stopped after:
 * the new key is announced; when every process knows it, it seals; when every process seals under it, what older keys
 * sealed is sealed anew; when nothing is left, the older keys go. Between two steps lies more than any process takes to
 * learn of the one before. Who stops in the middle goes on where it stopped: everything is in the rows.
 */
import type { Seal } from '#crypto/seal.ts'
import { wrappedUnder } from '#crypto/seal.ts'
import { type Actor, writeAudit } from './audit.ts'
import { readDataKeys, replaceDataKeys } from './data-keys.ts'
import { changeConfig, type Database } from './database.ts'
import { readFact, writeFact } from './facts.ts'
import { countSealedElsewhere, replaceSealed, sealedColumns, sealedElsewhere } from './sealed-columns.ts'

const ROTATION = 'seal_rotation'
/** Processes look once a second, and trust what they hold for two. */
const SETTLING_MS = 5000
const BATCH = 100
const PAUSE_MS = 20

export interface Rotation {
  readonly state: 'idle' | 'announced' | 'sealing' | 'rewritten'
  /** The data key that everything will be sealed under, or is. */
  readonly key: string
  /** When the state was reached, in milliseconds; 0: never rotated. */
  readonly since_ms: number
}

/** Held, so that asking costs nothing. */
export function readRotation(db: Database): Rotation | Promise<Rotation> {
  return db.held.get(ROTATION, async () => {
    const stored = await readFact(db.sql, ROTATION)
    if (stored !== undefined) return JSON.parse(stored) as Rotation
    const { keys } = await readDataKeys(db)
    return { state: 'idle', key: keys.at(-1)?.id ?? '', since_ms: 0 }
  })
}

/** Values that are not sealed under the rotation's key yet. */
export function leftToRewrite(db: Database, { key }: Rotation): Promise<number> {
  return countSealedElsewhere(db.sql, key)
}

/**
 * Announces a new data key; where a rotation is under way, it is that one. `two_master_keys`: the data keys are wrapped
 * for a change of the master key, which has to be finished first.
 */
export async function beginRotation(
  db: Database,
  seal: Seal,
  actor: Actor,
  realmId: string,
): Promise<Rotation | 'two_master_keys'> {
  const present = await readRotation(db)
  if (present.state !== 'idle') return present
  const data = await readDataKeys(db)
  if (new Set(data.keys.map(wrappedUnder)).size > 1) return 'two_master_keys'
  const key = seal.newDataKey()
  const isOurs = await replaceDataKeys(db, data, [key, ...data.keys])
  if (!isOurs) return await readRotation(db)
  const rotation: Rotation = { state: 'announced', key: key.id, since_ms: Date.now() }
  await changeConfig(db, async (sql) => {
    await writeFact(sql, ROTATION, JSON.stringify(rotation))
    const entry = { realm_id: realmId, actor, action: 'seal.rotate', after: { key: key.id } }
    await writeAudit(sql, { ...entry, object_kind: 'seal', object_id: key.id, object_name: 'data key' })
  })
  return rotation
}

/** Whether `advanceRotation` would do something now. */
export function isRotationDue(rotation: Rotation): boolean {
  return rotation.state !== 'idle' && Date.now() - rotation.since_ms >= SETTLING_MS
}

/** The next step of a rotation that is under way; by one process at a time. */
export async function advanceRotation(db: Database, seal: Seal): Promise<void> {
  const rotation = await readRotation(db)
  if (!isRotationDue(rotation)) return
  if (rotation.state === 'announced') await takeIntoUse(db, rotation)
  else if (rotation.state === 'sealing') await rewrite(db, seal, rotation)
  else await finish(db, rotation)
}

async function takeIntoUse(db: Database, rotation: Rotation): Promise<void> {
  const data = await readDataKeys(db)
  const isNew = ({ id }: { id: string }) => id === rotation.key
  const keys = [...data.keys.filter((each) => !isNew(each)), ...data.keys.filter(isNew)]
  if (await replaceDataKeys(db, data, keys)) await reach(db, rotation, 'sealing')
}

/** With the event loop free between the batches. A secret that is changed meanwhile is sealed under the new key already. */
async function rewrite(db: Database, seal: Seal, rotation: Rotation): Promise<void> {
  for (const column of sealedColumns) {
    for (;;) {
      const values = await sealedElsewhere(db.sql, column, rotation.key, BATCH)
      for (const value of values) {
        const sealed = seal.seal(seal.open(value.sealed, value.context), value.context)
        // This process has not learned of the key yet: it comes again.
        if (!sealed.startsWith(`v1.${rotation.key}.`)) return
        await replaceSealed(db.sql, column, value, sealed)
      }
      if (values.length < BATCH) break
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  await reach(db, rotation, 'rewritten')
}

/** Nobody holds a row from before any more. What came in by the back door since is rewritten first. */
async function finish(db: Database, rotation: Rotation): Promise<void> {
  if ((await leftToRewrite(db, rotation)) > 0) return await reach(db, rotation, 'sealing')
  const data = await readDataKeys(db)
  const isDone = await replaceDataKeys(
    db,
    data,
    data.keys.filter(({ id }) => id === rotation.key),
  )
  if (isDone) await reach(db, rotation, 'idle')
}

/** Everybody forgets what they hold, so that no row from before is opened after. */
async function reach(db: Database, { key }: Rotation, state: Rotation['state']): Promise<void> {
  const rotation: Rotation = { state, key, since_ms: Date.now() }
  await changeConfig(db, (sql) => writeFact(sql, ROTATION, JSON.stringify(rotation)))
}
