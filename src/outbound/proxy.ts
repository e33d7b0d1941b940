/**
 * The call proxy: an application lets us make its call and never sees the token. Bodies go through as they come, both
 * ways and bounded; what the API answers is the application's, fenced so that no browser takes it for a page of ours.
 */
import type { Request, Response, Route } from '#http/message.ts'
import { Refusal } from '#http/refusal.ts'
import { noParts } from '#http/stream.ts'
import { type ApiCall, callApi, leave, profileOf } from './api-call.ts'
import { authenticateOutbound } from './caller.ts'
import type { OutboundContext } from './context.ts'
import { headersBack, headersOut } from './forwarded-headers.ts'
import { layersFor, mergeLayers } from './layers.ts'
import { refusedAsProblem } from './problem.ts'
import { targetBelow } from './target.ts'

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const
type Method = (typeof METHODS)[number]

/** For the whole exchange with the API, its answer's last byte included. */
const CALL_MS = 300_000
/** Each way. */
const MOST_BYTES = 256 * 1024 * 1024
/** A body up to here is held, so that the call can be sent again with a new token. */
const HELD_BYTES = 256 * 1024
/** `/realms/{realm}/outbound/{slug}/call/` as segments. */
const BEFORE_TARGET = 6

export function callRoute(context: OutboundContext): Route {
  return {
    methods: METHODS,
    path: '/realms/:realm/outbound/:slug/call/*',
    name: 'outbound-call',
    streamsBody: true,
    stillMilliseconds: CALL_MS + 30_000,
    handle: (request) => call(context, request),
    refused: refusedAsProblem,
  }
}

async function call(context: OutboundContext, request: Request): Promise<Response> {
  const { wanted, server } = await authenticateOutbound(context, request, 'outbound:call')
  const { base_url } = mergeLayers(server, layersFor(wanted)).values
  const path = request.path.split('/').slice(BEFORE_TARGET).join('/')
  const url = targetBelow(base_url, path, request.query)
  const { placement } = await profileOf(context, server)
  const headers = headersOut(request.headers, placement?.in === 'header' ? placement.name : undefined)
  const method = request.method as Method
  const { answer } = await callApi(context, wanted, {
    method,
    url,
    timeoutMs: CALL_MS,
    ...(request.gone && { signal: request.gone }),
    ...(await bodyOf(request, headers)),
  })
  const back = headersBack(answer.status, answer.headers)
  if (method !== 'HEAD') return { status: answer.status, headers: back, body: bounded(answer.body) }
  await leave(answer)
  return { status: answer.status, headers: back, body: noParts() }
}

/** A short body is read before it is sent on; of a longer one nobody keeps more than what is on its way. */
async function bodyOf(request: Request, headers: Record<string, string>): Promise<Pick<ApiCall, 'headers' | 'body'>> {
  const { 'content-length': length, ...rest } = headers
  const { stream } = request
  if (stream === undefined) return { headers: rest }
  if (Number(length) > MOST_BYTES) throw tooLong()
  if (length === undefined || Number(length) > HELD_BYTES) return { headers, body: bounded(stream) }
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return { headers: rest, body: Buffer.concat(parts) }
}

/** What is longer breaks off: the other side must not take a part for the whole. */
async function* bounded(parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let length = 0
  for await (const part of parts) {
    length += part.length
    if (length > MOST_BYTES) throw tooLong()
    yield part
  }
}

function tooLong(): Refusal {
  return new Refusal(413, 'too_large', `a body is longer than ${MOST_BYTES} bytes`)
}
