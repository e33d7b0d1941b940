/**
 * Where a call of an API goes: below the base URL of its server and nowhere else (N164). What one program could read as
 * leading elsewhere is refused before anything is built, and what was built is looked at once more, because the token
 * goes with it.
 */
import { OutboundRefusal } from './problem.ts'

/** RFC 3986 `pchar` and `/`; an encoded slash, backslash, NUL or line end is none, however often it was encoded. */
const PATH =
  /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/]|%(?!(?:25)*(?:2[Ff]|5[Cc]|0[0-9A-Fa-f]|1[0-9A-Fa-f]|7[Ff]))[0-9A-Fa-f]{2})*$/
const QUERY = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?[\]|^`{}"<>\\]|%[0-9A-Fa-f]{2})*$/
const LONGEST = 8192

const outside = (what: string): OutboundRefusal => new OutboundRefusal(400, 'invalid_target', 'invalid_target', what)

/** `path`: as on the wire, without the first slash. `query`: as on the wire, without `?`. Refuses with 400 and 409. */
export function targetBelow(baseUrl: string | null, path: string, query: string): string {
  if (baseUrl === null) {
    throw new OutboundRefusal(409, 'conflict', 'no_base_url', 'this OAuth server has no base URL to call')
  }
  if (path.length + query.length > LONGEST) throw outside('the path and the query are too long')
  if (!PATH.test(path)) throw outside('the path holds a character that could be read as leading elsewhere')
  if (!QUERY.test(query)) throw outside('the query holds a character that has to be percent-encoded')
  const segments = path.split('/')
  if (segments.some(isDots)) throw outside('the path must not have dot segments')
  if (segments.slice(0, -1).includes('')) throw outside('the path must not have empty segments')
  if (segments[0]?.includes('@')) throw outside('the path must not begin with what could be a user or a host')
  const base = new URL(baseUrl)
  const prefix = `${base.origin}${base.pathname.replace(/\/+$/, '')}/`
  const url = prefix + path
  // Nothing of the path may be read otherwise than it is written.
  if (base.search !== '' || URL.parse(url)?.href !== url) throw outside('the path is read otherwise than it is written')
  return query === '' ? url : `${url}?${query}`
}

/** Java servers take parameters off a segment before they look at it: `..;a` is `..` to them. */
function isDots(segment: string): boolean {
  return /^(?:\.|%(?:25)*2[Ee]){1,2}(?:$|;|%(?:25)*3[Bb])/.test(segment)
}
