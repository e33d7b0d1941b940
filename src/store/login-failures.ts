/**
 * How often somebody tried and failed, by account and by address. An attempt is counted before it is checked and given
 * back when it was right, each by one statement, so that parallel guesses cannot pass together. Too many failures make
 * the next attempt wait, longer each time up to a bound, and never lock: attempts that have to wait are not counted.
 */
import { type Expression, sql as raw } from 'kysely'
import { nowSeconds } from '#observe/clock.ts'
import { type Actor, writeAudit } from './audit.ts'
import { type Database, type Sql, transaction } from './database.ts'
import type { User } from './users.ts'

export interface AttemptLimit {
  /** So many failures within the window cost nothing. */
  readonly failures: number
  readonly windowSeconds: number
  /** The wait after one more; it doubles with each further failure. */
  readonly firstDelaySeconds: number
  readonly longestDelaySeconds: number
}

export interface AttemptKey {
  /** A digest: neither names nor addresses are stored. */
  readonly id: string
  readonly limit: AttemptLimit
}

/** Undoes the count of the other keys when one of them has to wait. */
class HasToWait extends Error {
  readonly seconds: number
  constructor(seconds: number) {
    super('too many failed attempts')
    this.seconds = seconds
  }
}

/**
 * Counts one attempt at every key and answers 0, or counts none and answers the seconds to wait.
 * Always in the same order, so that two attempts cannot wait for each other's rows.
 */
export async function countAttempt(db: Database, keys: readonly AttemptKey[]): Promise<number> {
  const ordered = keys.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  try {
    await transaction(db, async (sql) => {
      for (const key of ordered) await countOne(sql, key)
    })
    return 0
  } catch (error) {
    if (error instanceof HasToWait) return error.seconds
    throw error
  }
}

async function countOne(sql: Sql, { id, limit }: AttemptKey): Promise<void> {
  const now = nowSeconds()
  const end = now + limit.windowSeconds
  const counted = await sql
    .insertInto('login_failures')
    .values({ id, failures: 1, first_at: now, last_at: now, expires_at: end })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((row) => {
          const isOver = row('login_failures.expires_at', '<=', now)
          const isBelow = row('login_failures.failures', '<', limit.failures - 1)
          return {
            failures: row
              .case()
              .when(isOver)
              .then(1)
              .else(row('login_failures.failures', '+', 1))
              .end(),
            first_at: row.case().when(isOver).then(now).else(row.ref('login_failures.first_at')).end(),
            last_at: now,
            // Beyond the limit the count outlives the longest wait, else waiting it out would begin anew.
            expires_at: row
              .case()
              .when(isOver)
              .then(end)
              .when(isBelow)
              .then(row.ref('login_failures.expires_at'))
              .else(end + limit.longestDelaySeconds)
              .end(),
          }
        })
        .where((row) =>
          row.or([
            row('login_failures.expires_at', '<=', now),
            row('login_failures.failures', '<', limit.failures),
            row(raw<number>`login_failures.last_at + ${delayAfter(limit)}`, '<=', now),
          ]),
        ),
    )
    .returning('id')
    .executeTakeFirst()
  if (!counted) throw new HasToWait(await secondsLeft(sql, id, limit, now))
}

/** The seconds between failure number `failures` and the next attempt, as the database computes them. */
function delayAfter(limit: AttemptLimit): Expression<number> {
  const rungs = delays(limit).map(
    (seconds, index) => raw`when ${raw.lit(limit.failures + index)} then ${raw.lit(seconds)}`,
  )
  return raw<number>`case login_failures.failures ${raw.join(rungs, raw` `)} else ${raw.lit(limit.longestDelaySeconds)} end`
}

/** Doubling, up to the last below the longest. */
function delays({ firstDelaySeconds, longestDelaySeconds }: AttemptLimit): readonly number[] {
  const rungs: number[] = []
  for (let seconds = firstDelaySeconds; seconds < longestDelaySeconds; seconds *= 2) rungs.push(seconds)
  return rungs
}

async function secondsLeft(sql: Sql, id: string, limit: AttemptLimit, now: number): Promise<number> {
  const row = await sql
    .selectFrom('login_failures')
    .select(['failures', 'last_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) return 1
  return Math.max(1, row.last_at + secondsAfter(limit, row.failures) - now)
}

/** As `delayAfter` says it: none below the limit. */
function secondsAfter(limit: AttemptLimit, failures: number): number {
  if (failures < limit.failures) return 0
  return delays(limit)[failures - limit.failures] ?? limit.longestDelaySeconds
}

/** What is counted at a key. */
export interface CountedFailures {
  readonly failures: number
  readonly first_at: number
  readonly last_at: number
  /** Before that every attempt has to wait; where it is past, none has to. */
  readonly retry_at: number
}

/** Undefined: nothing is counted there, or its time is over. */
export async function findFailures(db: Pick<Database, 'sql'>, key: AttemptKey): Promise<CountedFailures | undefined> {
  const row = await db.sql
    .selectFrom('login_failures')
    .select(['failures', 'first_at', 'last_at'])
    .where('id', '=', key.id)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
  return row && { ...row, retry_at: row.last_at + secondsAfter(key.limit, row.failures) }
}

/** Forgets what is counted at a user's key, so that nothing slows their next login. False: nothing was counted. */
export function releaseUser(db: Database, actor: Actor, user: User, key: AttemptKey): Promise<boolean> {
  return transaction(db, async (sql) => {
    const counted = await findFailures({ sql }, key)
    if (counted === undefined) return false
    await sql.deleteFrom('login_failures').where('id', '=', key.id).execute()
    const object = { realm_id: user.realm_id, object_kind: 'user', object_id: user.id, object_name: user.username }
    await writeAudit(sql, { ...object, actor, action: 'user.release_login', before: counted })
    return true
  })
}

/** After an attempt that was right, or that nobody came to check: what it counted is given back. */
export async function giveBackAttempt(db: Database, keys: readonly AttemptKey[]): Promise<void> {
  const ids = keys.map((key) => key.id).toSorted()
  await transaction(db, async (sql) => {
    for (const id of ids) {
      // Nothing stays of a login that went well.
      await sql.deleteFrom('login_failures').where('id', '=', id).where('failures', '<=', 1).execute()
      await sql
        .updateTable('login_failures')
        .set((row) => ({ failures: row('failures', '-', 1) }))
        .where('id', '=', id)
        .execute()
    }
  })
}

/** After a success: all that was counted at these keys is forgotten. */
export async function forgetAttempts(db: Database, keys: readonly AttemptKey[]): Promise<void> {
  const ids = keys.map((key) => key.id)
  await db.sql.deleteFrom('login_failures').where('id', 'in', ids).execute()
}
