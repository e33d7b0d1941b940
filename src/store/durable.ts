/**
 * Group commit for SQLite: one asynchronous `fdatasync` of the write-ahead log stands for every commit made before it
 * began. Owns: the count of commits and which of them are on the disk. Does not own: SQL, and checkpoints.
 * See decisions/0002-durable-group-commit.md.
 */
import { fdatasync } from 'node:fs'
import type { Observe } from './database.ts'

const done = Promise.resolve()

/** After a failed sync nothing may be answered any more: the process is about to end. */
const never = new Promise<void>(() => {})

export class Durable {
  readonly #descriptor: number
  readonly #onFatal: (error: Error) => void
  readonly #observe: Observe | undefined
  #made = 0
  #synced = 0
  #failed = false
  /** The newest commit that the running sync stands for. */
  #covers = 0
  #running: Promise<void> | undefined
  #next: PromiseWithResolvers<void> | undefined

  /** `descriptor`: of the write-ahead log; its owner closes it after the last `settled()`. */
  constructor(descriptor: number, onFatal: (error: Error) => void, observe: Observe | undefined) {
    this.#descriptor = descriptor
    this.#onFatal = onFatal
    this.#observe = observe
  }

  /** How many commits there were. */
  get commits(): number {
    return this.#made
  }

  /** To be called after each commit, before anything is awaited. */
  committed(): void {
    this.#made += 1
  }

  /** Resolves when every commit made until now is on the disk; at once when it is. Never rejects. */
  settled(): Promise<void> {
    if (this.#failed) return never
    if (this.#synced === this.#made) return done
    if (this.#running === undefined) return this.#sync(Promise.withResolvers())
    if (this.#covers === this.#made) return this.#running
    this.#next ??= Promise.withResolvers()
    return this.#next.promise
  }

  /** Never two at once: the next one starts here, when the running one has returned. */
  #sync(waiting: PromiseWithResolvers<void>): Promise<void> {
    this.#running = waiting.promise
    this.#covers = this.#made
    const began = this.#observe === undefined ? 0 : performance.now()
    fdatasync(this.#descriptor, (error) => {
      if (error !== null) {
        this.#failed = true
        this.#onFatal(new Error(`the database file cannot be synced to disk: ${error.message}`, { cause: error }))
        return
      }
      this.#synced = this.#covers
      this.#running = undefined
      const next = this.#next
      this.#next = undefined
      if (next !== undefined) void this.#sync(next)
      waiting.resolve()
      this.#observe?.({ what: 'sync', seconds: (performance.now() - began) / 1000 })
    })
    return waiting.promise
  }
}
