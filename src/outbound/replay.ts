/**
 * Stored answers, read again: what a crash left in the journal, and what nobody could read until a mapping was mended.
 * An answer is read exactly as when it came: with the moment at which it was received.
 */
import type { RawAnswer } from '#oauth-client/answer.ts'
import { readTokenAnswer } from '#oauth-client/read-answer.ts'
import type { GrantRequest } from '#oauth-client/settings.ts'
import type { Leased } from '#store/connection-leases.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import { listAnswersOf, type RefreshAnswerRow } from '#store/refresh-answers.ts'
import { noteSuccess } from './careful.ts'
import type { OutboundContext } from './context.ts'
import type { Flown } from './flight.ts'
import { type Plan, planOf, type UsableServer } from './grant.ts'
import { save } from './keep.ts'
import { answerPlace } from './places.ts'
import { settle } from './settle.ts'

/** The newest answer that was received and not saved; undefined: there is none. */
export async function readPending(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  effective: UsableServer,
): Promise<Flown | undefined> {
  if (leased.row.attempt_id === null) return undefined
  const answers = await listAnswersOf(context.db.sql, leased.row.id)
  const pending = answers.find(({ state }) => state === 'pending')
  return pending && (await readAgain(context, leased, server, effective, pending))
}

/** The answer's tokens are saved; where there still are none it says why. */
export async function readAgain(
  context: OutboundContext,
  leased: Leased,
  server: OAuthServer,
  effective: UsableServer,
  answer: RefreshAnswerRow,
): Promise<Flown> {
  const raw = openAnswer(context, answer)
  const plan = planFor(context, leased, server, effective, answer)
  const read = readTokenAnswer(plan.settings, plan.grant, raw, Math.floor(answer.received_at_ms / 1000))
  if (read.kind === 'refused') {
    const end = { attemptId: answer.id, sent: { kind: 'answer', raw }, receivedAtMs: answer.received_at_ms } as const
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
  { row }: Leased,
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
