/** Device authorizations (RFC 8628): a device waits, a person answers once, the device fetches the answer once. */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import { completeAuthorizationRequest } from './authorization-requests.ts'
import { type Database, type Sql, transaction } from './database.ts'
import { createGrant, type Grant, holdSession } from './grants.ts'
import type { DeviceCodesTable } from './passing-tables.ts'

/** RFC 8628 §3.4 */
export const deviceCodeGrantType = 'urn:ietf:params:oauth:grant-type:device_code'

export type DeviceCode = Readonly<DeviceCodesTable>

export type NewDeviceCode = Pick<
  DeviceCode,
  | 'realm_id'
  | 'client_id'
  | 'device_code_hash'
  | 'user_code'
  | 'scope'
  | 'interval_seconds'
  | 'created_at'
  | 'expires_at'
>

/** False: that user code is taken in that realm; nothing was written. */
export async function addDeviceCode(db: Database, code: NewDeviceCode): Promise<boolean> {
  const added = await db.sql
    .insertInto('device_codes')
    .values({
      ...code,
      id: randomId(),
      polled_at_ms: null,
      user_id: null,
      answered_at: null,
      grant_id: null,
      spent_at: null,
    })
    .onConflict((conflict) => conflict.columns(['realm_id', 'user_code']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return added !== undefined
}

/** By what the device shows, whatever became of it. */
export function findDeviceCode(db: Database, realmId: string, hash: string): Promise<DeviceCode | undefined> {
  return db.sql
    .selectFrom('device_codes')
    .selectAll()
    .where('device_code_hash', '=', hash)
    .where('realm_id', '=', realmId)
    .executeTakeFirst()
}

/** By what a person typed or by its id: only while it waits for an answer. */
export function findWaitingDeviceCode(
  db: Database,
  realmId: string,
  by: { readonly userCode: string } | { readonly id: string },
): Promise<DeviceCode | undefined> {
  const waiting = db.sql
    .selectFrom('device_codes')
    .selectAll()
    .where('realm_id', '=', realmId)
    .where('answered_at', 'is', null)
    .where('expires_at', '>', nowSeconds())
  const found = 'id' in by ? waiting.where('id', '=', by.id) : waiting.where('user_code', '=', by.userCode)
  return found.executeTakeFirst()
}

/** The first who asks has it, and has it again; false: somebody else has, or it no longer waits. */
export async function takeDeviceCode(db: Database, id: string, userId: string): Promise<boolean> {
  const result = await db.sql
    .updateTable('device_codes')
    .set({ user_id: userId })
    .where('id', '=', id)
    .where((where) => where.or([where('user_id', 'is', null), where('user_id', '=', userId)]))
    .where('answered_at', 'is', null)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

export interface DeviceAnswer {
  /** device_codes.id */
  readonly id: string
  /** The journey in which it is answered: it ends with the answer. */
  readonly authorizationRequestId: string
  readonly sessionId: string
  readonly userId: string
  /** Absent: the answer is no. */
  readonly grant?: Omit<Grant, 'id'>
}

/** The person's answer, once, while the session lives: true, or false where any of that no longer holds. */
export function answerDeviceCode(db: Database, answer: DeviceAnswer): Promise<boolean> {
  const { id, authorizationRequestId, sessionId, userId, grant } = answer
  return transaction(db, async (sql) => {
    if (!(await holdSession(sql, sessionId))) return false
    if (!(await completeAuthorizationRequest({ sql }, authorizationRequestId))) return false
    const now = nowSeconds()
    const answered = await sql
      .updateTable('device_codes')
      .set({ answered_at: now })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('answered_at', 'is', null)
      .where('expires_at', '>', now)
      .executeTakeFirst()
    if (answered.numUpdatedRows === 0n) return false
    if (!grant) return true
    const { id: grantId } = await createGrant(sql, grant)
    await sql.updateTable('device_codes').set({ grant_id: grantId }).where('id', '=', id).execute()
    return true
  })
}

/** How much sooner than its interval a poll may come: two requests seldom travel equally fast. */
const JITTER_MILLISECONDS = 500
/** RFC 8628 §3.5 */
const SLOW_DOWN_SECONDS = 5

/** Notes a poll; false: it came too early, and from now on the interval is longer (RFC 8628 §3.5). */
export async function recordPoll(db: Database, id: string, nowMs: number): Promise<boolean> {
  const inTime = await db.sql
    .updateTable('device_codes')
    .set({ polled_at_ms: nowMs })
    .where('id', '=', id)
    .where((where) =>
      where.or([
        where('polled_at_ms', 'is', null),
        where(where('polled_at_ms', '+', where('interval_seconds', '*', 1000)), '<=', nowMs + JITTER_MILLISECONDS),
      ]),
    )
    .executeTakeFirst()
  if (inTime.numUpdatedRows > 0n) return true
  await db.sql
    .updateTable('device_codes')
    .set((row) => ({ polled_at_ms: nowMs, interval_seconds: row('interval_seconds', '+', SLOW_DOWN_SECONDS) }))
    .where('id', '=', id)
    .execute()
  return false
}

/** One statement decides who fetches the answer: false where somebody was faster. */
export async function spendDeviceCode(sql: Sql, id: string): Promise<boolean> {
  const result = await sql
    .updateTable('device_codes')
    .set({ spent_at: nowSeconds() })
    .where('id', '=', id)
    .where('spent_at', 'is', null)
    .where('grant_id', 'is not', null)
    .executeTakeFirst()
  return result.numUpdatedRows === 1n
}
