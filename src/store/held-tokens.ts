/** The read that a token costs which is held and good: what giving it out needs, by one index. */
import type { ConnectionKey, ConnectionRow } from './connections.ts'
import type { Database, Sql } from './database.ts'
import { prepared } from './prepared.ts'

const heldColumns = [
  'id',
  'realm_id',
  'subject',
  'version',
  'settings_version',
  'access_sealed',
  'token_type',
  'scope',
  'refresh_sealed',
  'received_at_ms',
  'soft_at',
  'hard_at',
  'expires_at',
  'state',
  'reason',
  'detail',
  'next_try_at',
] as const satisfies readonly (keyof ConnectionRow)[]

export type HeldToken = Pick<ConnectionRow, (typeof heldColumns)[number]>

const findHeldByKey = prepared((sql: Sql, key: ConnectionKey & Readonly<Record<string, string>>) =>
  sql
    .selectFrom('connections')
    .select(heldColumns)
    .where('server_id', '=', key.server_id)
    .where('subject', '=', key.subject)
    .where('environment', '=', key.environment)
    .where('application', '=', key.application)
    .where('asked_scope', '=', key.asked_scope),
)

export async function findHeldToken(db: Database, key: ConnectionKey): Promise<HeldToken | undefined> {
  return (await findHeldByKey(db.sql, { ...key }))[0]
}
