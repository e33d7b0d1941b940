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
import { freshToken } from './fresh-token.ts'
import { invalidParameter, refusedAsProblem, tokenOf } from './problem.ts'
import { callRoute } from './proxy.ts'
import { runRoute } from './run-door.ts'
import { stepRoute } from './steps.ts'

const outbound = '/realms/:realm/outbound/:slug'
const LONGEST_MIN_VALIDITY = 86_400
/** Who waits for a token may wait as long as a server's settings allow. */
const TOKEN_STILL_MS = 630_000

export function outboundRoutes(context: OutboundContext): readonly Route[] {
  return [
    {
      methods: ['POST'],
      path: `${outbound}/token`,
      name: 'outbound-token',
      stillMilliseconds: TOKEN_STILL_MS,
      handle: (request) => token(context, request),
      refused: refusedAsProblem,
    },
    ...connectRoutes(context),
    callbackRoute(context),
    callRoute(context),
    runRoute(context),
    stepRoute(context),
  ]
}

/**
 * Form parameter `min_validity`: seconds for which the token should still be good. Every other one is refused: who sends a
 * `sub` believes to get that person's token, and would get the realm's.
 */
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
  const form = new URLSearchParams(request.body)
  const given = form.getAll('min_validity')
  if (form.size > given.length) {
    throw invalidParameter('the only parameter here is min_validity, in a form; the bearer says whose token it is')
  }
  if (given.length === 0) return 0
  const [text = ''] = given
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (given.length > 1 || !(seconds <= LONGEST_MIN_VALIDITY)) {
    throw invalidParameter(`min_validity is a number of seconds up to ${LONGEST_MIN_VALIDITY}`)
  }
  return seconds
}
