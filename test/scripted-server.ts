/**
 * Somebody else's server, played: a real HTTP(S) server whose next answers a test writes, and which remembers what it
 * was asked. It can be slow, break off, drop a request that it has read, and send more than anybody wants.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import { TLSSocket } from 'node:tls'
import { createEgress } from '#http/egress.ts'
import type { WayOut } from '#oauth-client/settings.ts'

/** What one request carried. */
export interface Asked {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
  readonly body: string
  /** The body's members, of a form or of JSON. */
  readonly parameters: Readonly<Record<string, string>>
  /** The subject's common name of the certificate that the caller showed. */
  readonly certificate: string | null
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly json?: unknown
  readonly text?: string
  /** Waits before it answers. */
  readonly delayMs?: number
  /** The request is read, and the connection ends: without an answer, or in the middle of one. */
  readonly drop?: 'before_answer' | 'in_answer'
  /** So many bytes of nothing after the text. */
  readonly paddingBytes?: number
}

export type Step = Reply | ((asked: Asked) => Reply | Promise<Reply>)

export interface ScriptedServer {
  readonly url: string
  /** All requests so far, in order. */
  readonly asked: Asked[]
  /** The last request. */
  last(): Asked
  /** What comes next, at any path, one step for each request; when they are used up, the standing answers count. */
  next(...steps: readonly Step[]): void
  /** The answer of a path for as long as no step waits. */
  stand(path: string, step: Step): void
  /** Forgets requests, steps and standing answers. */
  reset(): void
  close(): Promise<void>
}

export async function openScriptedServer(tls?: ServerOptions): Promise<ScriptedServer> {
  const asked: Asked[] = []
  const steps: Step[] = []
  const standing = new Map<string, Step>()

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await read(request)
    asked.push(seen)
    const step = steps.shift() ?? standing.get(seen.path) ?? { status: 404, text: 'nothing is here' }
    await play(response, typeof step === 'function' ? await step(seen) : step)
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    answer(request, response).catch((error: unknown) => response.destroy(error as Error))
  }
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    asked,
    last: () => asked.at(-1) ?? missing(),
    next: (...more) => void steps.push(...more),
    stand: (path, step) => void standing.set(path, step),
    reset() {
      asked.length = 0
      steps.length = 0
      standing.clear()
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function missing(): never {
  throw new Error('nothing was asked')
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks).toString('utf8')
  const url = new URL(request.url ?? '/', 'http://localhost')
  return {
    method: request.method ?? '',
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    body,
    parameters: parametersOf(body, request.headers['content-type'] ?? ''),
    certificate: request.socket instanceof TLSSocket ? commonName(request.socket) : null,
  }
}

function parametersOf(body: string, type: string): Record<string, string> {
  if (type.startsWith('application/json')) return JSON.parse(body) as Record<string, string>
  return Object.fromEntries(new URLSearchParams(body))
}

function commonName(socket: TLSSocket): string | null {
  const name: unknown = socket.getPeerCertificate().subject?.CN
  return typeof name === 'string' ? name : null
}

async function play(response: ServerResponse, reply: Reply): Promise<void> {
  const { status = 200, headers = {}, json, text = '', delayMs = 0, drop, paddingBytes = 0 } = reply
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
  if (drop === 'before_answer') {
    response.destroy()
    return
  }
  const body = json === undefined ? text : JSON.stringify(json)
  const type = json === undefined ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers })
  if (drop === 'in_answer') {
    response.write(body.slice(0, body.length / 2), () => response.destroy())
    return
  }
  response.write(body)
  await pad(response, paddingBytes)
  response.end()
}

/** As fast as it is read and no faster: the other side may hang up long before the end. */
async function pad(response: ServerResponse, bytes: number): Promise<void> {
  const block = Buffer.alloc(64 * 1024, ' ')
  for (let left = bytes; left > 0 && !response.destroyed; left -= block.length) {
    if (response.write(block.subarray(0, Math.min(left, block.length)))) continue
    await new Promise<void>((resolve) => {
      const go = (): void => {
        response.off('drain', go).off('close', go)
        resolve()
      }
      response.on('drain', go).on('close', go)
    })
  }
}

export interface Rotation {
  /** For so long a spent refresh token is answered with the successor's tokens; 0: its use ends the family. */
  readonly graceMs: number
  readonly lifetimeSeconds?: number
}

/**
 * A token endpoint that gives tokens to everybody who asks and rotates refresh tokens (RFC 9700 §4.14.2): each is good
 * once, and a spent one that is shown again ends its family, unless the grace is not over.
 */
export function rotating({ graceMs, lifetimeSeconds = 3600 }: Rotation): (asked: Asked) => Reply {
  const families = new Map<string, { live: boolean; newest: string; spent: Map<string, number> }>()
  let made = 0
  const tokens = (refresh: string): Reply => ({
    json: { access_token: `at-${++made}`, token_type: 'Bearer', expires_in: lifetimeSeconds, refresh_token: refresh },
  })
  return ({ parameters }) => {
    if (parameters['grant_type'] !== 'refresh_token') {
      const name = `f${families.size}`
      families.set(name, { live: true, newest: `${name}.0`, spent: new Map() })
      return tokens(`${name}.0`)
    }
    const shown = parameters['refresh_token'] ?? ''
    const [name = '', number = ''] = shown.split('.')
    const family = families.get(name)
    if (!family?.live) return DEAD
    if (shown === family.newest) {
      family.spent.set(shown, Date.now())
      family.newest = `${name}.${Number(number) + 1}`
      return tokens(family.newest)
    }
    const spentAt = family.spent.get(shown)
    if (spentAt !== undefined && Date.now() - spentAt < graceMs) return tokens(family.newest)
    family.live = false
    return DEAD
  }
}

const DEAD: Reply = { status: 400, json: { error: 'invalid_grant', error_description: 'the token is not live' } }

/** The way out with this machine opened, as an operator would open it. */
export const openWay: WayOut = (url, request) =>
  createEgress({ allow: ['127.0.0.0/8', '::1'], closedPorts: [] }).fetch(url, { ...request, realm: 'default' })
