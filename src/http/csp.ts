/** The words of a Content-Security-Policy that depend on the request. */
import { createHash } from 'node:crypto'

/** A source that could end its directive, or the header, is a bug of whoever made it. */
const SOURCE = /^(?:'self'|data:|'sha256-[A-Za-z0-9+/=]+'|[a-z][a-z0-9+.-]*:(?:\/\/[^\s;,'"]+)?)$/i

export interface PagePolicy {
  readonly formAction?: readonly string[]
  readonly images?: readonly string[]
  /** Text of the only script or style that may run, by its digest. */
  readonly script?: string
  readonly style?: string
}

/** Nothing is allowed but what a page of ours needs (N021). */
export function pagePolicy({ formAction = [], images = [], script, style }: PagePolicy): string {
  const directives = [
    "default-src 'none'",
    `style-src 'self'${style === undefined ? '' : ` ${digestSource(style)}`}`,
    ...(script === undefined ? [] : [`script-src ${digestSource(script)}`]),
    `img-src ${sources(["'self'", 'data:', ...images.map(imageSource)])}`,
    `form-action ${sources(["'self'", ...formAction])}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ]
  return directives.join('; ')
}

/** What `form-action` has to name so that a form's answer may lead to `url` (browsers look at the whole chain). */
export function formActionSource(url: string): string {
  const { protocol, hostname, origin } = new URL(url)
  if (protocol !== 'https:' && protocol !== 'http:') return protocol
  // The grammar of CSP has no IPv6 literals (CSP 3 §2.3.1): the scheme is the narrowest that works.
  return hostname.startsWith('[') ? protocol : origin
}

function digestSource(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`
}

/** A picture by its whole path; a query is not part of a source. */
function imageSource(url: string): string {
  const { origin, pathname, hostname, protocol } = new URL(url)
  if (hostname.startsWith('[')) return protocol
  return origin + pathname.replace(/[;,']/g, (character) => `%${character.charCodeAt(0).toString(16)}`)
}

function sources(list: readonly string[]): string {
  for (const source of list) {
    if (!SOURCE.test(source)) throw new TypeError(`not a source of a content security policy: ${source}`)
  }
  return list.join(' ')
}
