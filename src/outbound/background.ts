/**
 * What the engine does when nobody asks: saves answers that a crash left in the journal, takes up attempts that it left
 * open, and renews connections before they end or idle away. The work is spread: a few connections of each server at
 * once and so many a second, so that neither a provider nor the database meets a storm, and a server that hangs holds
 * up nobody but its own connections.
 */
import { nowSeconds } from '#observe/clock.ts'
import { type ConnectionRow, findConnectionById } from '#store/connections.ts'
import { deferConnection, deferServer, listAbandonedAttempts, listDueConnections } from '#store/connections-due.ts'
import { findOAuthServerById } from '#store/oauth-servers.ts'
import { listRealms, type Realm } from '#store/realms.ts'
import { listPendingAnswers } from '#store/refresh-answers.ts'
import type { OutboundContext } from './context.ts'
import { type Flown, fly, type Wanted } from './flight.ts'
import type { Problem } from './states.ts'

/** Connections that are begun in one pass, over all servers. */
const PASS_LIMIT = 500
const AT_ONCE_PER_SERVER = 8
/** One server is asked at most so often by a process: after a pause thousands are due, and none of them hurries. */
const BEGUN_PER_SECOND = 40
/** Who could not be renewed for a reason that is not its own comes back after this, and half as much again at most. */
const DEFER_SECONDS = 60
/** A server that asks for time gets it, as long as one connection's trouble may hold up the others. */
const LONGEST_REST_SECONDS = 60
/** How often what is switched off is looked at. */
const OFF_SECONDS = 600

/** A chore: one pass. Ends when everything has begun; the flights of slow servers go on. */
export async function refreshDue(context: OutboundContext): Promise<void> {
  const realms = new Map((await listRealms(context.db)).map((realm) => [realm.id, realm]))
  await drainJournal(context, realms)
  if ((await context.engine.guard.refusal()) !== undefined) return
  const resting = context.engine.resting()
  const busy = [...context.engine.sharedKeys(PREFIX), ...resting]
  const abandoned = await listAbandonedAttempts(context.db, PASS_LIMIT)
  const due = await listDueConnections(context.db, nowSeconds(), busy, PASS_LIMIT)
  const rows = new Map([...due, ...abandoned].map((row) => [row.id, row]))
  for (const [serverId, some] of Map.groupBy(rows.values(), (row) => row.server_id)) {
    if (resting.includes(serverId)) continue
    const work = context.engine.share(PREFIX + serverId, () => renewAll(context, realms, serverId, some))
    work.catch((err: unknown) => context.engine.log.warn({ err }, 'renewing in the background failed'))
  }
}

const PREFIX = 'background '

/** What was received is saved whatever the state of its server: it has been paid for. */
async function drainJournal(context: OutboundContext, realms: ReadonlyMap<string, Realm>): Promise<void> {
  for (const { connection_id } of await listPendingAnswers(context.db, PASS_LIMIT)) {
    const row = await findConnectionById(context.db.sql, connection_id)
    const wanted = row && (await wantedFor(context, realms, row))
    if (!(row && wanted)) continue
    await fly(context, { ...wanted, isDrain: true }, row).catch((err: unknown) => {
      context.engine.log.warn({ err, connection: row.id }, 'a stored answer could not be saved yet')
    })
  }
}

async function wantedFor(
  { db }: OutboundContext,
  realms: ReadonlyMap<string, Realm>,
  row: ConnectionRow,
): Promise<Wanted | undefined> {
  const realm = realms.get(row.realm_id)
  const server = await findOAuthServerById(db, row.server_id)
  return realm && server && { realm, server, isBackground: true }
}

async function renewAll(
  context: OutboundContext,
  realms: ReadonlyMap<string, Realm>,
  serverId: string,
  rows: readonly ConnectionRow[],
): Promise<void> {
  const server = await findOAuthServerById(context.db, serverId)
  const realm = server && realms.get(server.realm_id)
  if (!(server && realm?.enabled) || server.disabled_at !== null) {
    const now = nowSeconds()
    await deferServer(context.db, serverId, now, now + OFF_SECONDS)
    return
  }
  const waiting = [...rows]
  const began = performance.now()
  let begun = 0
  const worker = async (): Promise<void> => {
    for (let row = waiting.shift(); row !== undefined && !context.engine.isClosing; row = waiting.shift()) {
      const turn = began + (begun++ * 1000) / BEGUN_PER_SECOND
      await until(turn)
      if (context.engine.isClosing) return
      const flown = await renew(context, { realm, server, isBackground: true }, row)
      const rest = restAfter(flown?.problem)
      if (rest !== undefined) {
        context.engine.rest(serverId, rest * 1000)
        waiting.length = 0
      }
      await deferConnection(context.db, row, nowSeconds() + Math.ceil(DEFER_SECONDS * (1 + Math.random() / 2)))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE_PER_SERVER }, worker))
}

/** Seconds for which the server wants to be left alone: it said so, or its settings are tried by one at a time. */
export function restAfter(problem: Pick<Problem, 'class' | 'retryAfter'> | undefined): number | undefined {
  if (problem?.class !== 'transient' && problem?.class !== 'paused') return undefined
  return problem.retryAfter === null ? undefined : Math.min(problem.retryAfter, LONGEST_REST_SECONDS)
}

/** `turn` as `performance.now()` tells time. Even a turn that has come leaves the event loop to others first. */
async function until(turn: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, turn - performance.now())))
}

/** A failure has its own next try; only what is no end at all is left to the deferral. */
async function renew(context: OutboundContext, wanted: Wanted, row: ConnectionRow): Promise<Flown | undefined> {
  try {
    return await context.engine.share(`fly ${row.id} ${row.version}`, () => fly(context, wanted, row))
  } catch (error) {
    context.engine.log.warn({ err: error, connection: row.id }, 'renewing a connection failed')
    return undefined
  }
}
