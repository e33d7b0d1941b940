/** What no door takes, whatever stands behind it: requests that two programs could read differently (N057, N173). */
import type { IncomingMessage } from 'node:http'
import type { Door } from './door.ts'
import type { Request } from './message.ts'
import { Refusal } from './refusal.ts'

/** A proxy in front may read one and we the other, so a second one is refused (N057, N173). */
const ONCE_ONLY = new Set(['authorization', 'host', 'content-type', 'origin', 'cookie', 'dpop', 'x-forwarded-for'])
const ONCE_ONLY_LENGTHS = new Set([...ONCE_ONLY].map((name) => name.length))

/** undefined: it may be answered. `carries`: it has a body. */
export function firstProblem(
  door: Door,
  request: Pick<Request, 'headers' | 'method' | 'params'>,
  incoming: IncomingMessage,
  carries: boolean,
): Refusal | undefined {
  const target = incoming.url ?? ''
  if (target.includes('#')) return new Refusal(400, 'invalid_request', 'a request target has no fragment')
  const twice = twiceSent(incoming.rawHeaders)
  if (twice !== undefined) return new Refusal(400, 'invalid_request', `the header ${twice} may come once only`)
  if (incoming.headers['set-cookie'] !== undefined) {
    return new Refusal(400, 'invalid_request', 'a request sets no cookies')
  }
  if (target.includes('%') && Object.values(request.params).some((value) => value.includes('\0'))) {
    return new Refusal(400, 'invalid_request', 'the path holds a NUL')
  }
  // RFC 9110 §9.3.1: what a body of these means is nowhere said, so a proxy may see another request in it.
  if (carries && door.routes.has(request.method) && (request.method === 'GET' || request.method === 'HEAD')) {
    return new Refusal(400, 'invalid_request', 'this method takes no body')
  }
  return undefined
}

function twiceSent(rawHeaders: readonly string[]): string | undefined {
  let seen: string | undefined
  let more: Set<string> | undefined
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const raw = rawHeaders[at] as string
    if (!ONCE_ONLY_LENGTHS.has(raw.length)) continue
    const name = raw.toLowerCase()
    if (!ONCE_ONLY.has(name)) continue
    if (name === seen || more?.has(name)) return name
    if (seen === undefined) seen = name
    else {
      more ??= new Set()
      more.add(name)
    }
  }
  return undefined
}
