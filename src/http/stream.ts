/** Bodies that are read or made while they are sent: a part is asked for when the one before was taken. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Response } from './message.ts'

export function isStream(body: Response['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body
}

/** For HEAD: the body that would be sent is never begun. */
export async function* noParts(): AsyncGenerator<Uint8Array> {}

/**
 * Resolves when the whole answer is handed to the socket, or when the caller has gone: then the iteration is ended at
 * once. Rejects with what the iteration threw; nothing is sent before its first part is there, so that what fails until
 * then can still be told.
 */
export async function sendStream(
  outgoing: ServerResponse,
  status: number,
  headers: Record<string, string | number | string[]>,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const iterator = body[Symbol.asyncIterator]()
  const end = (): void => void iterator.return?.()?.catch(() => undefined)
  outgoing.once('close', end)
  try {
    for (let part = await iterator.next(); !part.done && !outgoing.destroyed; part = await iterator.next()) {
      if (!outgoing.headersSent) outgoing.writeHead(status, headers)
      if (!outgoing.write(part.value)) await readable(outgoing)
    }
    if (!outgoing.headersSent && !outgoing.destroyed) outgoing.writeHead(status, headers)
    outgoing.end()
  } finally {
    outgoing.off('close', end)
    end()
  }
}

/** Until the caller has read what was written, or has gone. */
function readable(outgoing: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (outgoing.destroyed) return Promise.resolve()
  const go = (): void => {
    outgoing.off('drain', go)
    outgoing.off('close', go)
    resolve()
  }
  outgoing.on('drain', go)
  outgoing.on('close', go)
  return promise
}

/** The body of a request, part by part; leaving it early leaves the connection alone, for the answer. */
export async function* bodyParts(incoming: IncomingMessage, atEnd: () => void): AsyncGenerator<Uint8Array> {
  const parts: AsyncIterable<Uint8Array> = incoming.iterator({ destroyOnReturn: false })
  yield* parts
  atEnd()
}

/** Aborted when the connection ends before the answer does. */
export function goneSignal(outgoing: ServerResponse): AbortSignal {
  const controller = new AbortController()
  if (outgoing.destroyed) controller.abort()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) controller.abort()
  })
  return controller.signal
}
