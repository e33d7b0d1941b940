/**
 * One attempt under a lease: steps 6 to 9 of a refresh. What may be spent is written down before it is sent and sent
 * once; what was surely not processed, and what can be repeated, is tried again within the budget. Owns: what is sent
 * how often. Does not own: the lease (`flight.ts`), what the end means (`states.ts`) and the keeping (`keep.ts`).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { randomId } from '#crypto/random.ts'
import type { Refused, Sent, TokenAnswer, Tokens } from '#oauth-client/answer.ts'
import { readSent, sendTokenRequest } from '#oauth-client/request-token.ts'
import type { HttpRequest } from '#oauth-client/token-request.ts'
import { nowSeconds } from '#observe/clock.ts'
import { beginAttempt, type Leased } from '#store/connection-leases.ts'
import type { Saved } from '#store/connection-saves.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import type { Realm } from '#store/realms.ts'
import { withAskedExpiry } from './asked-expiry.ts'
import type { OutboundContext } from './context.ts'
import { giveBackTokens } from './disconnect.ts'
import type { Plan } from './grant.ts'
import { answerRow, journal, save } from './keep.ts'

/** A repeatable request that hangs is given up so that another fits into the budget. */
const REPEATABLE_MS = 10_000
const FIRST_PAUSE_MS = 500
/** Not processed, whatever was sent: a later try costs nothing. */
const NOT_PROCESSED: ReadonlySet<number> = new Set([429, 503])

export interface Task {
  readonly realm: Realm
  readonly server: OAuthServer
  readonly plan: Plan
  /** Of `performance.now()`. */
  readonly deadline: number
  readonly maxRetries: number
  /** What is wrong with tokens that came, beside their form: such are not kept. */
  readonly check?: ((tokens: Tokens) => Refused | undefined) | undefined
}

export type Ended =
  | { readonly kind: 'saved'; readonly saved: Saved }
  /** The lease or the tokens are another's by now: nothing was sent. */
  | { readonly kind: 'overtaken' }
  | { readonly kind: 'refused'; readonly refused: Refused; readonly end: End }

/** The last thing that was sent, for who has to say what it means. */
export interface End {
  readonly attemptId: string
  readonly sent: Sent
  readonly receivedAtMs: number
  /** How often it was sent this time. */
  readonly tries: number
}

export async function attempt(context: OutboundContext, leased: Leased, task: Task): Promise<Ended> {
  const { plan } = task
  const attemptId = randomId()
  if (plan.isSpent) {
    const sends = sendsBefore(leased, plan) + 1
    const begun = { id: attemptId, fingerprint: plan.fingerprint, at: nowSeconds(), sends, isNewGrant: !plan.isRefresh }
    if (!(await beginAttempt(context.db, leased, begun))) return { kind: 'overtaken' }
  }
  for (let tries = 0; ; tries += 1) {
    const atMs = Date.now()
    const { sent, request } = await send(context, task)
    const receivedAtMs = Date.now()
    const end = { attemptId, sent, receivedAtMs, tries: tries + 1 }
    if (plan.isSpent && mayHoldTokens(plan, sent)) {
      const answer = { raw: sent.raw, received_at_ms: receivedAtMs }
      await journal(context, leased, answerRow(context, leased.row, plan, attemptId, answer))
    }
    const answer = readSent(plan.settings, plan.grant, sent, Math.floor(receivedAtMs / 1000))
    const exchanged = { plan, request, sent, answer, atMs, durationMs: Math.max(receivedAtMs - atMs, 0) }
    context.engine.exchanges.note(leased.row, exchanged)
    const odd = answer.kind === 'tokens' ? task.check?.(answer) : undefined
    if (odd) return { kind: 'refused', refused: odd, end }
    if (answer.kind === 'tokens') return await kept(context, leased, task, { ...end, tokens: answer })
    const pause = pauseBefore(tries, task, sent, answer)
    if (pause === undefined) return { kind: 'refused', refused: answer, end }
    await sleep(pause)
  }
}

/** How often this very refresh token may have been sent by those before. */
function sendsBefore({ row }: Leased, plan: Plan): number {
  return row.attempt_id !== null && row.attempt_fingerprint === plan.fingerprint ? row.attempt_sends : 0
}

interface Sending {
  readonly sent: Sent
  /** undefined: none could be made. */
  readonly request: HttpRequest | undefined
}

async function send({ egress }: OutboundContext, { realm, plan, deadline }: Task): Promise<Sending> {
  const left = Math.max(deadline - performance.now(), 1000)
  const timeoutMs = Math.ceil(plan.isSpent ? left : Math.min(left, REPEATABLE_MS))
  let made: HttpRequest | undefined
  const sent = await sendTokenRequest(
    plan.settings,
    plan.grant,
    (url, request) => egress.fetch(url, { ...request, realm: realm.name, timeoutMs }),
    AbortSignal.timeout(timeoutMs),
    (request) => {
      made = request
    },
  )
  return { sent, request: made }
}

/** A refusal holds nothing that could be lost. */
function mayHoldTokens({ settings }: Plan, sent: Sent): sent is Extract<Sent, { kind: 'answer' }> {
  if (sent.kind !== 'answer') return false
  const { status } = sent.raw
  return (status >= 200 && status < 300) || settings.profile.answer?.statuses?.includes(status) === true
}

async function kept(
  context: OutboundContext,
  leased: Leased,
  { realm, server, plan }: Task,
  { attemptId, receivedAtMs, tokens: answered }: End & { readonly tokens: Extract<TokenAnswer, { kind: 'tokens' }> },
): Promise<Ended> {
  const tokens = await withAskedExpiry(context, realm, plan.settings, answered)
  const saved = await save(context, leased, { server, plan, tokens, receivedAtMs, answerId: attemptId })
  // The connection was removed or emptied meanwhile: nobody else knows these tokens.
  const isNobodys = saved.outcome !== 'saved' && (saved.row?.received_at_ms ?? null) === null
  if (isNobodys) await giveBackTokens(context, realm, plan.settings, leased.row.id, tokens)
  return { kind: 'saved', saved }
}

/** Milliseconds until the next try within the budget; undefined: this was the last one. */
function pauseBefore(
  tries: number,
  { plan, deadline, maxRetries }: Task,
  sent: Sent,
  refused: Refused,
): number | undefined {
  if (tries >= maxRetries || refused.class !== 'transient') return undefined
  const wasProcessed = sent.kind === 'answer' ? !NOT_PROCESSED.has(sent.raw.status) : sent.kind === 'no_answer'
  if (plan.isSpent && wasProcessed) return undefined
  const backoff = FIRST_PAUSE_MS * 2 ** tries * (0.5 + Math.random())
  const pause = Math.max(backoff, (refused.retry_after ?? 0) * 1000)
  return performance.now() + pause + 1000 < deadline ? pause : undefined
}
