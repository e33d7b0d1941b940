/**
 * A server's own description of itself (RFC 8414, OIDC Discovery 1.0 §4), believed as far as it is about the issuer that
 * was named (N158): another issuer, an endpoint without TLS, or one that has moved since is refused, because secrets
 * go where this document says.
 */

import { readBody } from './read-body.ts'
import { sendOnce } from './request-token.ts'
import type { ServerSettings, WayOut } from './settings.ts'

export interface Metadata {
  readonly issuer: string
  readonly token_endpoint: string
  readonly authorization_endpoint: string | null
  readonly revocation_endpoint: string | null
  readonly introspection_endpoint: string | null
  readonly userinfo_endpoint: string | null
  /** RFC 9207 §3. */
  readonly iss_in_callback: boolean
  /** Null: not said. */
  readonly authentication_methods: readonly string[] | null
  readonly scopes: readonly string[] | null
  /** Whether PKCE with S256 is named; null: not said. */
  readonly pkce: boolean | null
  /** Found by OpenID Connect's path. */
  readonly openid: boolean
}

export type Discovered =
  | { readonly kind: 'found'; readonly metadata: Metadata }
  | { readonly kind: 'refused'; readonly code: string; readonly description: string }

const ENDPOINTS = [
  'token_endpoint',
  'authorization_endpoint',
  'revocation_endpoint',
  'introspection_endpoint',
  'userinfo_endpoint',
] as const
type Endpoint = (typeof ENDPOINTS)[number]

export type KnownEndpoints = Partial<Pick<ServerSettings, Endpoint>>

const OPENID_PATH = '/.well-known/openid-configuration'
const OAUTH_PATH = '/.well-known/oauth-authorization-server'

/**
 * `issuer`: as an administrator wrote it; the address of the document is taken as well. `known`: endpoints that secrets
 * go to already; where one of them has moved to another origin the whole document is refused. Never throws for what
 * the other side does.
 */
export async function discover(
  issuer: string,
  way: WayOut,
  signal: AbortSignal,
  known: KnownEndpoints = {},
): Promise<Discovered> {
  const url = URL.parse(issuer.trim().replace(OPENID_PATH, '').replace(OAUTH_PATH, ''))
  if (url === null || url.search !== '' || url.hash !== '' || url.username !== '' || url.password !== '') {
    return refusal('issuer', 'the issuer must be a URL without a query, a fragment or credentials')
  }
  const base = url.href.replace(/\/+$/, '')
  const path = base.slice(url.origin.length)
  let failure = refusal('not_found', 'the issuer publishes no metadata')
  for (const address of [`${base}${OPENID_PATH}`, `${url.origin}${OAUTH_PATH}${path}`]) {
    const found = await readDocument(address, way, signal)
    if (found.kind === 'refused') failure = found
    else return judged(found.document, base, address.endsWith(OPENID_PATH), known)
  }
  return failure
}

type Refusal = Extract<Discovered, { kind: 'refused' }>
type Document = Readonly<Record<string, unknown>>

async function readDocument(
  url: string,
  way: WayOut,
  signal: AbortSignal,
): Promise<Refusal | { kind: 'document'; document: Document }> {
  const sent = await sendOnce({ url, method: 'GET', headers: { accept: 'application/json' } }, way, signal)
  if (sent.kind !== 'answer') return refusal(sent.code, sent.detail)
  if (sent.raw.status !== 200) return refusal('not_found', `the issuer answers with status ${sent.raw.status}`)
  const body = readBody(sent.raw, 'json')
  if (body.kind === 'unreadable') return refusal('not_metadata', 'the issuer answers with something else than metadata')
  return { kind: 'document', document: body.tree as Document }
}

function judged(document: Document, base: string, openid: boolean, known: KnownEndpoints): Discovered {
  const { issuer } = document
  if (typeof issuer !== 'string' || issuer.replace(/\/$/, '') !== base) {
    return refusal('issuer_mismatch', 'the metadata is of another issuer than the one that was named')
  }
  const found = new Map<Endpoint, string>()
  for (const name of ENDPOINTS) {
    const text = document[name]
    if (text === undefined || text === null) continue
    const url = typeof text === 'string' ? URL.parse(text) : null
    if (url === null || url.hash !== '' || url.username !== '' || url.password !== '') {
      return refusal('endpoint', `the ${name} of the metadata is not a usable URL`)
    }
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && base.startsWith('http:'))) {
      return refusal('http_downgrade', `the ${name} of the metadata is not https`)
    }
    const before = known[name]
    if (before && URL.parse(before)?.origin !== url.origin) {
      return refusal('endpoint_moved', `the ${name} of the metadata has moved to another origin`)
    }
    found.set(name, url.href)
  }
  const token = found.get('token_endpoint')
  if (token === undefined) return refusal('no_token_endpoint', 'the metadata names no token endpoint')
  return { kind: 'found', metadata: metadataOf(document, issuer, token, found, openid) }
}

function metadataOf(
  document: Document,
  issuer: string,
  token: string,
  found: ReadonlyMap<Endpoint, string>,
  openid: boolean,
): Metadata {
  return {
    issuer,
    token_endpoint: token,
    authorization_endpoint: found.get('authorization_endpoint') ?? null,
    revocation_endpoint: found.get('revocation_endpoint') ?? null,
    introspection_endpoint: found.get('introspection_endpoint') ?? null,
    userinfo_endpoint: found.get('userinfo_endpoint') ?? null,
    iss_in_callback: document['authorization_response_iss_parameter_supported'] === true,
    authentication_methods: texts(document['token_endpoint_auth_methods_supported']),
    scopes: texts(document['scopes_supported']),
    pkce: texts(document['code_challenge_methods_supported'])?.includes('S256') ?? null,
    openid,
  }
}

function texts(value: unknown): string[] | null {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string').slice(0, 500) : null
}

function refusal(code: string, description: string): Refusal {
  return { kind: 'refused', code, description }
}
