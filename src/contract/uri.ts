/**
 * Addresses that an administrator registers: redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1), origins and
 * links. They are compared as strings later, so what two programs could read differently is refused here.
 */
import { z } from 'zod'

const uriLimit = 2048
const uriCharacters = /^(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/
const schemePart = /^([A-Za-z][A-Za-z0-9+.-]*):/
const hostAndPort = /^(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/i
const loopbackHosts: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])
const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/** What is wrong with a redirect URI; undefined: nothing. */
export function redirectUriProblem(uri: string): string | undefined {
  if (!uriCharacters.test(uri)) return 'must hold only the characters of RFC 3986; write a host in its ASCII form'
  const scheme = schemePart.exec(uri)?.[1]
  if (!scheme) return 'must be absolute'
  if (uri.includes('#')) return 'must not have a fragment'
  if (uri.includes('*')) return 'must not have a wildcard'
  if (scheme === 'https' || scheme === 'http') return webUriProblem(uri)
  if (scheme.toLowerCase() !== scheme) return 'must have its scheme in lower case'
  return privateUseProblem(uri, scheme)
}

function webUriProblem(uri: string): string | undefined {
  const authority = /^https?:\/\/([^/?]+)/.exec(uri)?.[1]
  if (!authority) return 'must be absolute, with a host'
  if (authority.includes('@')) return 'must not have user information'
  if (!hostAndPort.test(authority) || !URL.canParse(uri)) return 'must have a plain host, and a port or none'
  const url = new URL(uri)
  if (url.protocol === 'http:' && !loopbackHosts.has(url.hostname)) return 'must be https, or http on a loopback host'
  if (url.protocol === 'http:' && !authority.startsWith(url.hostname)) return 'must name the loopback host plainly'
  const path = uri.slice(uri.indexOf(authority) + authority.length).split('?', 1)[0] ?? ''
  return dotSegment.test(path) ? 'must not have dot segments' : undefined
}

/** RFC 8252 §7.1: a scheme in reverse domain order; so `javascript:`, `data:`, `vbscript:` and `file:` never pass. */
function privateUseProblem(uri: string, scheme: string): string | undefined {
  if (!/^[a-z][a-z0-9+-]*(?:\.[a-z0-9+-]+)+$/.test(scheme)) {
    return 'must be https, http on a loopback host, or a private-use scheme with a period in it'
  }
  if (uri.length === scheme.length + 1) return 'must have a path'
  return /^[^:]+:\/\/[^/?]*@/.test(uri) ? 'must not have user information' : undefined
}

/** A pure origin as browsers send it; undefined: it is none. One trailing slash is taken off. */
export function originOf(typed: string): string | undefined {
  const bare = typed.endsWith('/') ? typed.slice(0, -1) : typed
  if (!/^https?:\/\/[^/?#@*\\\s]+$/i.test(bare) || !uriCharacters.test(bare) || !URL.canParse(bare)) return undefined
  const origin = new URL(bare).origin
  return origin === 'null' ? undefined : origin
}

export const redirectUri: z.ZodType<string, string> = z
  .string()
  .max(uriLimit)
  .superRefine((uri, context) => {
    const problem = redirectUriProblem(uri)
    if (problem) context.addIssue({ code: 'custom', message: problem })
  })
  .meta({ examples: ['https://app.example/callback', 'http://127.0.0.1/callback', 'com.example.app:/callback'] })

export const corsOrigin: z.ZodType<string, string> = z
  .string()
  .max(uriLimit)
  .transform((typed, context) => {
    const origin = originOf(typed)
    if (origin) return origin
    context.addIssue({ code: 'custom', message: 'must be an origin: scheme, host and port, nothing else' })
    return z.NEVER
  })
  .meta({ examples: ['https://app.example'] })

/** A page or an image that people are shown. */
export const link: z.ZodString = z
  .string()
  .max(uriLimit)
  .refine(
    (uri) => uriCharacters.test(uri) && isLink(uri),
    'must be an absolute http or https URL without user information',
  )

/** An address that we fetch from; what may be reached at all is the way out's rule. */
export const fetchedLink: z.ZodString = z
  .string()
  .max(uriLimit)
  .refine(
    (uri) => uriCharacters.test(uri) && !uri.includes('#') && isLink(uri) && webUriProblem(uri) === undefined,
    'must be an https URL, or http on a loopback host',
  )

function isLink(uri: string): boolean {
  if (!/^https?:\/\//.test(uri) || !URL.canParse(uri)) return false
  const url = new URL(uri)
  return url.username === '' && url.password === ''
}

/** An API's identifier (RFC 8707 §2): an absolute URI without a fragment. */
export const resourceIdentifier: z.ZodString = z
  .string()
  .max(512)
  .refine(
    (uri) => uriCharacters.test(uri) && schemePart.test(uri) && !uri.includes('#') && URL.canParse(uri),
    'must be an absolute URI without a fragment (RFC 8707 section 2)',
  )
  .meta({ examples: ['https://orders.example/api'] })
