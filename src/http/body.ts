/** The body of a request: bounded, of a type that the door takes, UTF-8 to the last byte (RFC 6749 appendix B). */
import { isUtf8 } from 'node:buffer'
import type { IncomingMessage } from 'node:http'
import { MAX_DOCUMENT_BYTES, MAX_FORM_BYTES } from './limits.ts'
import type { Route } from './message.ts'
import { Refusal } from './refusal.ts'

export const FORM = 'application/x-www-form-urlencoded'
const FORM_ONLY: readonly string[] = [FORM]

/** RFC 9110 §5.6.2, §8.3.1: a media type and its parameters; a quoted value may hold what a charset never has. */
const MEDIA_TYPE = /^([!#$%&'*+.^_`|~0-9a-z-]+\/[!#$%&'*+.^_`|~0-9a-z-]+)[ \t]*(;.*)?$/i
const CHARSET_ONLY = /^;[ \t]*charset=("?)utf-8\1[ \t]*$/i

export function hasBody(incoming: IncomingMessage): boolean {
  const { headers } = incoming
  const length = headers['content-length']
  return (length !== undefined && length !== '0') || headers['transfer-encoding'] !== undefined
}

/**
 * Calls back once: with the text, with the refusal (400 not UTF-8, 413 too long, 415 another type), or with neither
 * when the caller went away. A body that is too long is not read to its end.
 */
export function readBody(
  incoming: IncomingMessage,
  route: Route,
  done: (refusal: Refusal | undefined, text: string | undefined) => void,
): void {
  const type = acceptedType(incoming.headers['content-type'], route.bodyTypes ?? FORM_ONLY)
  if (type === undefined) return done(wrongType(route), undefined)
  const most = type === FORM ? MAX_FORM_BYTES : MAX_DOCUMENT_BYTES
  if (Number(incoming.headers['content-length']) > most) return done(tooLong(most), undefined)

  const chunks: Buffer[] = []
  let length = 0
  let settled = false
  function settle(refusal: Refusal | undefined, text: string | undefined): void {
    if (settled) return
    settled = true
    done(refusal, text)
  }
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length <= most) chunks.push(chunk)
    else settle(tooLong(most), undefined)
  })
  incoming.on('end', () => {
    if (settled) return
    const bytes = chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)
    if (isPlainUtf8(bytes)) settle(undefined, bytes.toString('utf8'))
    else settle(new Refusal(400, 'invalid_request', 'the body is not plain UTF-8'), undefined)
  })
  // A connection that broke: an error is announced too, and both mean that nobody listens any more.
  incoming.on('error', () => settle(undefined, undefined))
  incoming.on('close', () => settle(undefined, undefined))
}

/** The media type in lower case, when the door takes it and says nothing but UTF-8 about itself. */
function acceptedType(header: string | undefined, types: readonly string[]): string | undefined {
  if (header === undefined) return undefined
  if (types.includes(header)) return header
  const parts = MEDIA_TYPE.exec(header)
  const type = parts?.[1]?.toLowerCase()
  if (type === undefined || !types.includes(type)) return undefined
  const parameters = parts?.[2]
  return parameters === undefined || CHARSET_ONLY.test(parameters) ? type : undefined
}

/** A byte-order mark is no part of any of these formats; a parser that skips it reads another name than one that does not. */
function isPlainUtf8(bytes: Buffer): boolean {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  return !marked && isUtf8(bytes)
}

function wrongType(route: Route): Refusal {
  const types = (route.bodyTypes ?? FORM_ONLY).join(', ')
  return new Refusal(415, 'invalid_request', `the body has to be ${types} in UTF-8`, {}, { accept: types })
}

function tooLong(most: number): Refusal {
  return new Refusal(413, 'invalid_request', `the body is longer than ${most} bytes`)
}
