/**
 * People on their way to connect an account: a ticket, the one browser that opened it, the provider that it was sent to.
 * Each step is one conditional statement, so that of two who take it at once one goes on (N156, N183). Does not own: who
 * may take a step, and what `proof_sealed` holds.
 */
import { randomId } from '#crypto/random.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { ConnectJourneysTable } from './connect-tables.ts'
import type { Database } from './database.ts'

export type ConnectJourney = Readonly<ConnectJourneysTable>

export type NewConnectJourney = Pick<
  ConnectJourney,
  | 'ticket_hash'
  | 'realm_id'
  | 'realm_name'
  | 'server_id'
  | 'subject'
  | 'environment'
  | 'application'
  | 'session_realm'
  | 'user_id'
  | 'client_id'
  | 'return_url'
>

export async function addConnectJourney(db: Database, journey: NewConnectJourney, seconds: number): Promise<void> {
  const now = nowSeconds()
  const nowhere = {
    browser_hash: null,
    state_hash: null,
    session_user_id: null,
    settings_version: null,
    proof_sealed: null,
  }
  await db.sql
    .insertInto('connect_journeys')
    .values({ ...journey, ...nowhere, id: randomId(), created_at: now, expires_at: now + seconds })
    .execute()
}

/** The journey of that ticket. undefined: there is none, or its time is over, or its person has agreed already. */
export async function findTicket(
  db: Database,
  place: Pick<ConnectJourney, 'realm_id' | 'server_id' | 'ticket_hash'>,
): Promise<ConnectJourney | undefined> {
  return await db.sql
    .selectFrom('connect_journeys')
    .selectAll()
    .where('ticket_hash', '=', place.ticket_hash)
    .where('realm_id', '=', place.realm_id)
    .where('server_id', '=', place.server_id)
    .where('state_hash', 'is', null)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
}

/** The first browser that comes has it, for `seconds`, and may come again. False: another one was first. */
export async function bindConnectJourney(
  db: Database,
  { id, browser_hash }: Pick<ConnectJourney, 'id' | 'browser_hash'>,
  browserHash: string,
  seconds: number,
): Promise<boolean> {
  if (browser_hash !== null) return browser_hash === browserHash
  const result = await db.sql
    .updateTable('connect_journeys')
    .set({ browser_hash: browserHash, expires_at: nowSeconds() + seconds })
    .where('id', '=', id)
    .where('browser_hash', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** While its person has not decided yet. */
export async function findConnectJourney(db: Database, id: string): Promise<ConnectJourney | undefined> {
  return await db.sql
    .selectFrom('connect_journeys')
    .selectAll()
    .where('id', '=', id)
    .where('state_hash', 'is', null)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
}

export interface SentAway {
  readonly state_hash: string
  readonly session_user_id: string
  readonly settings_version: number
  readonly proof_sealed: string
}

/** The person agreed and is sent to the provider, once. False: that was done before. */
export async function sendConnectJourney(db: Database, id: string, sent: SentAway, seconds: number): Promise<boolean> {
  const result = await db.sql
    .updateTable('connect_journeys')
    .set({ ...sent, expires_at: nowSeconds() + seconds })
    .where('id', '=', id)
    .where('state_hash', 'is', null)
    .executeTakeFirst()
  return result.numUpdatedRows > 0n
}

/** By the state that came back to a callback of that server; whose browser it is has to be looked at before it is spent. */
export async function findSentJourney(
  db: Database,
  place: Pick<ConnectJourney, 'realm_id' | 'server_id'> & { readonly state_hash: string },
): Promise<ConnectJourney | undefined> {
  return await db.sql
    .selectFrom('connect_journeys')
    .selectAll()
    .where('state_hash', '=', place.state_hash)
    .where('realm_id', '=', place.realm_id)
    .where('server_id', '=', place.server_id)
    .where('expires_at', '>', nowSeconds())
    .executeTakeFirst()
}

/** Its end, of whatever kind. False: somebody else has ended it. */
export async function endConnectJourney(db: Database, id: string): Promise<boolean> {
  const result = await db.sql.deleteFrom('connect_journeys').where('id', '=', id).executeTakeFirst()
  return result.numDeletedRows > 0n
}
