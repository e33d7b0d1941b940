/**
 * The master key and what it opens. The key comes from the configuration, or with SQLite from a file in the data
 * directory; the data keys lie wrapped in the database. A key that does not fit refuses to start before anything is served.
 */
import { join } from 'node:path'
import {
  createSeal,
  generateMasterKey,
  generateWrappedDataKey,
  parseMasterKey,
  type Seal,
  SealBroken,
  type WrappedDataKey,
  WrongMasterKey,
} from '#crypto/seal.ts'
import { readOrCreateSecretFile, readSecretFile, StartRefused } from '#crypto/secret-file.ts'
import { DATA_KEYS } from './data-keys.ts'
import type { Database } from './database.ts'
import { addFact, readFact } from './facts.ts'

export interface MasterKeyConfig {
  readonly dataDir: string
  readonly masterKey: string | undefined
}

/** Opens the database's secrets; makes the master key and the first data key where there are none yet. */
export async function openSeal(db: Database, config: MasterKeyConfig): Promise<Seal> {
  const stored = await readFact(db.sql, DATA_KEYS)
  const { key, from } = masterKeyOf(db, config, stored !== undefined)
  const wrapped = stored ?? (await addFact(db.sql, DATA_KEYS, JSON.stringify([generateWrappedDataKey(key)])))
  try {
    return createSeal(key, JSON.parse(wrapped) as WrappedDataKey[])
  } catch (error) {
    if (error instanceof WrongMasterKey || error instanceof SealBroken) {
      throw new StartRefused(`${from}: ${error.message}`)
    }
    throw error
  }
}

/** The key that the configuration names; one is made where the database was never sealed. */
export function masterKeyOf(
  db: Pick<Database, 'engine'>,
  config: MasterKeyConfig,
  isSealed: boolean,
): { key: Buffer; from: string } {
  if (config.masterKey !== undefined) return parsed(config.masterKey, 'SALLYPORT_MASTER_KEY')
  const path = join(config.dataDir, 'master.key')
  if (db.engine === 'postgres') {
    throw new StartRefused(
      'SALLYPORT_MASTER_KEY is required with PostgreSQL: every node needs the same one; make it with: openssl rand -base64 32',
    )
  }
  if (!isSealed) return parsed(readOrCreateSecretFile(path, generateMasterKey).text, path)
  const text = readSecretFile(path)
  if (text === undefined) {
    throw new StartRefused(
      `${path} is missing, and the secrets of this database cannot be read without it: ` +
        'put the file back, or set SALLYPORT_MASTER_KEY to the key that was in it',
    )
  }
  return parsed(text, path)
}

function parsed(text: string, from: string): { key: Buffer; from: string } {
  try {
    return { key: parseMasterKey(text), from }
  } catch (error) {
    throw new StartRefused(`${from}: ${error instanceof Error ? error.message : 'not a master key'}`)
  }
}
