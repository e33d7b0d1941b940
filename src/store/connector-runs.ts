/** What connectors did, for thirty days. Rows hold what the runner has masked, and nothing else. */
import { randomId } from '#crypto/random.ts'
import type { ConnectorRunsTable } from './connect-tables.ts'
import type { Database } from './database.ts'
import { type ListQuery, type ListRules, listPage, type Page } from './listing.ts'

const KEPT_SECONDS = 30 * 86_400

export interface RunRequest {
  readonly method: string
  readonly url: string
  readonly body: string | null
}

export interface RunAnswer {
  readonly content_type: string | null
  readonly bytes: number
  /** The beginning of the body. */
  readonly excerpt: string
}

export interface ConnectorRun
  extends Readonly<Omit<ConnectorRunsTable, 'realm_id' | 'connector_id' | 'request' | 'answer' | 'expires_at'>> {
  readonly request: RunRequest
  readonly answer: RunAnswer | null
}

export async function addConnectorRun(
  db: Database,
  place: Pick<ConnectorRunsTable, 'realm_id' | 'connector_id'>,
  run: Omit<ConnectorRun, 'id'>,
): Promise<ConnectorRun> {
  const id = randomId()
  const request = JSON.stringify(run.request)
  const answer = run.answer === null ? null : JSON.stringify(run.answer)
  const expires_at = Math.floor(run.at_ms / 1000) + KEPT_SECONDS
  await db.sql
    .insertInto('connector_runs')
    .values({ ...run, ...place, id, request, answer, expires_at })
    .execute()
  return { ...run, id }
}

const runList: ListRules = {
  fields: {
    at_ms: { kind: 'number', column: 'at_ms' },
    duration_ms: { kind: 'number', column: 'duration_ms' },
    actor_name: { kind: 'text', column: 'actor_name' },
    result: { kind: 'text', column: 'result' },
    status: { kind: 'number', column: 'status' },
    code: { kind: 'text', column: 'code' },
  },
  search: ['actor_name', 'result', 'code'],
  sort: '-at_ms',
  key: 'id',
}

export async function listConnectorRuns(
  db: Database,
  connectorId: string,
  query: ListQuery,
): Promise<Page<ConnectorRun>> {
  const all = db.sql.selectFrom('connector_runs').selectAll().where('connector_id', '=', connectorId)
  const page = await listPage(db, all, runList, query)
  return { ...page, items: page.items.map(runOf) }
}

function runOf(row: ConnectorRunsTable): ConnectorRun {
  const { realm_id: _realm, connector_id: _connector, expires_at: _expires, request, answer, ...rest } = row
  return {
    ...rest,
    request: JSON.parse(request) as RunRequest,
    answer: answer === null ? null : (JSON.parse(answer) as RunAnswer),
  }
}
