/**
 * What of a caller's headers goes on to an API, and what of the API's comes back (N167, N168). The caller's own bearer,
 * cookies and whatever speaks for a hop or an identity stay here; an answer can set nothing in a browser that shows it.
 */
import type { Response } from '#http/message.ts'

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/** RFC 9110 §7.6.1; and what our own client writes. */
const HOP = /^(?:connection|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|host|expect|http2-settings)$/
const OURS =
  /^(?:authorization|cookie2?|set-cookie2?|forwarded|via|x-forwarded(?:-.*)?|x-real-ip|x-client-ip|(?:x-)?remote-(?:user|addr)|x-sallyport(?:-.*)?|x-original-.*|x-rewrite-.*|x-http-method(?:-override)?|x-method-override)$/
/** What a browser would do at our origin because an API said so, and what is said of a hop that is not ours. */
const NOT_BACK =
  /^(?:set-cookie2?|strict-transport-security|content-security-policy.*|clear-site-data|access-control-.*|cross-origin-.*|alt-svc|public-key-pins.*|service-worker-allowed|refresh|nel|report-to|reporting-endpoints|x-frame-options|sourcemap|x-sourcemap|permissions-policy|content-disposition|x-content-type-options|cache-control|expires|pragma|age|vary|www-authenticate|authentication-info|server|via|x-sallyport.*|location)$/

/** `own`: the header that carries the token at this API. */
export function headersOut(headers: Headers, own: string | undefined): Record<string, string> {
  const named = namedByConnection(headers)
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const plain = plainName(name)
    if (typeof value !== 'string' || HOP.test(plain) || OURS.test(plain) || named.has(plain)) continue
    if (own !== undefined && plain === plainName(own)) continue
    kept[name] = value
  }
  return kept
}

/** With the headers that keep the answer from acting as a page of ours. A redirect is told, and followed by nobody. */
export function headersBack(status: number, headers: Headers): Response['headers'] {
  const named = namedByConnection(headers)
  const kept: Record<string, string | readonly string[]> = {}
  for (const [name, value] of Object.entries(headers)) {
    const plain = plainName(name)
    if (value === undefined || HOP.test(plain) || NOT_BACK.test(plain) || named.has(plain)) continue
    if (plain === 'content-length' && (status === 204 || status < 200)) continue
    kept[name] = value
  }
  const { location } = headers
  return {
    ...kept,
    ...(typeof location === 'string'
      ? { [status < 400 && status >= 300 ? 'x-sallyport-location' : 'location']: location }
      : {}),
    'cache-control': 'no-store',
    'content-security-policy': "sandbox; default-src 'none'",
    'content-disposition': 'attachment',
    'x-content-type-options': 'nosniff',
    // Whose answer it is: a refusal of ours has no such header.
    'x-sallyport-answer': 'api',
  }
}

/** Servers that turn `_` into `-` would read a twin as the header itself. */
function plainName(name: string): string {
  return name.toLowerCase().replaceAll('_', '-')
}

function namedByConnection({ connection }: Headers): ReadonlySet<string> {
  const text = typeof connection === 'string' ? connection : (connection ?? []).join(',')
  return new Set(text.split(',').map((name) => plainName(name.trim())))
}
