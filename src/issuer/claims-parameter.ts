/** The `claims` parameter (OpenID Connect Core §5.5): which claims the ID token shall hold, and how strong the login is. */
import { parseStrictJson } from '#crypto/strict-json.ts'
import { invalidRequest } from './refusals.ts'

/** Characters: every claim that we know, asked for twice, with room; far below what parsing could make expensive. */
const CLAIMS_LIMIT = 4096

export interface ClaimsRequest {
  /** Names asked for in the ID token itself; what of them exists and is granted is the ID token's question. */
  readonly idTokenClaims: readonly string[]
  /** The only user for whom an answer is wanted (§3.1.2.2). */
  readonly sub: string | undefined
  /** One of these has to be met (§5.5.1.1); undefined: any login will do. */
  readonly essentialAcr: readonly string[] | undefined
}

const NOTHING: ClaimsRequest = { idTokenClaims: [], sub: undefined, essentialAcr: undefined }

/** What is not understood is ignored (§5.5); what is not an object of objects is refused with `invalid_request`. */
export function readClaimsParameter(parameter: string | undefined): ClaimsRequest {
  if (parameter === undefined) return NOTHING
  if (parameter.length > CLAIMS_LIMIT) throw invalidRequest('claims is too long', { length: parameter.length })
  const claims = parseStrictJson(parameter)
  if (!isObject(claims)) throw invalidRequest('claims is not a JSON object')
  const wanted = claims['id_token'] ?? {}
  if (!isObject(wanted) || !isObject(claims['userinfo'] ?? {})) {
    throw invalidRequest('claims: id_token and userinfo are objects')
  }
  for (const [name, request] of Object.entries(wanted)) {
    if (request !== null && !isObject(request))
      throw invalidRequest('claims: a claim asks by null or by an object', { name })
  }
  return {
    idTokenClaims: Object.keys(wanted),
    sub: wantedSub(wanted['sub']),
    essentialAcr: essentialValues(wanted['acr']),
  }
}

function wantedSub(request: unknown): string | undefined {
  if (!isObject(request) || request['value'] === undefined) return undefined
  if (typeof request['value'] !== 'string') throw invalidRequest('claims: the value of sub is a string')
  return request['value']
}

/** A voluntary acr is never an error, an essential one without values is met by every login. */
function essentialValues(request: unknown): readonly string[] | undefined {
  if (!isObject(request) || request['essential'] !== true) return undefined
  const { value, values } = request
  const wanted = Array.isArray(values) ? values : value === undefined ? [] : [value]
  return wanted.length === 0 ? undefined : wanted.filter((entry) => typeof entry === 'string')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
