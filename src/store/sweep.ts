/**
 * Deletes what expired, in small batches, each a statement of its own: requests go on in between. What still has a
 * meaning after its time (a code or a refresh token used again must be recognised) stays for a while.
 */
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { purgeDeleted } from './purge.ts'

const minute = 60
const day = 86_400

interface Rule {
  readonly table: string
  readonly key: string
  readonly time: string
  /** Seconds after `time` during which the row stays. Never none: clocks of nodes differ. */
  readonly keep: number
}

const rules: readonly Rule[] = [
  { table: 'authorization_requests', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'authorization_codes', key: 'code_hash', time: 'expires_at', keep: 10 * minute },
  { table: 'device_codes', key: 'id', time: 'expires_at', keep: 10 * minute },
  { table: 'access_tokens', key: 'token_hash', time: 'expires_at', keep: 5 * minute },
  { table: 'revoked_tokens', key: 'jti', time: 'expires_at', keep: 5 * minute },
  { table: 'spent_assertions', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'login_failures', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'console_sign_ins', key: 'state_hash', time: 'expires_at', keep: 5 * minute },
  { table: 'console_sessions', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'connect_journeys', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'connector_runs', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'events', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'connection_exchanges', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'refresh_answers', key: 'id', time: 'expires_at', keep: 5 * minute },
  { table: 'refresh_tokens', key: 'token_hash', time: 'expires_at', keep: day },
  { table: 'sessions', key: 'id', time: 'expires_at', keep: day },
  { table: 'sessions', key: 'id', time: 'ended_at', keep: day },
  { table: 'grants', key: 'id', time: 'expires_at', keep: day },
]

/**
 * Deletes all rows whose time is over at `now` (epoch seconds), `batch` at a time, and a batch of what was in the recycle
 * bin for its time. Answers how many there were.
 */
export async function sweepExpired(db: Database, now: number, batch = 500): Promise<number> {
  let swept = 0
  for (const rule of rules) {
    let deleted = batch
    while (deleted === batch) {
      deleted = await sweepBatch(db, rule, now, batch)
      swept += deleted
    }
  }
  return swept + (await purgeDeleted(db, now, batch))
}

async function sweepBatch(db: Database, rule: Rule, now: number, batch: number): Promise<number> {
  const [table, key, time] = [sql.table(rule.table), sql.ref(rule.key), sql.ref(rule.time)]
  const result = await sql`delete from ${table} where ${key} in
    (select ${key} from ${table} where ${time} < ${now - rule.keep} order by ${time} limit ${batch})`.execute(db.sql)
  return Number(result.numAffectedRows ?? 0n)
}
