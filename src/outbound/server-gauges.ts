/**
 * The OAuth servers as gauges. They are read from the rows, so that every node tells the same, and at most once in
 * half a minute however often they are scraped. Of more than `MOST` servers those that do not work come first and the
 * rest is left out, so that labels stay bounded. While the database is away the last figures stand.
 */
import { gaugeText } from '#observe/tally.ts'
import type { Database } from '#store/database.ts'
import { listWatchedServers, type WatchedServer } from '#store/server-watch.ts'

const MOST = 1000
const KEEP_MS = 30_000
const PATIENCE_MS = 1500

export class ServerGauges {
  readonly #db: Database
  #servers: readonly WatchedServer[] = []
  #readAt = Number.NEGATIVE_INFINITY
  #reading: Promise<void> | undefined

  constructor(db: Database) {
    this.#db = db
  }

  /** In Prometheus' text format; empty where there is none. Never rejects. */
  async text(): Promise<string> {
    if (performance.now() - this.#readAt > KEEP_MS) await this.#refresh()
    const seen = this.#servers
    return [
      gaugeText(
        'sallyport_oauth_server_up',
        '0: a foreign OAuth server is in error or degraded; absent: it is disabled.',
        seen.flatMap((one) => valueOf(one, Number(!['error', 'degraded'].includes(one.status)))),
      ),
      gaugeText(
        'sallyport_oauth_server_secret_expires_timestamp_seconds',
        'When the client secret at a foreign OAuth server ends.',
        seen.flatMap((one) => valueOf(one, one.secret_expires_at)),
      ),
      gaugeText(
        'sallyport_oauth_server_refresh_token_expires_timestamp_seconds',
        'When the next refresh token of a foreign OAuth server ends.',
        seen.flatMap((one) => valueOf(one, one.refresh_expires_at)),
      ),
    ].join('')
  }

  async #refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined
    })
    let timer: NodeJS.Timeout | undefined
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE_MS)
    })
    await Promise.race([this.#reading, patience])
    clearTimeout(timer)
  }

  async #read(): Promise<void> {
    try {
      this.#servers = await listWatchedServers(this.#db, MOST)
      this.#readAt = performance.now()
    } catch {
      // What was read before stands: how the database is, readiness says.
    }
  }
}

function valueOf({ realm, server }: WatchedServer, value: number | null) {
  return value === null ? [] : [{ labels: { realm, server }, value }]
}
