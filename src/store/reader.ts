/**
 * The thread in which SQLite reads long lists. Owns: that it is there while lists are asked for and a minute longer, that
 * one statement runs at a time, and that nobody waits for ever. Does not own: what waits for the disk, and which lists are
 * long (`sqlite-dialect.ts`). A statement that runs cannot be broken off: who waited too long is told so, the statement
 * runs to its end, and those behind it wait no longer than they may.
 */
import type { SQLInputValue } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import type { CompiledQuery, QueryResult } from 'kysely'
import { DatabaseUnavailable } from './outage.ts'
import type { Answer, Question } from './reader-thread.ts'

/** How long the thread stays when nothing is asked, and how long who asks waits for turn and statement together. */
const usualTimes = { idleMs: 60_000, longestMs: 10_000 }

interface Asked {
  readonly question: Question
  readonly answered: PromiseWithResolvers<Answer>
}

export class Reader {
  readonly #path: string
  readonly #times: Readonly<typeof usualTimes>
  readonly #waiting = new Set<Asked>()
  #running: Asked | undefined
  #thread: Worker | undefined
  #idle: NodeJS.Timeout | undefined
  #isClosed = false

  /** `path`: of the database file. */
  constructor(path: string, times: Readonly<typeof usualTimes> = usualTimes) {
    this.#path = path
    this.#times = times
  }

  /** Sees all that was committed before. Throws `DatabaseUnavailable` and errors of SQLite. */
  async read<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const answer = await this.#ask({ sql, parameters: parameters as readonly SQLInputValue[] })
    if ('message' in answer) {
      const { message, code, errcode } = answer
      throw Object.assign(new Error(message), { code, errcode })
    }
    return { rows: rowsOf(answer) as R[] }
  }

  #ask(question: Question): Promise<Answer> {
    if (this.#isClosed) return Promise.reject(new DatabaseUnavailable('the database is being closed'))
    const asked: Asked = { question, answered: Promise.withResolvers() }
    const { longestMs } = this.#times
    const timer = setTimeout(() => {
      this.#waiting.delete(asked)
      asked.answered.reject(new DatabaseUnavailable(`a list took longer than ${longestMs} ms`))
    }, longestMs)
    this.#waiting.add(asked)
    this.#next()
    return asked.answered.promise.finally(() => clearTimeout(timer))
  }

  #next(): void {
    if (this.#running !== undefined) return
    clearTimeout(this.#idle)
    const [next] = this.#waiting
    if (next === undefined) {
      this.#thread?.unref()
      this.#idle = setTimeout(() => this.#end(), this.#times.idleMs).unref()
      return
    }
    this.#waiting.delete(next)
    this.#running = next
    this.#thread ??= this.#start()
    this.#thread.ref()
    this.#thread.postMessage(next.question)
  }

  #start(): Worker {
    const thread = new Worker(new URL('./reader-thread.ts', import.meta.url), {
      workerData: this.#path,
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 8 },
    })
    const lost = (cause: unknown): void => {
      if (thread !== this.#thread) return
      this.#thread = undefined
      this.#done()?.reject(new DatabaseUnavailable('the thread that reads lists has ended', { cause }))
      this.#next()
    }
    return thread
      .on('message', (answer: Answer) => {
        this.#done()?.resolve(answer)
        this.#next()
      })
      .on('error', lost)
      .on('exit', lost)
  }

  #done(): PromiseWithResolvers<Answer> | undefined {
    const running = this.#running
    this.#running = undefined
    return running?.answered
  }

  #end(): void {
    this.#thread?.postMessage('close')
    this.#thread = undefined
  }

  /** Resolves when its connection is closed. Who waits is refused; the statement that runs is answered first. */
  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#idle)
    for (const { answered } of this.#waiting) answered.reject(new DatabaseUnavailable('the database is being closed'))
    this.#waiting.clear()
    const thread = this.#thread
    if (thread === undefined) return
    await new Promise((resolve) => {
      thread.once('exit', resolve)
      thread.ref()
      thread.postMessage('close')
    })
  }
}

function rowsOf({ columns, values }: Extract<Answer, { columns: unknown }>): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = []
  for (let at = 0; at < values.length; at += columns.length) {
    const row: Record<string, unknown> = {}
    for (const [index, name] of columns.entries()) row[name] = values[at + index]
    rows.push(row)
  }
  return rows
}
