/**
 * Stored answers, read again: what a crash left in the journal, and what nobody could read until a mapping was mended.
 * An answer is read exactly as when it came: with the moment at which it was received.
 */

import { randomId } from '#crypto/random.ts'
import type { RawAnswer } from '#oauth-client/answer.ts'
import { readTokenAnswer } from '#oauth-client/read-answer.ts'
import type { GrantRequest } from '#oauth-client/settings.ts'
import { showAnswer } from '#oauth-client/show.ts'
import { type Leased, releaseConnection, takeConnection } from '#store/connection-leases.ts'
import type { ConnectionRow } from '#store/connections.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { listAnswersOf, type RefreshAnswerRow } from '#store/refresh-answers.ts'
import { noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import { effectiveServer } from './effective-server.ts'
import type { Flown } from './flight.ts'
import { type Plan, planOf, type UsableServer } from './grant.ts'
import { save } from './keep.ts'
import { answerPlace, layersOf } from './places.ts'
import { settle } from './settle.ts'

/**
 * The newest answer that was received and not saved; undefined: there is none. Where tokens were saved since its request
 * was made, the two are told apart like any two answers.
 */
export async function readPending(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  effective: UsableServer,
): Promise<Flown | undefined> {
  const answers = await listAnswersOf(context.db.sql, leased.row.id)
  const pending = answers.find(({ state }) => state === 'pending')
  if (pending === undefined) return undefined
  const asAsked = { ...leased, row: { ...leased.row, version: pending.base_version } }
  return await readAgain(context, asAsked, server, effective, pending)
}

const LEASE_SECONDS = 30

/** The answer's tokens are saved; where there still are none it says why. */
export async function readAgain(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  effective: UsableServer,
  answer: RefreshAnswerRow,
): Promise<Flown> {
  const raw = openAnswer(context, answer)
  const plan = planFor(context, leased.row, server, effective, answer)
  const read = readTokenAnswer(plan.settings, plan.grant, raw, Math.floor(answer.received_at_ms / 1000))
  if (read.kind === 'refused') {
    const sent = { kind: 'answer', raw } as const
    const end = { attemptId: answer.id, sent, receivedAtMs: answer.received_at_ms, tries: 0 }
    return await settle(context, leased, { server, plan, refused: read, end, isNotSent: true })
  }
  const received = { server, plan, tokens: read, receivedAtMs: answer.received_at_ms, answerId: answer.id }
  const { row } = await save(context, leased, received)
  await noteSuccess(context, server)
  return { row }
}

export function openAnswer({ seal }: OutboundContext, answer: RefreshAnswerRow): RawAnswer {
  const place = answerPlace(answer.realm_id, answer.connection_id, answer.id)
  return JSON.parse(seal.open(answer.answer_sealed, place).toString('utf8')) as RawAnswer
}

/** What was asked for then. Nothing is sent with it: it says how the answer is to be read. */
function planFor(
  { seal }: OutboundContext,
  row: ConnectionRow,
  server: OAuthServer,
  effective: UsableServer,
  answer: RefreshAnswerRow,
): Plan {
  const now = planOf(seal, server, row, effective)
  if (now !== undefined && now.grant.type === answer.grant_type) return now
  const isRefresh = answer.grant_type === 'refresh_token'
  const grant: GrantRequest = isRefresh
    ? { type: 'refresh_token', refresh_token: '' }
    : { type: 'authorization_code', code: '', redirect_uri: '' }
  return { settings: effective.settings, grant, isSpent: true, isRefresh, fingerprint: '' }
}

/** The newest stored answer, read with the settings of now. `busy`: it is being refreshed at this moment. */
export async function replayStored(
  context: OutboundContext,
  realm: Realm,
  server: OAuthServer,
  row: ConnectionRow,
): Promise<'done' | 'nothing' | 'busy'> {
  const leased = await takeConnection(context.db, row.id, randomId(), LEASE_SECONDS)
  if (leased === undefined) return 'busy'
  try {
    const [answer] = await listAnswersOf(context.db.sql, row.id)
    if (answer === undefined) return 'nothing'
    const effective = await effectiveServer(context, realm.name, server, layersOf(row))
    if (effective.kind === 'effective') await readAgain(context, leased, server, effective, answer)
    return 'done'
  } finally {
    await releaseConnection(context.db, leased)
  }
}

export interface ShownAnswer extends Omit<RawAnswer, 'truncated'> {
  readonly id: string
  readonly state: RefreshAnswerRow['state']
  readonly grant_type: string
  readonly received_at: number
}

/** The stored answers of a connection as people may see them: whole in form, without any token. */
export async function showAnswers(
  context: OutboundContext,
  realm: Realm,
  server: OAuthServer,
  row: ConnectionRow,
): Promise<readonly ShownAnswer[]> {
  const effective = await effectiveServer(context, realm.name, server, layersOf(row))
  const answers = await listAnswersOf(context.db.sql, row.id)
  return answers.map((answer) => {
    const { id, state, grant_type, received_at_ms } = answer
    const raw = openAnswer(context, answer)
    const shown = effective.kind === 'effective' ? shownBy(context, row, server, effective, answer, raw) : undefined
    const { status, headers, body } = shown ?? { ...raw, headers: {}, body: '' }
    return { id, state, grant_type, received_at: Math.floor(received_at_ms / 1000), status, headers, body }
  })
}

function shownBy(
  context: OutboundContext,
  row: ConnectionRow,
  server: OAuthServer,
  effective: UsableServer,
  answer: RefreshAnswerRow,
  raw: RawAnswer,
): RawAnswer {
  const plan = planFor(context, row, server, effective, answer)
  return showAnswer(plan.settings, plan.grant, raw)
}
