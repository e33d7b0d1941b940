/**
 * The door out: tokens of other people's authorization servers, kept fresh and given to those who may have them. Owns:
 * its doors, who may come in (`caller.ts`), the refresh engine (`fresh-token.ts` and below) and the settings that a
 * request is made from (`effective-server.ts`). Does not own: the protocol (`#oauth-client`), the rows (`#store`) and
 * what an administrator changes (`#admin`).
 */
import type { Request, Response, Route } from '#http/message.ts'
import { nowSeconds } from '#observe/clock.ts'
import { callbackRoute } from './callback.ts'
import { authenticateOutbound } from './caller.ts'
import { connectRoutes } from './connect.ts'
import type { OutboundContext } from './context.ts'
import { type FreshToken, freshToken } from './fresh-token.ts'
import { invalidParameter, OutboundRefusal, refusedAsProblem } from './problem.ts'

const outbound = '/realms/:realm/outbound/:slug'
const LONGEST_MIN_VALIDITY = 86_400

export function outboundRoutes(context: OutboundContext): readonly Route[] {
  return [
    {
      methods: ['POST'],
      path: `${outbound}/token`,
      name: 'outbound-token',
      handle: (request) => token(context, request),
      refused: refusedAsProblem,
    },
    ...connectRoutes(context),
    callbackRoute(context),
  ]
}

/** Form parameter `min_validity`: seconds for which the token should still be good. */
async function token(context: OutboundContext, request: Request): Promise<Response> {
  const { wanted } = await authenticateOutbound(context, request, 'outbound:token')
  const fresh = tokenOf(await freshToken(context, wanted, { min_validity: minValidityOf(request) }))
  const { access_token, token_type, expires_at, scope, warning } = fresh
  return {
    status: 200,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(warning ? { warning: `199 sallyport "${warning.code.replace(/[^\w.:/-]/g, '_')}"` } : {}),
    },
    body: JSON.stringify({
      access_token,
      token_type,
      ...(expires_at === null ? {} : { expires_in: Math.max(expires_at - nowSeconds(), 0) }),
      ...(scope === null || scope === '' ? {} : { scope }),
    }),
  }
}

function minValidityOf(request: Request): number {
  const given = new URLSearchParams(request.body).getAll('min_validity')
  if (given.length === 0) return 0
  const [text = ''] = given
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (given.length > 1 || !(seconds <= LONGEST_MIN_VALIDITY)) {
    throw invalidParameter(`min_validity is a number of seconds up to ${LONGEST_MIN_VALIDITY}`)
  }
  return seconds
}

/** The token, or the refusal that says why there is none: 409 where a person has to act, 503 where time or an operator. */
export function tokenOf(fresh: FreshToken): Extract<FreshToken, { kind: 'token' }> {
  switch (fresh.kind) {
    case 'token':
      return fresh
    case 'needs_authorization': {
      const { code, description } = fresh.problem
      throw new OutboundRefusal(409, 'needs_authorization', code, description)
    }
    case 'disabled':
      throw new OutboundRefusal(503, 'disabled', 'disabled', `this OAuth server is disabled: ${fresh.reason}`)
    default: {
      const { code, description, retryAfter } = fresh.problem
      throw new OutboundRefusal(503, 'unavailable', code, description, retryAfter ?? 5)
    }
  }
}
