/**
 * What the refresh engine holds in this process: the flights that are under way, tokens that were opened, who was used.
 * Nothing here is needed after a crash: the rows say everything. Does not own: when and how a token is renewed
 * (`fresh-token.ts`, `flight.ts`, `attempt.ts`).
 */
import { randomId } from '#crypto/random.ts'
import type { Seal } from '#crypto/seal.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Log } from '#observe/log.ts'
import { noteConnectionsUsed } from '#store/connections.ts'
import type { Database } from '#store/database.ts'
import { ExchangeLog } from './exchange-log.ts'
import type { InstanceGuard } from './instance.ts'
import { JoinedReads } from './joined-reads.ts'

const OPENED_LIMIT = 20_000
const NOTE_EVERY_MS = 5000
/** What was sent gets so long to be answered and saved before the process ends. */
const CLOSING_MS = 20_000

interface Opened {
  readonly version: number
  readonly token: string
}

export class Engine {
  /** Names this process among the nodes. */
  readonly id: string = randomId()
  readonly guard: InstanceGuard
  readonly log: Log
  /** Of rows, by key. */
  readonly reads = new JoinedReads()
  readonly exchanges: ExchangeLog
  readonly #db: Database
  readonly #flights = new Map<string, Promise<unknown>>()
  readonly #opened = new Map<string, Opened>()
  /** By connection: the version that was fetched because an API had refused the one before. */
  readonly #refused = new Map<string, number>()
  /** By server: until when the background leaves it alone, as `performance.now()` tells time. */
  readonly #resting = new Map<string, number>()
  #used = new Map<string, number>()
  readonly #timer: NodeJS.Timeout
  #isClosing = false

  constructor(db: Database, seal: Seal, log: Log, guard: InstanceGuard) {
    this.#db = db
    this.exchanges = new ExchangeLog(db, seal, log)
    this.log = log
    this.guard = guard
    this.#timer = setInterval(() => void this.#note(), NOTE_EVERY_MS).unref()
  }

  get isClosing(): boolean {
    return this.#isClosing
  }

  /** One at a time under that key: who comes while it runs gets the same end. It outlives whoever began it. */
  share<T>(key: string, begin: () => Promise<T>): Promise<T> {
    const running = this.#flights.get(key)
    if (running !== undefined) return running as Promise<T>
    const flight = begin().finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  /** What is under way under keys that begin like that, without the beginning. */
  sharedKeys(prefix: string): readonly string[] {
    return [...this.#flights.keys()].flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []))
  }

  /** The access token of that version, opened once: unsealing is dearer than the read. */
  opened(id: string, version: number, open: () => string): string {
    const held = this.#opened.get(id)
    if (held?.version === version) return held.token
    const token = open()
    if (this.#opened.size >= OPENED_LIMIT) this.#opened.clear()
    this.#opened.set(id, { version, token })
    return token
  }

  /**
   * An API refused the token of that version. True: it may be renewed for that; false: it was fetched for just this
   * reason, and another one would fare no better.
   */
  mayRenewRefused(id: string, version: number): boolean {
    if (this.#refused.get(id) === version) return false
    if (this.#refused.size >= OPENED_LIMIT) this.#refused.clear()
    this.#refused.set(id, version + 1)
    return true
  }

  /** The background asks nothing of that server for so long. */
  rest(serverId: string, milliseconds: number): void {
    this.#resting.set(serverId, performance.now() + milliseconds)
  }

  /** The servers that are left alone at the moment. */
  resting(): readonly string[] {
    for (const [id, until] of this.#resting) if (until <= performance.now()) this.#resting.delete(id)
    return [...this.#resting.keys()]
  }

  /** Its token was given out; written behind, coalesced. */
  used(id: string): void {
    this.#used.set(id, nowSeconds())
  }

  /** What runs may end and be saved; nothing new is begun of itself. */
  async close(): Promise<void> {
    this.#isClosing = true
    clearInterval(this.#timer)
    const { promise: enough, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, CLOSING_MS)
    await Promise.race([Promise.allSettled(this.#flights.values()), enough])
    clearTimeout(timer)
    this.guard.close()
    await this.#note()
    await this.exchanges.flush()
  }

  /** Never rejects: it is told to people and decides nothing. */
  async #note(): Promise<void> {
    if (this.#used.size === 0) return
    const used = this.#used
    this.#used = new Map()
    try {
      await noteConnectionsUsed(this.#db, used)
    } catch (error) {
      this.log.warn({ err: error }, 'the last uses of connections could not be written')
    }
  }
}
