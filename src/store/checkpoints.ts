/**
 * When the write-ahead log is moved into the database file, and that it cannot grow for ever: while writers follow each
 * other without a gap no passive checkpoint ever reaches the log's end, so beyond a limit they are held for the rest.
 */
import { fstatSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { Checkpoint } from './checkpoint.ts'
import type { Observe } from './database.ts'
import type { SqliteEngine } from './sqlite.ts'

const lookMs = 250

/** A checkpoint is due when the log's file is larger than this, or after so many looks when there was a commit. */
const dueBytes = 16 * 1024 * 1024
const dueLooks = 8

/** Frames (4 KiB each) in the log from which on the writers are held for its last part. */
const longLog = 8192

/** SQLite cuts the log's file down to this when it begins anew. */
export const logBytes = dueBytes

export class Checkpoints {
  readonly #path: string
  readonly #log: number
  readonly #engine: SqliteEngine
  readonly #observe: Observe | undefined
  readonly #timer: NodeJS.Timeout
  #worker: Worker | undefined
  #running: Promise<void> | undefined
  #commitsBefore = 0
  #looks = 0

  /** `log`: the descriptor of the write-ahead log of the database at `path`. */
  constructor(path: string, log: number, engine: SqliteEngine, observe: Observe | undefined) {
    this.#path = path
    this.#log = log
    this.#engine = engine
    this.#observe = observe
    this.#timer = setInterval(() => this.#look(), lookMs).unref()
  }

  #look(): void {
    this.#looks += 1
    const commits = this.#engine.durable.commits - this.#commitsBefore
    if (commits === 0 || this.#running !== undefined) return
    if (this.#looks < dueLooks && fstatSync(this.#log).size <= dueBytes) return
    this.#looks = 0
    this.#commitsBefore += commits
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    const { log, moved } = await this.#ask()
    if (log < longLog || moved >= log) return
    await this.#engine.lock()
    await this.#ask()
    this.#engine.unlock()
  }

  /** One checkpoint in the worker. Never rejects: a checkpoint that failed (disk full) is tried again. */
  async #ask(): Promise<Checkpoint> {
    const worker = this.#worker ?? this.#start()
    const answer = await new Promise<Checkpoint>((resolve) => {
      const failed = (error: unknown): void => {
        this.#worker = undefined
        resolve({ log: 0, moved: 0, seconds: 0, error: String(error) })
      }
      worker.removeAllListeners()
      worker.once('message', resolve).once('error', failed).once('exit', failed)
      worker.ref()
      worker.postMessage('checkpoint')
    })
    worker.unref()
    const { seconds, error } = answer
    this.#observe?.(error === undefined ? { what: 'checkpoint', seconds } : { what: 'checkpoint', seconds, error })
    return answer
  }

  #start(): Worker {
    this.#worker = new Worker(new URL('./checkpoint.ts', import.meta.url), {
      workerData: this.#path,
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 4 },
    })
    this.#worker.unref()
    return this.#worker
  }

  /** Resolves when the worker's connection is closed. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#running
    const worker = this.#worker
    if (worker === undefined) return
    worker.removeAllListeners('exit')
    await new Promise((resolve) => {
      worker.once('exit', resolve)
      worker.ref()
      worker.postMessage('close')
    })
  }
}
