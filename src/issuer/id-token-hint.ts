/** ID tokens that come back as hints (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
import { decodeJws, verifyJws } from '#crypto/jws.ts'
import { issuerUrl } from '#http/doors.ts'
import type { Realm } from '#store/realms.ts'
import type { IssuerContext } from './context.ts'
import { realmKeys } from './signing-keys.ts'

/** What an ID token of ours says about whom, when it was made. */
export interface IdTokenHint {
  readonly sub: string
  readonly sid: string | undefined
  /** client_ids */
  readonly aud: readonly string[]
}

/**
 * Reads an ID token that this realm signed, expired or not: it proves nothing but that we once said so. Undefined for
 * everything else: other signatures, `alg: none`, other realms, other kinds of token (RFC 8725 §3.11).
 */
export async function readIdTokenHint(
  context: IssuerContext,
  realm: Realm,
  token: string,
): Promise<IdTokenHint | undefined> {
  const decoded = decodeJws(token)
  if (decoded?.header.kid === undefined) return undefined
  const { typ, kid } = decoded.header
  if (typ !== undefined && typ !== 'JWT') return undefined
  const keys = await realmKeys(context, realm)
  const signedBy = keys.verificationKeys.get(kid)
  if (!signedBy || !verifyJws(decoded, signedBy.key, signedBy.alg)) return undefined
  const { iss, sub, sid, aud } = decoded.payload
  if (iss !== issuerUrl(context.publicUrl, realm.name) || typeof sub !== 'string') return undefined
  const audience = (Array.isArray(aud) ? aud : [aud]).filter((entry) => typeof entry === 'string')
  return audience.length === 0 ? undefined : { sub, sid: typeof sid === 'string' ? sid : undefined, aud: audience }
}
