/** The secrets at rest. The work is done by a chore of the house, so that nobody has to wait for it here. */
import * as contract from '#contract/seal.ts'
import type { Database } from '#store/database.ts'
import { beginRotation, leftToRewrite, type Rotation, readRotation } from '#store/seal-rotation.ts'
import { type Handled, handle } from './call.ts'
import { conflict } from './problem.ts'

async function shown(db: Database, rotation: Rotation): Promise<contract.SealState> {
  return { ...rotation, left: await leftToRewrite(db, rotation) }
}

export const sealHandlers: readonly Handled[] = [
  handle(contract.readSeal, async ({ context: { db } }) => ({ value: await shown(db, await readRotation(db)) })),

  handle(contract.rotateSeal, async ({ context: { db, seal }, actor, realm }) => {
    const rotation = await beginRotation(db, seal, actor, realm.id)
    if (rotation === 'two_master_keys') {
      throw conflict('a change of the master key is under way: finish it first (sallyport seal finish)')
    }
    return { value: await shown(db, rotation) }
  }),
]
