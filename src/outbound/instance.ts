/**
 * Is this database the real one? A copy that refreshes spends tokens that the real one needs, and a restored backup
 * holds tokens that were spent since. Two things outside the database tell: where it lies (with SQLite the data directory
 * and a file in it with the instance's id, with PostgreSQL the server and the public URL under which it serves), and for
 * both a high-water mark in that file, which every new refresh token raises. Whoever is not sure spends nothing: tokens that
 * are good are still given out. `sallyport instance adopt` says that this one is real.
 */
import { randomId } from '#crypto/random.ts'
import type { RequestLog } from '#http/message.ts'
import type { Database } from '#store/database.ts'
import {
  foundInstance,
  freezeBehind,
  placeOf,
  readHighWater,
  readInstance,
  readPlace,
  writePlace,
} from '#store/instance.ts'
import { INSTANCE_FILE, type Outside, readOutside, writeOutside } from '#store/instance-file.ts'

const WRITE_EVERY_MS = 1000
const LOOK_AGAIN_MS = 2000

export interface InstanceOptions {
  readonly db: Database
  readonly dataDir: string
  readonly publicUrl: string
}

export class InstanceGuard {
  readonly #options: InstanceOptions
  readonly #log: RequestLog
  #refusal: string | undefined
  #lookedAt = 0
  #mark = 0
  #written = 0
  #id = ''
  #timer: NodeJS.Timeout | undefined
  #isTold = false

  private constructor(options: InstanceOptions, log: RequestLog) {
    this.#options = options
    this.#log = log
  }

  static async open(options: InstanceOptions, log: RequestLog): Promise<InstanceGuard> {
    const guard = new InstanceGuard(options, log)
    await guard.#look()
    if (guard.#refusal !== undefined) log.warn({ reason: guard.#refusal }, 'no refresh token is spent')
    return guard
  }

  /** Why nothing may be spent; undefined: go on. After `adopt` it finds out within seconds. */
  async refusal(): Promise<string | undefined> {
    if (this.#refusal === undefined) await this.#compare(this.#mark)
    else if (performance.now() - this.#lookedAt > LOOK_AGAIN_MS) await this.#look()
    return this.#refusal
  }

  /** A refresh token was saved under this mark; the file follows within a second. */
  raised(mark: number): void {
    this.#mark = Math.max(this.#mark, mark)
    this.#timer ??= setTimeout(() => this.#write(), WRITE_EVERY_MS).unref()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#write()
  }

  async #look(): Promise<void> {
    this.#lookedAt = performance.now()
    const { db } = this.#options
    const place = await placeOf(db, this.#options)
    const known = await readInstance(db)
    const instance = known ?? (await foundInstance(db, randomId()))
    this.#id = instance.id
    const outside = readOutside(this.#options.dataDir)
    const written = await readPlace(db.sql)
    this.#refusal = known && refusalOf(db, instance, outside, place, written || place)
    if (this.#refusal !== undefined) return
    if (written !== place) await writePlace(db.sql, place)
    this.#mark = instance.highWater
    // The file knows of refresh tokens that the database does not.
    if (outside?.id === instance.id) await this.#compare(outside.high_water)
    if (outside?.id !== instance.id || outside.high_water !== this.#mark) this.#write(true)
  }

  async #learn(): Promise<void> {
    try {
      await this.#look()
    } catch (error) {
      this.#log.warn({ err: error }, 'which instance this is could not be looked up')
    }
  }

  /** Behind a mark that it had reached: it was put back to an earlier state, or a standby that lagged took over. */
  async #compare(known: number): Promise<void> {
    const { db } = this.#options
    if ((await readHighWater(db.sql)) >= known) return
    const frozen = await freezeBehind(db, known)
    this.#mark = Math.max(this.#mark, known)
    this.#log.warn({ connections: frozen }, 'the database is older than it was: connections are frozen until released')
  }

  #write(always = false): void {
    this.#timer = undefined
    if (this.#refusal !== undefined || (!always && this.#written >= this.#mark)) return
    try {
      const outside = readOutside(this.#options.dataDir)
      // Somebody adopted this instance meanwhile: the new name is learned first.
      if (!always && outside !== undefined && outside.id !== this.#id) return void this.#learn()
      writeOutside(this.#options.dataDir, { id: this.#id, high_water: this.#mark })
      this.#written = this.#mark
    } catch (error) {
      // A node whose directory cannot be written says so once.
      if (!this.#isTold) this.#log.warn({ err: error }, 'the high-water mark could not be written beside the database')
      this.#isTold = true
    }
  }
}

function refusalOf(
  db: Database,
  instance: { readonly id: string; readonly highWater: number },
  outside: Outside | undefined,
  place: string,
  knownPlace: string | undefined,
): string | undefined {
  // Nothing was ever spent: no copy can do harm.
  if (instance.highWater === 0) return undefined
  if (db.engine === 'postgres') {
    return place === knownPlace ? undefined : 'this database was copied from another place, or its public URL changed'
  }
  if (place !== knownPlace) return 'the database comes from another data directory'
  if (outside === undefined) return `the file ${INSTANCE_FILE} is missing in the data directory`
  return outside.id === instance.id ? undefined : `the file ${INSTANCE_FILE} belongs to another database`
}
