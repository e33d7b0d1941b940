/** What a data directory knows of its database: which one belongs to it, and how far it had come. */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { readSecretFile, replaceSecretFile } from '#crypto/secret-file.ts'

export const INSTANCE_FILE = 'instance.json'

export interface Outside {
  readonly id: string
  readonly high_water: number
}

/** Which directory it is, for its file system: the same after a restart or another name, another one for a copy. */
export function directoryNumber(dataDir: string): string {
  return statSync(dataDir, { bigint: true }).ino.toString()
}

/** undefined: there is no such file. One that cannot be read belongs to no database. */
export function readOutside(dataDir: string): Outside | undefined {
  const text = readSecretFile(join(dataDir, INSTANCE_FILE))
  if (text === undefined) return undefined
  try {
    const { id, high_water } = JSON.parse(text) as Partial<Outside>
    return { id: String(id), high_water: Number(high_water) || 0 }
  } catch {
    return { id: '', high_water: 0 }
  }
}

export function writeOutside(dataDir: string, outside: Outside): void {
  replaceSecretFile(join(dataDir, INSTANCE_FILE), JSON.stringify(outside))
}
