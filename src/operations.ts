/** The operators' doors, on a port of their own: is it alive, may it get traffic, what does it count. */
import type { Refused, Request, Response, Route } from '#http/message.ts'
import type { Metrics } from '#observe/metrics.ts'
import { ServerGauges } from '#outbound/server-gauges.ts'
import type { Database } from '#store/database.ts'
import { writeFact } from '#store/facts.ts'

/** Longer than a database that is well needs; shorter than the patience of whoever probes. */
const DATABASE_PATIENCE_MS = 1500

interface Operations {
  readonly db: Database
  readonly metrics: Metrics
  /** False while shutting down. */
  readonly isReady: () => boolean
}

export function operationsRoutes({ db, metrics, isReady }: Operations): readonly Route[] {
  const methods = ['GET']
  const refused = refusedAsText
  const gauges = new ServerGauges(db)
  return [
    { methods, path: '/health/live', handle: () => text(200, 'live'), refused },
    { methods, path: '/health/started', handle: () => text(200, 'started'), refused },
    { methods, path: '/health/ready', handle: () => readiness(db, isReady), refused },
    {
      methods,
      path: '/metrics',
      refused,
      handle: async () => ({
        status: 200,
        headers: { 'content-type': metrics.contentType },
        body: `${await gauges.text()}${await metrics.text()}`,
      }),
    },
  ]
}

async function readiness(db: Database, isReady: () => boolean): Promise<Response> {
  if (!isReady()) return text(503, 'shutting down')
  return (await writes(db)) ? text(200, 'ready') : text(503, 'the database is away or takes no writes')
}

/** A write, because most of what we are asked for needs one: on a full disk reading still works. */
async function writes(db: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, DATABASE_PATIENCE_MS, false)
  })
  const written = writeFact(db.sql, 'last_asked_ready_ms', String(Date.now()))
  try {
    return await Promise.race([written.then(() => true), patience])
  } catch {
    return false
  } finally {
    clearTimeout(timer)
  }
}

function text(status: number, body: string): Response {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${body}\n` }
}

function refusedAsText(_request: Request, refused: Refused): Response {
  return { ...text(refused.status, refused.description), headers: { 'content-type': 'text/plain', ...refused.headers } }
}
