/**
 * Cookies (RFC 6265bis): read without believing, written so that no other site, script or path reaches them. The name
 * carries the realm, so that a cookie of one realm is never looked at in another (N030).
 */

/** A browser sends about fifty of one site at most; whoever sends more is answered as if the rest were not there. */
const MAX_COOKIES = 60

/** RFC 6265 §4.1.1 `cookie-octet`, without quotes. */
const VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/

export interface CookieOptions {
  /** Whether the public URL is https: then the name gets the prefix that browsers guard. */
  readonly secure: boolean
  /** Seconds; absent: until the browser ends its session. 0 deletes. */
  readonly maxAgeSeconds?: number
}

/**
 * `__Host-sallyport-{purpose}-{realm}` on https. The prefix makes a browser refuse the cookie unless it is Secure, has
 * path `/` and no domain: no subdomain can plant one.
 */
export function cookieName(purpose: string, realm: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}sallyport-${purpose}-${realm}`
}

/**
 * The value of one cookie; undefined when it is absent, came twice (somebody planted one: neither is believed) or holds
 * what no cookie of ours holds.
 */
export function readCookie(header: string | undefined, name: string): string | undefined {
  if (header === undefined || !header.includes(name)) return undefined
  let found: string | undefined
  for (const pair of header.split(';', MAX_COOKIES)) {
    const equals = pair.indexOf('=')
    if (equals === -1 || pair.slice(0, equals).trim() !== name) continue
    if (found !== undefined) return undefined
    found = pair.slice(equals + 1).trim()
  }
  return found !== undefined && found !== '' && VALUE.test(found) ? found : undefined
}

/** A Set-Cookie line. Path `/` always: `__Host-` demands it, and http for development should not differ. */
export function printCookie(name: string, value: string, options: CookieOptions): string {
  if (!VALUE.test(value)) throw new TypeError('not a cookie value')
  const age = options.maxAgeSeconds === undefined ? '' : `; Max-Age=${options.maxAgeSeconds}`
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${options.secure ? '; Secure' : ''}${age}`
}

/** The Set-Cookie line that makes a browser forget. */
export function forgetCookie(name: string, secure: boolean): string {
  return printCookie(name, '', { secure, maxAgeSeconds: 0 })
}
