/**
 * The only way out of the house. A name is resolved once and the connection goes to the address that was checked, so
 * that no second answer of a name server leads elsewhere (N165). No redirects, no proxies from the environment, a limit
 * on time and size. Owns: how we ask. Does not own: whom, and what the answer means.
 */
import { lookup as resolve } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { Agent } from 'undici'
import { createGuard, type Guard } from './destination.ts'

const TIMEOUT_MILLISECONDS = 10_000
/** The longest answers are key sets and tokens. */
const MAX_BYTES = 512 * 1024
const MAX_HEADER_BYTES = 16 * 1024

export interface EgressOptions {
  /** `[realm=]CIDR` each: what the operator opened. */
  readonly allow: readonly string[]
  /** Ports of ours, which stay closed on this machine whatever is opened. */
  readonly closedPorts: readonly number[]
}

export interface EgressRequest {
  /** On whose behalf: what is opened may differ. */
  readonly realm: string
  readonly method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  readonly timeoutMs?: number
  readonly maxBytes?: number
}

export interface EgressResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

export type EgressReason = 'closed' | 'unresolved' | 'unreachable' | 'timeout' | 'too_large'

/** The request was not made or got no answer. The message names no address: who asked may be a stranger. */
export class EgressError extends Error {
  readonly reason: EgressReason

  constructor(reason: EgressReason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EgressError'
    this.reason = reason
  }
}

export interface Egress {
  /** Throws `EgressError`. A redirect is an answer like any other: following it would be a request that nobody checked. */
  fetch(url: string, options: EgressRequest): Promise<EgressResponse>
}

export function createEgress({ allow, closedPorts }: EgressOptions): Egress {
  const guard = createGuard(allow, closedPorts)
  return { fetch: (url, options) => send(guard, url, options) }
}

async function send(guard: Guard, text: string, options: EgressRequest): Promise<EgressResponse> {
  const signal = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MILLISECONDS)
  let dispatcher: Agent | undefined
  try {
    const url = checkedUrl(text)
    const address = await untilAborted(checkedAddress(guard, url, options.realm), signal)
    const undici = await import('undici')
    dispatcher = agentTo(undici, address)
    const { statusCode, headers, body } = await undici.request(url, {
      dispatcher,
      signal,
      method: options.method ?? 'GET',
      headers: { 'user-agent': 'Sallyport', ...options.headers },
      body: options.body ?? null,
    })
    return { status: statusCode, headers, body: await readAll(body, options.maxBytes ?? MAX_BYTES) }
  } catch (error) {
    if (error instanceof EgressError) throw error
    if (signal.aborted) throw new EgressError('timeout', 'the other side did not answer in time')
    throw new EgressError('unreachable', 'the other side could not be reached', error)
  } finally {
    await dispatcher?.destroy()
  }
}

/** WHATWG's parser has turned decimal, octal and short forms of an address into the plain one. */
function checkedUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null) throw new EgressError('closed', 'this is no URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw new EgressError('closed', 'only https is taken')
  if (url.username !== '' || url.password !== '') throw new EgressError('closed', 'a URL holds no credentials')
  return url
}

/** One address for the name; every address that it has must be open, or the name is somebody's trick. */
async function checkedAddress(guard: Guard, url: URL, realm: string): Promise<string> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(host) === 0 ? await addressesOf(host) : [host]
  const closed = addresses.some((address) => !guard.mayReach(address, port, realm))
  const [first] = addresses
  if (closed || first === undefined) throw new EgressError('closed', 'this address is not open to requests of ours')
  if (url.protocol === 'http:' && !addresses.every((address) => guard.isOpened(address, realm))) {
    throw new EgressError('closed', 'plain http is taken only where the operator has opened the address')
  }
  return first
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    const found = await resolve(host, { all: true, order: 'ipv4first' })
    return found.map(({ address }) => address)
  } catch (error) {
    throw new EgressError('unresolved', 'the name of the other side is unknown', error)
  }
}

/** An agent for one request, which connects to that address whatever name it is asked for. TLS still checks the name. */
/** Loaded when it is first wanted: most installations never leave the house, and it is memory and time at the start. */
function agentTo(undici: typeof import('undici'), address: string): Agent {
  const family = isIP(address)
  return new undici.Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: 1,
    connect: {
      lookup: (_host, options, found) => {
        if (options.all) found(null, [{ address, family }])
        else found(null, address, family)
      },
    },
  })
}

async function readAll(body: AsyncIterable<Buffer>, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > most) throw new EgressError('too_large', `the answer is longer than ${most} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, length)
}

/** A name server's silence counts against the same time as the answer. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = (): void => reject(signal.reason as Error)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
