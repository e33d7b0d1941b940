/**
 * The only way out of the house. A name is resolved once and the connection goes to the address that was checked, so
 * that no second answer of a name server leads elsewhere (N165). No redirects, no proxies from the environment, a limit
 * on time and size. Owns: how we ask. Does not own: whom, and what the answer means.
 */
import { lookup as resolve } from 'node:dns/promises'
import { isIP } from 'node:net'
import { Readable } from 'node:stream'
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
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS'
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** For the whole exchange, the name's resolution and the answer's body included. */
  readonly timeoutMs?: number
  /** Ends the exchange from outside. */
  readonly signal?: AbortSignal
  readonly maxBytes?: number
  /** A longer answer is cut there and marked, not refused. */
  readonly cut?: boolean
  /** Who we are to a server that asks for a certificate (RFC 8705 §2): PEM. */
  readonly clientCertificate?: { readonly certificate: string; readonly privateKey: string }
}

export interface EgressResponse {
  readonly status: number
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
  /** There was more than `maxBytes`. */
  readonly truncated?: boolean
}

/** An answer whose body is still coming. It has to be read or left (`return` of its iterator): both end the connection. */
export interface EgressStream extends Omit<EgressResponse, 'body' | 'truncated'> {
  readonly body: AsyncIterable<Buffer>
}

export type EgressReason = 'closed' | 'unresolved' | 'unreachable' | 'timeout' | 'too_large' | 'aborted'

/** The request was not made or got no answer. The message names no address: who asked may be a stranger. */
export class EgressError extends Error {
  readonly reason: EgressReason
  /** False: the other side has surely not processed it. True: nobody knows. */
  readonly sent: boolean

  constructor(
    reason: EgressReason,
    message: string,
    { cause, sent = false }: { cause?: unknown; sent?: boolean } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'EgressError'
    this.reason = reason
    this.sent = sent
  }
}

export interface Egress {
  /** Throws `EgressError`. A redirect is an answer like any other: following it would be a request that nobody checked. */
  fetch(url: string, options: EgressRequest): Promise<EgressResponse>
  /** As `fetch`, as soon as status and headers are there. Reading the body throws `EgressError` as well. */
  open(url: string, options: EgressRequest): Promise<EgressStream>
}

export function createEgress({ allow, closedPorts }: EgressOptions): Egress {
  const guard = createGuard(allow, closedPorts)
  const open = (url: string, options: EgressRequest): Promise<EgressStream> => send(guard, url, options)
  return {
    open,
    async fetch(url, options) {
      const { status, headers, body } = await open(url, options)
      return { status, headers, ...(await readAll(body, options.maxBytes ?? MAX_BYTES, options.cut ?? false)) }
    },
  }
}

async function send(guard: Guard, text: string, options: EgressRequest): Promise<EgressStream> {
  const exchange = beginExchange(options)
  const { signal } = exchange
  let dispatcher: Agent | undefined
  try {
    signal.throwIfAborted()
    const url = checkedUrl(text)
    const address = await untilAborted(checkedAddress(guard, url, options.realm), signal)
    const undici = await import('undici')
    const agent = agentTo(undici, address, options.clientCertificate)
    dispatcher = agent
    agent.once('connect', () => {
      exchange.connected = true
    })
    const { statusCode, headers, body } = await undici.request(url, {
      dispatcher,
      signal,
      method: options.method ?? 'GET',
      headers: { 'user-agent': 'Sallyport', ...options.headers },
      body: outgoing(options.body),
    })
    return { status: statusCode, headers, body: untilRead(body, agent, exchange) }
  } catch (error) {
    exchange.end()
    await dispatcher?.destroy()
    throw failed(error, exchange)
  }
}

interface Exchange {
  /** From here on the request may have been read. */
  connected: boolean
  timedOut: boolean
  readonly signal: AbortSignal
  /** Lets go of the timer and of the caller's signal. */
  end(): void
}

/** A timer of its own, because the platform's lives to its end: minutes for a request that took a moment. */
function beginExchange({ timeoutMs = TIMEOUT_MILLISECONDS, signal }: EgressRequest): Exchange {
  const controller = new AbortController()
  const giveUp = (): void => controller.abort()
  const timer = setTimeout(() => {
    exchange.timedOut = true
    giveUp()
  }, timeoutMs).unref()
  const exchange: Exchange = {
    connected: false,
    timedOut: false,
    signal: controller.signal,
    end() {
      clearTimeout(timer)
      signal?.removeEventListener('abort', giveUp)
    },
  }
  if (signal?.aborted) giveUp()
  else signal?.addEventListener('abort', giveUp, { once: true })
  return exchange
}

function failed(error: unknown, { connected: sent, timedOut, signal }: Exchange): EgressError {
  if (error instanceof EgressError) return error
  // A server that wants another certificate ends a connection that stood already (RFC 8446 §6.2): nobody knows, either.
  if (timedOut) return new EgressError('timeout', 'the other side did not answer in time', { sent })
  if (signal.aborted) return new EgressError('aborted', 'the request was given up', { sent })
  return new EgressError('unreachable', 'the other side could not be reached', { cause: error, sent })
}

function outgoing(body: EgressRequest['body']): string | Uint8Array | Readable | null {
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) return body ?? null
  return Readable.from(body)
}

/** Who leaves in the middle of a wait ends the connection first: the wait itself may be the longest part. */
function untilRead(body: AsyncIterable<Buffer>, dispatcher: Agent, exchange: Exchange): AsyncIterable<Buffer> {
  const parts = partsOf(body, dispatcher, exchange)
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => parts.next(),
      async return() {
        exchange.end()
        await dispatcher.destroy()
        return { done: true, value: undefined }
      },
    }),
  }
}

async function* partsOf(body: AsyncIterable<Buffer>, dispatcher: Agent, exchange: Exchange): AsyncGenerator<Buffer> {
  try {
    yield* body
  } catch (error) {
    throw failed(error, exchange)
  } finally {
    exchange.end()
    await dispatcher.destroy()
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
    throw new EgressError('unresolved', 'the name of the other side is unknown', { cause: error })
  }
}

/**
 * An agent for one request, which connects to that address whatever name it is asked for. TLS still checks the name.
 * Loaded when it is first wanted: most installations never leave the house, and it is memory and time at the start.
 */
function agentTo(
  undici: typeof import('undici'),
  address: string,
  identity: EgressRequest['clientCertificate'],
): Agent {
  const family = isIP(address)
  return new undici.Agent({
    maxHeaderSize: MAX_HEADER_BYTES,
    connections: 1,
    // Time has one limit, that of the whole exchange.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      ...(identity && { cert: identity.certificate, key: identity.privateKey }),
      lookup: (_host, options, found) => {
        if (options.all) found(null, [{ address, family }])
        else found(null, address, family)
      },
    },
  })
}

async function readAll(
  body: AsyncIterable<Buffer>,
  most: number,
  cut: boolean,
): Promise<Pick<EgressResponse, 'body' | 'truncated'>> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    chunks.push(chunk)
    if (length <= most) continue
    if (!cut) throw new EgressError('too_large', `the answer is longer than ${most} bytes`, { sent: true })
    return { body: Buffer.concat(chunks, length).subarray(0, most), truncated: true }
  }
  return { body: Buffer.concat(chunks, length) }
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
