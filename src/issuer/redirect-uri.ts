/**
 * Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7 and §8, RFC 9700 §2.1): what may be registered, and whether what a request
 * names is registered. Compared as strings, never as parsed URLs: a browser, a library and we read odd URLs differently,
 * so an odd one is refused before anything is compared.
 */

/** Longer ones do not fit the headers that carry them. */
const REDIRECT_URI_LIMIT = 2048

/**
 * `loopback`: an IP literal of the own machine (RFC 8252 §7.3). `localhost`: a name, so never more than the exact string
 * (§8.3). `custom`: a private-use scheme (§7.1). Only `https` tells whose application answers there.
 */
export type RedirectKind = 'https' | 'loopback' | 'localhost' | 'custom'

/** RFC 3986 characters without `#`; a per cent sign only in front of two hexadecimal digits. */
const CHARACTERS = /^(?:[A-Za-z0-9\-._~:/?[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
const HTTPS = /^https:\/\/(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?(?:[/?]|$)/i
const LOCALHOST = /^http:\/\/localhost(?::[0-9]{1,5})?(?:[/?]|$)/
const LOOPBACK = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]))(?::([0-9]{1,5}))?((?:[/?].*)?)$/
/** RFC 8252 §8.4: a scheme without a period is nobody's; so `javascript:`, `data:` and `file:` never get this far. */
const CUSTOM = /^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+:/

/** What kind of redirect URI this is; undefined: none that we would ever register or send a browser to. */
export function redirectKind(uri: string): RedirectKind | undefined {
  if (uri.length > REDIRECT_URI_LIMIT || !CHARACTERS.test(uri)) return undefined
  if (HTTPS.test(uri)) return 'https'
  const port = LOOPBACK.exec(uri)?.[2]
  if (LOOPBACK.test(uri)) return port === undefined || isPort(port) ? 'loopback' : undefined
  if (LOCALHOST.test(uri)) return 'localhost'
  if (CUSTOM.test(uri)) return 'custom'
  return undefined
}

/**
 * Whether `requested` is one of the registered redirect URIs: the same string, or, for a loopback IP literal, the same
 * but for the port (RFC 8252 §7.3: a native application takes the port that it gets).
 */
export function isRegisteredRedirectUri(registered: readonly string[], requested: string): boolean {
  const kind = redirectKind(requested)
  if (!kind) return false
  if (registered.includes(requested)) return true
  if (kind !== 'loopback') return false
  const wanted = withoutPort(requested)
  return registered.some((uri) => redirectKind(uri) === 'loopback' && withoutPort(uri) === wanted)
}

function withoutPort(uri: string): string {
  const [, host, , rest] = LOOPBACK.exec(uri) ?? []
  return `${host}${rest}`
}

function isPort(digits: string): boolean {
  const port = Number(digits)
  return port >= 1 && port <= 65_535
}
