/** A front door for tests of the room `http` alone, and a raw socket to knock with. */
import { connect } from 'node:net'
import { refuseAsJson } from '#http/door.ts'
import type { Request, Route } from '#http/message.ts'
import { type Server, type ServerOptions, startServer } from '#http/server.ts'
import { createLog } from '#observe/log.ts'
import { createMetrics, type Metrics } from '#observe/metrics.ts'

export interface TestServer {
  readonly server: Server
  readonly url: string
  readonly port: number
  readonly metrics: Metrics
  /** Lines of the log. */
  readonly logged: string[]
  /** What handlers of `echo` routes were given. */
  readonly seen: Request[]
}

type Options = Partial<Omit<ServerOptions, 'routes' | 'log' | 'metrics'>>

export async function openServer(
  routes: (seen: Request[]) => readonly Route[],
  options: Options = {},
): Promise<TestServer> {
  const logged: string[] = []
  const seen: Request[] = []
  const metrics = createMetrics()
  const log = createLog('debug', { write: (line: string) => void logged.push(line) })
  const server = await startServer({ host: '127.0.0.1', port: 0, ...options, routes: routes(seen), log, metrics })
  const { port } = server.address()
  return { server, url: `http://127.0.0.1:${port}`, port, metrics, logged, seen }
}

/** A door that takes GET and POST. */
export function door(path: string, handle: Route['handle'], more: Partial<Route> = {}): Route {
  return { methods: ['GET', 'POST'], path, handle, refused: refuseAsJson, ...more }
}

export const fine = { status: 200, headers: {}, body: 'fine' }

/** Answers 200 with what arrived. */
export function echo(seen: Request[], path: string, methods: readonly string[], more: Partial<Route> = {}): Route {
  return {
    methods,
    path,
    refused: refuseAsJson,
    handle: (request) => {
      seen.push(request)
      const { method, params, query, body, address } = request
      const text = JSON.stringify({ method, path: request.path, params, query, body, address })
      return { status: 200, headers: { 'content-type': 'application/json' }, body: text }
    },
    ...more,
  }
}

/** Sends bytes as they are and gives back all that comes until the other side closes. */
export function sendRaw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let answer = ''
  const socket = connect(port, '127.0.0.1', () => {
    for (const part of parts) socket.write(part)
  })
  socket.setEncoding('latin1')
  socket.on('data', (text: string) => {
    answer += text
  })
  // A reset after the answer is how a refused body ends.
  socket.on('error', () => resolve(answer))
  socket.on('close', () => resolve(answer))
  return promise
}

export const FORM_HEADERS = 'Content-Type: application/x-www-form-urlencoded\r\n'

/** A whole POST with a form, ending the connection. */
export function rawPost(path: string, headers: string, body: string): string {
  const length = Buffer.byteLength(body)
  return `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}Content-Length: ${length}\r\n\r\n${body}`
}
