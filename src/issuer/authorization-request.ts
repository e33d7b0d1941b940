/**
 * The authorization request (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2.1): from parameters to what is asked for.
 * Client and redirect URI come first: until both hold, a refusal must not leave for an address that the request chose.
 * Owns what the request says and whether it may be said; who is there and what they agree to is the hall's.
 */
import { Refusal } from '#http/refusal.ts'
import type { AuthorizationRequestParameters } from '#store/authorization-requests.ts'
import { type Client, findClient, registeredUris } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { RESPONSE_MODES, type ResponseMode } from './authorization-response.ts'
import { readClaimsParameter } from './claims-parameter.ts'
import type { IssuerContext } from './context.ts'
import { readIdTokenHint } from './id-token-hint.ts'
import { type Parameters, repeatedParameters } from './parameters.ts'
import { readChallenge } from './pkce.ts'
import { isRegisteredRedirectUri } from './redirect-uri.ts'
import { invalidRequest, unauthorizedClient, unsupportedResponseType } from './refusals.ts'
import { resolveScopes } from './tokens/scopes.ts'

/** Bytes of `state` and of `nonce`: both come back in a URL that browsers and servers limit. */
const ECHO_LIMIT = 2048
/** Longer than any username or address that can be stored; a longer hint helps nobody. */
const LOGIN_HINT_LIMIT = 256

const PROMPTS: readonly string[] = ['none', 'login', 'consent', 'select_account']

/** Where the answer goes, whatever it will be. */
export type AnswerTo = Pick<
  AuthorizationRequestParameters,
  'redirect_uri' | 'redirect_uri_was_sent' | 'response_mode' | 'state'
>

export interface Target {
  readonly client: Client
  readonly answerTo: AnswerTo
  /** `prompt=none`: nobody may be asked anything, so every answer leaves at once. */
  readonly isSilent: boolean
}

/** RFC 6749 §3.1.2: the client and where its answer goes. Every refusal thrown here is for a page of our own. */
export async function readTarget(
  context: IssuerContext,
  realm: Realm,
  parameters: Parameters,
  address: string,
): Promise<Target> {
  const repeated = repeatedParameters(parameters)
  for (const name of ['client_id', 'redirect_uri']) {
    if (repeated.includes(name)) throw invalidRequest(`${name} came more than once`)
  }
  const clientId = parameters.get('client_id')
  if (clientId === undefined) throw invalidRequest('client_id is missing')
  const client = await findClient(context.db, realm.id, clientId)
  if (!client) throw invalidRequest('the client is unknown or disabled', { client_id: clientId, known: false })
  try {
    return targetOf(context, client, parameters, repeated)
  } catch (error) {
    if (error instanceof Refusal) context.activity.refused(client, error, address)
    throw error
  }
}

function targetOf(context: IssuerContext, client: Client, parameters: Parameters, repeated: readonly string[]): Target {
  if (!client.enabled) {
    throw invalidRequest('the client is unknown or disabled', { client_id: client.client_id, known: true })
  }
  const sent = parameters.get('redirect_uri')
  const answerTo = {
    redirect_uri: sent ?? soleRedirectUri(context, client, parameters),
    redirect_uri_was_sent: sent !== undefined,
    response_mode: responseMode(parameters.get('response_mode')) ?? 'query',
  }
  checkRedirectUri(context, client, answerTo.redirect_uri)
  const state = parameters.get('state')
  const isEchoed = state !== undefined && !repeated.includes('state') && Buffer.byteLength(state) <= ECHO_LIMIT
  return {
    client,
    answerTo: isEchoed ? { ...answerTo, state } : answerTo,
    isSilent: words(parameters.get('prompt')).includes('none'),
  }
}

/** Throws where an answer may no longer go there: also asked again before an answer leaves, it may have been removed. */
export function checkRedirectUri(context: IssuerContext, client: Client, redirectUri: string): void {
  const registered = registeredUris(client.redirect_uris, context.publicUrl)
  if (isRegisteredRedirectUri(registered, redirectUri)) return
  throw invalidRequest('redirect_uri is not registered for this client', {
    client_id: client.client_id,
    sent: redirectUri,
    registered,
  })
}

/** RFC 6749 §3.1.2.3, OpenID Connect Core §3.1.2.1: left out only where there is one to mean, and never with `openid`. */
function soleRedirectUri(context: IssuerContext, client: Client, parameters: Parameters): string {
  const [sole, another] = registeredUris(client.redirect_uris, context.publicUrl)
  const isOpenId = words(parameters.get('scope')).includes('openid')
  if (sole === undefined || another !== undefined || isOpenId) throw invalidRequest('redirect_uri is missing')
  return sole
}

/** The rest. Refusals thrown here go to the redirect URI. */
export async function readAuthorizationRequest(
  context: IssuerContext,
  realm: Realm,
  target: Target,
  parameters: Parameters,
): Promise<AuthorizationRequestParameters> {
  const { client, answerTo } = target
  refuseForm(parameters)
  if (!client.grant_types.includes('authorization_code')) {
    throw unauthorizedClient('the client may not use authorization_code', { grant_types: client.grant_types })
  }
  const claims = readClaimsParameter(parameters.get('claims'))
  refuseEssentialAcr(claims.essentialAcr, target.isSilent)
  const resources = await realmResources(context.db, realm, context.publicUrl)
  const requested = parameters.get('scope')
  const { scopes } = resolveScopes({ requested, client, resources, isClientOnly: false })
  const isPublic = client.token_endpoint_auth_method === 'none'
  return {
    ...answerTo,
    scope: scopes.join(' '),
    prompt: readPrompt(parameters.get('prompt')),
    id_token_claims: claims.idTokenClaims,
    ...optional('nonce', parameters.get('nonce')),
    ...optional(
      'code_challenge',
      readChallenge(
        parameters.get('code_challenge'),
        parameters.get('code_challenge_method'),
        isPublic || client.require_pkce,
      ),
    ),
    ...optional('max_age', readMaxAge(parameters.get('max_age'))),
    ...optional('login_hint', parameters.get('login_hint')?.slice(0, LOGIN_HINT_LIMIT)),
    ...optional('id_token_hint_sub', await hintedSub(context, realm, parameters.get('id_token_hint'), claims.sub)),
  }
}

/** What is wrong whoever asks: repeated or overlong parameters, and what this server does not do. */
function refuseForm(parameters: Parameters): void {
  const repeated = repeatedParameters(parameters)
  if (repeated.length > 0) throw invalidRequest('a parameter came more than once', { repeated })
  for (const name of ['state', 'nonce']) {
    if (Buffer.byteLength(parameters.get(name) ?? '') > ECHO_LIMIT) throw invalidRequest(`${name} is too long`)
  }
  for (const name of ['request', 'request_uri', 'registration']) {
    if (parameters.get(name) !== undefined) throw new Refusal(400, `${name}_not_supported`, `${name} is not supported`)
  }
  const mode = parameters.get('response_mode')
  if (mode !== undefined && responseMode(mode) === undefined) throw invalidRequest('response_mode is unknown', { mode })
  const type = parameters.get('response_type')
  if (type === undefined) throw invalidRequest('response_type is missing')
  if (type !== 'code') throw unsupportedResponseType('response_type must be code', { sent: type })
}

function readPrompt(parameter: string | undefined): readonly string[] {
  const sent = [...new Set(words(parameter))]
  const prompts = PROMPTS.filter((prompt) => sent.includes(prompt))
  if (prompts.length < sent.length) throw invalidRequest('prompt has an unknown value', { sent: parameter })
  if (prompts.includes('none') && prompts.length > 1) throw invalidRequest('prompt=none goes with nothing else')
  return prompts
}

function readMaxAge(parameter: string | undefined): number | undefined {
  if (parameter === undefined) return undefined
  if (!/^[0-9]{1,10}$/.test(parameter)) throw invalidRequest('max_age must be a number of seconds', { sent: parameter })
  return Number(parameter)
}

/** Both ways of naming a user mean the same; two different users cannot both be meant. */
async function hintedSub(
  context: IssuerContext,
  realm: Realm,
  token: string | undefined,
  claimed: string | undefined,
): Promise<string | undefined> {
  if (token === undefined) return claimed
  const hint = await readIdTokenHint(context, realm, token)
  if (!hint) throw invalidRequest('id_token_hint is not an ID token of this issuer')
  if (claimed !== undefined && claimed !== hint.sub) throw invalidRequest('id_token_hint and claims name two users')
  return hint.sub
}

/**
 * OpenID Connect Core Unmet Authentication Requirements §2: a login here states no `acr`, so none that is essential can
 * be met. Where nobody may be asked, a login is what is missing.
 */
function refuseEssentialAcr(essential: readonly string[] | undefined, isSilent: boolean): void {
  if (essential === undefined) return
  const error = isSilent ? 'login_required' : 'unmet_authentication_requirements'
  throw new Refusal(400, error, 'no login here meets an acr that is asked for', { essential })
}

function responseMode(name: string | undefined): ResponseMode | undefined {
  return RESPONSE_MODES.find((mode) => mode === name)
}

function words(list: string | undefined): readonly string[] {
  return list === undefined ? [] : list.split(' ').filter((word) => word !== '')
}

function optional<Name extends string, Value>(name: Name, value: Value | undefined): { readonly [N in Name]?: Value } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]?: Value })
}
