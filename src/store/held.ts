/**
 * Rows that change rarely, kept in memory under `config_version`. Every process polls the version and forgets all when
 * it changed, so that a change is seen everywhere within a second; what cannot be checked is not trusted for long.
 */
import type { Sql } from './database.ts'
import { isUnavailable } from './outage.ts'

const pollMs = 500

/** What is held counts while the last successful poll began less than this ago. */
const trustMs = 2000

/** A poll that takes longer than this says that the database hangs. */
const pollPatienceMs = 500

const keptEntries = 10_000

export interface HeldOptions {
  /** `serve`: while the database is away the old value is good enough. Without it the outage is thrown. */
  stale?: 'refuse' | 'serve'
}

/** What those see of it who ask for rows. */
export type Holding = Pick<Held, 'get' | 'forget'>

/** Within a transaction: every question goes to the rows, which nobody else sees yet. */
export const holdingNothing: Holding = { get: (_key, load) => load(), forget: () => {} }

export class Held {
  readonly #sql: Sql
  readonly #timer: NodeJS.Timeout
  readonly #entries = new Map<string, unknown>()
  readonly #flights = new Map<string, Promise<unknown>>()
  /** Raised by `forget`: what was loaded under an older one is not kept. */
  #epoch = 0
  #version: number | undefined
  #trustedUntil = 0
  /** The last poll found the database away. */
  #away = false
  /** When the poll that is under way began. */
  #pollBegan: number | undefined

  constructor(sql: Sql) {
    this.#sql = sql
    this.#timer = setInterval(() => void this.poll(), pollMs).unref()
  }

  /**
   * The value under `key`: at once (no promise) when it is held, else by `load`, which all who ask meanwhile share.
   * The key names its type; values are shared and must not be changed. Null and undefined are not held.
   */
  get<T>(key: string, load: () => Promise<T>, options?: HeldOptions): T | Promise<T> {
    const value = this.#entries.get(key)
    if (value === undefined) return this.#load(key, load)
    if (performance.now() < this.#trustedUntil) return value as T
    if (options?.stale !== 'serve') return this.#load(key, load)
    if (this.#away || this.#isPollLate()) return value as T
    return this.#load(key, load).catch((error: unknown) => {
      if (isUnavailable(error)) return value as T
      throw error
    })
  }

  /** Forgets everything, and what is being loaded at this moment as well. */
  forget(): void {
    this.#epoch += 1
    this.#entries.clear()
    this.#flights.clear()
  }

  #load<T>(key: string, load: () => Promise<T>): Promise<T> {
    const shared = this.#flights.get(key)
    if (shared !== undefined) return shared as Promise<T>
    const epoch = this.#epoch
    const flight = load()
      .then((value) => {
        if (epoch === this.#epoch && value !== undefined && value !== null) this.#keep(key, value)
        return value
      })
      .finally(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key)
      })
    this.#flights.set(key, flight)
    return flight
  }

  #keep(key: string, value: unknown): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= keptEntries) return
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest)
      return
    }
  }

  /** Asks for the version once; what another process changed is forgotten. Never rejects. */
  async poll(): Promise<void> {
    if (this.#pollBegan !== undefined) return
    const began = performance.now()
    this.#pollBegan = began
    try {
      const row = await this.#sql.selectFrom('config_version').select('version').executeTakeFirst()
      if (row?.version !== this.#version) this.forget()
      this.#version = row?.version
      this.#trustedUntil = began + trustMs
      this.#away = false
    } catch (error) {
      this.#away = isUnavailable(error)
    } finally {
      this.#pollBegan = undefined
    }
  }

  /** Nobody who may have the old value waits until the poll gives up. */
  #isPollLate(): boolean {
    return this.#pollBegan !== undefined && performance.now() - this.#pollBegan > pollPatienceMs
  }

  /** Ends the polling. */
  close(): void {
    clearInterval(this.#timer)
  }
}
