/** Which scopes an authorization gets, and for which audience (RFC 6749 §3.3, RFC 9068 §3, OpenID Connect Core §3.1.2.1). */
import type { Client } from '#store/clients.ts'
import type { Resources } from '#store/resources.ts'
import { invalidRequest, invalidScope } from '../refusals.ts'

/** Bytes of a `scope` parameter: far above honest use, far below what costs CPU. */
const SCOPE_LIMIT = 4096

/** RFC 6749 §3.3: scope-token *( SP scope-token ) */
const SCOPE_LIST = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/

export interface ScopeRequest {
  /** The `scope` parameter; undefined when it was left out. */
  readonly requested: string | undefined
  readonly client: Client
  readonly resources: Resources
  /** Nobody but the client is in the grant: no OpenID scopes, nothing is dropped in silence. */
  readonly isClientOnly: boolean
}

export interface GrantedScopes {
  /** In the order they were asked for, each once. */
  readonly scopes: readonly string[]
  readonly dropped: readonly string[]
}

/** Refuses with `invalid_scope`; with `openid`, what is unknown or not allowed is dropped and the answer tells. */
export function resolveScopes(request: ScopeRequest): GrantedScopes {
  const { requested, client, resources, isClientOnly } = request
  if (requested === undefined) return { scopes: defaultScopes(client, resources, isClientOnly), dropped: [] }
  if (requested.length > SCOPE_LIMIT) throw invalidRequest('scope is too long', { length: requested.length })
  if (!SCOPE_LIST.test(requested)) throw invalidScope('scope must be a list of scopes separated by single spaces')
  const asked = [...new Set(requested.split(' '))]
  const isLenient = !isClientOnly && asked.includes('openid')
  const scopes: string[] = []
  const dropped: string[] = []
  for (const name of asked) {
    if (isAllowed(name, client, resources, isClientOnly)) scopes.push(name)
    else if (isLenient && name !== 'openid') dropped.push(name)
    else throw invalidScope('a scope is unknown or not allowed for this client', { scope: name, allowed: client.scope })
  }
  refuseTwoApis(scopes, resources)
  return { scopes, dropped }
}

/** Left out: what the client may ask for, without `offline_access` and without what is never a default. */
function defaultScopes(client: Client, resources: Resources, isClientOnly: boolean): readonly string[] {
  const scopes = [...client.scopes].filter(
    (name) =>
      name !== 'offline_access' &&
      !name.startsWith('sallyport_api') &&
      !name.startsWith('outbound:') &&
      isAllowed(name, client, resources, isClientOnly),
  )
  refuseTwoApis(scopes, resources)
  return scopes
}

function isAllowed(name: string, client: Client, resources: Resources, isClientOnly: boolean): boolean {
  const scope = resources.scopes.get(name)
  if (scope === undefined || !client.scopes.has(name)) return false
  return !(isClientOnly && scope.api_id === null)
}

/** One token, one API: else a scope of one could be used at the other (RFC 9068 §3). */
function refuseTwoApis(scopes: readonly string[], resources: Resources): void {
  const apis = new Set(scopes.map((name) => resources.scopes.get(name)?.api_id ?? null))
  apis.delete(null)
  if (apis.size > 1) throw invalidScope('the scopes belong to two APIs: ask for one token for each')
}

/** The API that the scopes belong to, plus the issuer where `openid` was granted, else the issuer alone. */
export function audienceOf(scopes: readonly string[], resources: Resources, issuer: string): readonly string[] {
  let api: string | undefined
  for (const name of scopes) api ??= resources.scopes.get(name)?.api_identifier ?? undefined
  if (api === undefined) return [issuer]
  return scopes.includes('openid') ? [api, issuer] : [api]
}

/** A later answer of the same grant may hold less, never more (RFC 6749 §6). */
export function narrowScopes(requested: string | undefined, granted: readonly string[]): readonly string[] {
  if (requested === undefined) return granted
  if (requested.length > SCOPE_LIMIT || !SCOPE_LIST.test(requested)) {
    throw invalidScope('scope must be a list of scopes separated by single spaces')
  }
  const asked = new Set(requested.split(' '))
  for (const name of asked) {
    if (!granted.includes(name)) throw invalidScope('a scope was not granted at the authorization', { scope: name })
  }
  return granted.filter((name) => asked.has(name))
}
