/**
 * The data keys, wrapped, as all processes share them: a list, of which the last one seals. Several processes change it
 * at once or not at all: who saw another list than the one that is there changes nothing.
 */
import type { Seal, WrappedDataKey } from '#crypto/seal.ts'
import { changeConfig, type Database } from './database.ts'

export const DATA_KEYS = 'data_keys'

export interface DataKeys {
  /** As stored: what a change is compared with. */
  readonly text: string
  readonly keys: readonly WrappedDataKey[]
}

/** Held: every process asks once a second. */
export function readDataKeys(db: Database): DataKeys | Promise<DataKeys> {
  return db.held.get(DATA_KEYS, async () => {
    const row = await db.sql.selectFrom('facts').select('value').where('name', '=', DATA_KEYS).executeTakeFirstOrThrow()
    return { text: row.value, keys: JSON.parse(row.value) as WrappedDataKey[] }
  })
}

/** False: the list is another one by now. */
export function replaceDataKeys(db: Database, from: DataKeys, keys: readonly WrappedDataKey[]): Promise<boolean> {
  return changeConfig(db, async (sql) => {
    const changed = await sql
      .updateTable('facts')
      .set({ value: JSON.stringify(keys) })
      .where('name', '=', DATA_KEYS)
      .where('value', '=', from.text)
      .executeTakeFirst()
    return changed.numUpdatedRows === 1n
  })
}

/** What another process did to the data keys is known here from now on. `learned`: the list of the last time. */
export async function learnDataKeys(db: Database, seal: Seal, learned: DataKeys | undefined): Promise<DataKeys> {
  const present = await readDataKeys(db)
  if (present.text !== learned?.text) seal.learn(present.keys)
  return present
}
