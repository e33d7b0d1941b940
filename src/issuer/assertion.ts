/** Client assertions: `private_key_jwt` and `client_secret_jwt` (RFC 7521 §4.2, RFC 7523 §2.2, §3, OIDC Core §9). */
import { sha256Base64url } from '#crypto/hash.ts'
import type { Jwk } from '#crypto/jwk.ts'
import { type DecodedJws, decodeJws, verifyAssertionSignature } from '#crypto/jws.ts'
import { issuerUrl } from '#http/doors.ts'
import { nowSeconds } from '#observe/clock.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { spendAssertion } from '#store/spent-assertions.ts'
import { clientKeySet } from './client-keys.ts'
import { openSecret } from './client-secret.ts'
import type { IssuerContext } from './context.ts'
import { invalidClient } from './refusals.ts'

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

const ASYMMETRIC = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512', 'EdDSA', 'Ed25519']
/** A generated secret has 43 characters: long enough for HS256 alone (RFC 7518 §3.2). */
const SYMMETRIC = ['HS256']

/** Advertised by discovery, both methods together. */
export const ASSERTION_ALGORITHMS: readonly string[] = [...ASYMMETRIC, ...SYMMETRIC]

/** An assertion that lives longer would have to be remembered longer. */
const LONGEST_LIFE_SECONDS = 600
const SKEW_SECONDS = 60
/** Types that other kinds of JWT carry: an assertion is none of them (RFC 8725 §3.11). */
const OTHER_TYPES = /^(?:application\/)?(?:at|logout|dpop|oauth-authz-req|token-introspection|id)\+jwt$/i

/** Whom the assertion speaks for, before it is believed. */
export function clientIdOfAssertion(assertion: string): string | undefined {
  const payload = decodeJws(assertion)?.payload
  return typeof payload?.['sub'] === 'string' && payload['sub'] === payload['iss'] ? payload['sub'] : undefined
}

/** Refuses with `invalid_client`; `path` is the endpoint that was called, which may stand in `aud`. */
export async function checkAssertion(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  assertion: string,
  path: string,
): Promise<void> {
  const decoded = decodeJws(assertion)
  const refused = (why: string, detail: object = {}) =>
    invalidClient(`the client assertion is refused: ${why}`, { client_id: client.client_id, ...detail })
  if (decoded === undefined) throw refused('not a signed JWT')
  if (decoded.header.typ !== undefined && OTHER_TYPES.test(decoded.header.typ)) throw refused('typ is of another kind')
  const problem = claimProblem(decoded, client, acceptedAudiences(context, realm, path))
  if (problem !== undefined) throw refused(problem, { claims: decoded.payload })
  if (!(await hasValidSignature(context, realm, client, decoded))) {
    throw refused('no key of this client verifies it', { alg: decoded.header.alg, kid: decoded.header.kid })
  }
  const { jti, exp } = decoded.payload as { jti: string; exp: number }
  const isFirst = await spendAssertion(context.db.sql, sha256Base64url(`${client.id} ${jti}`), exp + SKEW_SECONDS)
  if (!isFirst) throw refused('jti was used before')
}

function acceptedAudiences(context: IssuerContext, realm: Realm, path: string): ReadonlySet<string> {
  const issuer = issuerUrl(context.publicUrl, realm.name)
  return new Set([issuer, `${issuer}/token`, context.publicUrl + path])
}

function claimProblem(decoded: DecodedJws, client: Client, audiences: ReadonlySet<string>): string | undefined {
  const { iss, sub, aud, exp, iat, nbf, jti } = decoded.payload
  const now = nowSeconds()
  if (iss !== client.client_id || sub !== client.client_id) return 'iss and sub must both be the client_id'
  const named = typeof aud === 'string' ? [aud] : aud
  if (!Array.isArray(named) || named.length === 0 || !named.every((each) => audiences.has(each))) {
    return 'aud must be the issuer, the token endpoint or the endpoint that is called, and nothing else'
  }
  if (!isTime(exp) || exp <= now - SKEW_SECONDS) return 'exp is missing or past'
  if (exp > now + LONGEST_LIFE_SECONDS + SKEW_SECONDS) return 'exp is more than ten minutes ahead'
  if (iat !== undefined && (!isTime(iat) || iat > now + SKEW_SECONDS)) return 'iat lies in the future'
  if (nbf !== undefined && (!isTime(nbf) || nbf > now + SKEW_SECONDS)) return 'nbf lies in the future'
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) return 'jti is missing or too long'
  return undefined
}

const isTime = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0

async function hasValidSignature(
  context: IssuerContext,
  realm: Realm,
  client: Client,
  decoded: DecodedJws,
): Promise<boolean> {
  if (client.token_endpoint_auth_method === 'private_key_jwt') {
    const jwks = await clientKeySet(context, realm, client, decoded.header.kid)
    return await verifyAssertionSignature(decoded, { jwks: jwks as readonly Jwk[] }, ASYMMETRIC)
  }
  const now = nowSeconds()
  for (const secret of client.secrets) {
    if (secret.kind !== 'sealed' || (secret.expires_at !== null && secret.expires_at <= now)) continue
    const opened = openSecret(context.seal, realm, secret)
    if (await verifyAssertionSignature(decoded, { secret: opened }, SYMMETRIC)) {
      context.activity.secretUsed(secret.id)
      return true
    }
  }
  return false
}
