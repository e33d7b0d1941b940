/** A request as a plain message, read from Node's own when it is wanted: most doors look at little of it. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { BlockList } from 'node:net'
import type { Log } from '#observe/log.ts'
import { clientAddress } from './client-address.ts'
import type { Request, RequestLog } from './message.ts'
import { goneSignal } from './stream.ts'

export interface ArrivedOptions {
  readonly log: Log
  readonly trustedProxies: BlockList
}

export type Params = Readonly<Record<string, string>>

export class Arrived implements Request {
  readonly method: string
  readonly path: string
  readonly params: Params
  readonly query: string
  readonly headers: Request['headers']
  body = ''
  stream?: AsyncIterable<Uint8Array>
  readonly id: string
  readonly #peer: string
  readonly #outgoing: ServerResponse
  readonly #options: ArrivedOptions
  #gone: AbortSignal | undefined
  #log: RequestLog | undefined

  constructor(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    method: string,
    params: Params,
    id: string,
    options: ArrivedOptions,
  ) {
    const target = incoming.url ?? '/'
    const mark = target.indexOf('?')
    const path = mark === -1 ? target : target.slice(0, mark)
    this.method = method
    // RFC 9112 §3.2.2: an absolute target is taken, its authority is not believed.
    this.path = path.startsWith('/') ? path : path.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '')
    this.query = mark === -1 ? '' : target.slice(mark + 1)
    this.params = params
    // Only Set-Cookie, which no request has, would be a list; `firstProblem` refuses it.
    this.headers = incoming.headers as Request['headers']
    this.id = id
    this.#peer = incoming.socket.remoteAddress ?? ''
    this.#outgoing = outgoing
    this.#options = options
  }

  get gone(): AbortSignal {
    this.#gone ??= goneSignal(this.#outgoing)
    return this.#gone
  }

  get address(): string {
    return clientAddress(this.#peer, this.headers['x-forwarded-for'], this.#options.trustedProxies)
  }

  get log(): RequestLog {
    this.#log ??= this.#options.log.child({ request_id: this.id })
    return this.#log
  }
}
