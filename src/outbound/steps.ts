/**
 * Steps of a flow, for engines that go on by a number: `server-login` fetches the application's own token, `user-login`
 * says whether the user of the bearer is connected and else where to send them, `refresh` has a token renewed, at most
 * once for each token. 0: done. -1: something else. Server login and refresh: -2 no usable configuration, -3 scope.
 * User login: -2 aborted, or not begun; -3 the provider cannot be reached; -5 a type of token that no call can carry.
 */
import { parseForm } from '#http/form.ts'
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findOAuthServer } from '#store/oauth-servers.ts'
import { allowOutbound, authenticateRealm, type OutboundCaller } from './caller.ts'
import { userTicket } from './connect.ts'
import type { OutboundContext } from './context.ts'
import { type FreshToken, freshToken } from './fresh-token.ts'
import { invalidParameter, refusedAsProblem } from './problem.ts'

const STILL_MS = 630_000

interface StepResult {
  readonly result: 0 | -1 | -2 | -3 | -5
  readonly description?: string
  /** Seconds. */
  readonly expires_in?: number
  /** Where the user connects the account: a link for one browser, good for minutes. */
  readonly connect_url?: string
}

type Step = (context: OutboundContext, caller: OutboundCaller, request: Request) => Promise<StepResult>

const steps: ReadonlyMap<string, Step> = new Map([
  ['server-login', serverLogin],
  ['user-login', userLogin],
  ['refresh', refresh],
])

export function stepRoute(context: OutboundContext): Route {
  return {
    methods: ['POST'],
    path: '/realms/:realm/outbound/:slug/steps/:step',
    name: 'outbound-step',
    stillMilliseconds: STILL_MS,
    handle: (request) => answer(context, request),
    refused: refusedAsProblem,
  }
}

/** Who may not ask is refused like everywhere; all else is a number. */
async function answer(context: OutboundContext, request: Request): Promise<Response> {
  const { realm, bearer } = await authenticateRealm(context, request, 'outbound:token')
  const step = steps.get(request.params['step'] ?? '')
  if (!step) throw new Refusal(404, 'not_found', 'there is no such step')
  const server = await findOAuthServer(context.db, realm.id, request.params['slug'] ?? '')
  const told = server
    ? await step(context, await allowOutbound(context, realm, bearer, server), request)
    : ({ result: -2, description: 'there is no such OAuth server' } as const)
  return {
    status: 200,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
    body: JSON.stringify(told),
  }
}

async function serverLogin(context: OutboundContext, { wanted }: OutboundCaller): Promise<StepResult> {
  return tokenStep(await freshToken(context, { ...wanted, subject: { kind: 'application' } }))
}

async function refresh(context: OutboundContext, { wanted }: OutboundCaller): Promise<StepResult> {
  const before = await freshToken(context, wanted)
  if (before.kind !== 'token') return tokenStep(before)
  return tokenStep(await freshToken(context, wanted, { refused_version: before.version }))
}

function tokenStep(fresh: FreshToken): StepResult {
  if (fresh.kind === 'token') {
    const { expires_at, warning } = fresh
    return {
      result: 0,
      ...(warning ? { description: warning.description } : {}),
      ...(expires_at === null ? {} : { expires_in: Math.max(expires_at - nowSeconds(), 0) }),
    }
  }
  if (fresh.kind === 'disabled') return { result: -2, description: `this OAuth server is disabled: ${fresh.reason}` }
  const { class: kind, code, description } = fresh.problem
  if (kind === 'consent' || code === 'invalid_scope') return { result: -3, description }
  return { result: kind === 'server_settings' || kind === 'paused' ? -2 : -1, description }
}

/** Form parameter `return_url`, where the person who is not connected is to come back to. */
async function userLogin(context: OutboundContext, caller: OutboundCaller, request: Request): Promise<StepResult> {
  const { bearer, wanted } = caller
  if (bearer.user === undefined) throw invalidParameter('this step needs the token of a user')
  const fresh = await freshToken(context, wanted)
  switch (fresh.kind) {
    case 'token':
      return isBearer(fresh) ? tokenStep(fresh) : { result: -5, description: 'the token is no bearer token' }
    case 'disabled':
      return { result: -1, description: `this OAuth server is disabled: ${fresh.reason}` }
    case 'needs_authorization': {
      const returnUrl = parseForm(request.body).get('return_url')
      const { description } = fresh.problem
      if (returnUrl === undefined) return { result: -2, description }
      const ticket = await userTicket(context, caller, returnUrl, undefined)
      return { result: -2, description, connect_url: ticket.url }
    }
    default: {
      const { class: kind, description } = fresh.problem
      return { result: kind === 'server_settings' || kind === 'paused' ? -1 : -3, description }
    }
  }
}

/** Other types need proofs that we do not make. */
function isBearer({ token_type }: Extract<FreshToken, { kind: 'token' }>): boolean {
  return /^bearer$/i.test(token_type)
}
