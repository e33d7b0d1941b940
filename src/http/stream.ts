/** Answers that are made while they are sent: a part is asked for when the caller has taken the one before. */
import type { ServerResponse } from 'node:http'
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
