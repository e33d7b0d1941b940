/**
 * One call of an API with a connection's token. A token that the API does not take is renewed once for each of its
 * versions and the call sent again, where its body can be; then the API's own answer stands. Does not own: where the
 * call goes (`target.ts`) and what of it comes back to whom.
 */
import { EgressError, type EgressRequest, type EgressStream } from '#http/egress.ts'
import { Refusal } from '#http/refusal.ts'
import { placeToken } from '#oauth-client/place-token.ts'
import type { Profile } from '#oauth-client/profile.ts'
import type { OutboundContext } from './context.ts'
import { type FreshToken, freshToken, type TokenFor } from './fresh-token.ts'
import { OutboundRefusal, tokenOf } from './problem.ts'
import { findProfile } from './profiles/find.ts'

export interface ApiCall {
  readonly method: NonNullable<EgressRequest['method']>
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** What comes as it is read can be sent once. */
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** For the whole exchange with the API, the waiting for a token apart. */
  readonly timeoutMs: number
  /** Ends it: nobody waits for it any more. */
  readonly signal?: AbortSignal
}

export interface ApiAnswer {
  readonly answer: EgressStream
  /** That the call was made with: for what must not be shown of it. */
  readonly token: string
}

type Token = Extract<FreshToken, { kind: 'token' }>

export async function profileOf({ db }: OutboundContext, server: TokenFor['server']): Promise<Profile> {
  const profile = await findProfile(db, server.realm_id, server.profile)
  if (profile) return profile
  throw new OutboundRefusal(503, 'unavailable', 'unknown_profile', 'the profile of this server is not here')
}

/** Refuses as the token door does where there is no token; 502 and 504 where the API gives no answer. */
export async function callApi(context: OutboundContext, wanted: TokenFor, call: ApiCall): Promise<ApiAnswer> {
  const profile = await profileOf(context, wanted.server)
  const first = tokenOf(await freshToken(context, wanted))
  const answer = await send(context, wanted, profile, call, first)
  if (!(profile.expired_statuses ?? [401]).includes(answer.status)) return { answer, token: first.access_token }
  const next = await freshToken(context, wanted, { refused_version: first.version })
  const isNew = next.kind === 'token' && next.version !== first.version
  if (!isNew || isOnce(call.body)) {
    const detail = { server: wanted.server.slug, connection: first.connection_id, status: answer.status }
    context.engine.log.warn(detail, 'an API does not take the token of a connection')
    return { answer, token: first.access_token }
  }
  await leave(answer)
  return { answer: await send(context, wanted, profile, call, next), token: next.access_token }
}

/** Ends an answer that nobody will read. */
export async function leave({ body }: Pick<EgressStream, 'body'>): Promise<void> {
  await body[Symbol.asyncIterator]().return?.()
}

function isOnce(body: ApiCall['body']): boolean {
  return typeof body === 'object' && !(body instanceof Uint8Array)
}

async function send(
  { egress }: OutboundContext,
  { realm }: TokenFor,
  profile: Profile,
  { url, ...call }: ApiCall,
  { access_token }: Token,
): Promise<EgressStream> {
  const placed = placeToken(profile, access_token, url)
  try {
    const headers = { ...call.headers, ...placed.headers }
    return await egress.open(placed.url, { ...call, headers, realm: realm.name })
  } catch (error) {
    throw error instanceof EgressError ? noAnswer(error) : error
  }
}

/** The message of the way out names no address. What broke the body off on our side is the caller's to mend. */
export function noAnswer({ reason, message, cause }: EgressError): Refusal {
  if (cause instanceof Refusal) return cause
  const code = reason === 'closed' ? 'address_closed' : reason
  return new OutboundRefusal(reason === 'timeout' ? 504 : 502, 'no_answer', code, `the API was called: ${message}`)
}
