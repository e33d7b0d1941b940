/** A bounded load on a server of this machine: workers that each send the next request when the last was answered. */
import { Pool } from 'undici'

export interface Shot {
  readonly method?: 'GET' | 'POST'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export interface Load {
  readonly origin: string
  readonly concurrency: number
  /** Stops after so many requests, or after so long, whichever is given. */
  readonly requests?: number
  readonly seconds?: number
  /** The next request of a worker; what the last answer said may decide it. Undefined: this worker has no more. */
  readonly next: (worker: number, last: string | undefined) => Shot | undefined
  /** An answer counts when its status is 200 and this holds; one that does not come is an error. */
  readonly isGood: (body: string) => boolean
}

export interface LoadResult {
  readonly answered: number
  readonly errors: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export async function fire(load: Load): Promise<LoadResult> {
  const pool = new Pool(load.origin, { connections: load.concurrency, pipelining: 1 })
  const times: number[] = []
  let errors = 0
  let sent = 0
  const began = performance.now()
  const until = load.seconds === undefined ? Number.POSITIVE_INFINITY : began + load.seconds * 1000
  const most = load.requests ?? Number.POSITIVE_INFINITY
  const work = async (worker: number) => {
    let last: string | undefined
    while (sent < most && performance.now() < until) {
      const shot = load.next(worker, last)
      if (shot === undefined) return
      sent++
      const at = performance.now()
      const answer = await pool
        .request({
          method: shot.method ?? 'POST',
          path: shot.path,
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...shot.headers },
          ...(shot.body !== undefined && { body: shot.body }),
        })
        .then(async ({ statusCode, body }) => ({ statusCode, text: await body.text() }))
        .catch(() => undefined)
      last = answer?.text
      times.push(performance.now() - at)
      if (answer?.statusCode !== 200 || !load.isGood(answer.text)) errors++
    }
  }
  await Promise.all(Array.from({ length: load.concurrency }, (_, worker) => work(worker)))
  const seconds = (performance.now() - began) / 1000
  await pool.close()
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { answered: times.length - errors, errors, seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
