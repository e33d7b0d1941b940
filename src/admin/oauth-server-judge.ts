/** Refuses an OAuth server that contradicts itself, layer by layer. Whether it works is found out by trying it. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { baseOnly, isTokenOrigin, type Layers, type Merged, mergeLayers } from '#outbound/layers.ts'
import { type Draft, typedKey } from './oauth-server-draft.ts'
import { invalidField } from './problem.ts'

const jwtBearer = 'urn:ietf:params:oauth:grant-type:jwt-bearer'

export function judgeServer(draft: Draft): void {
  judgeLayer(draft, '', baseOnly)
  for (const [index, { environment_id, application_id }] of draft.overrides.entries()) {
    judgeLayer(draft, `overrides.${index}.`, { environment_id, application_id })
  }
  judgeProbe(draft)
}

/** N181: the probe takes the token nowhere that it would not go to without it. */
function judgeProbe(draft: Draft): void {
  const { probe, probe_url } = draft
  if (probe === null) return
  const field = probe === 'url' ? 'probe_url' : (`${probe}_endpoint` as const)
  if (draft[field] === null) throw invalidField(field, `the probe ${probe} needs it`)
  if (probe === 'url' && probe_url !== null && !isTokenOrigin(probe_url, draft)) {
    throw invalidField('probe_url', 'must be at the origin of another URL of this server: a token goes with the probe')
  }
}

function judgeLayer(draft: Draft, prefix: string, layers: Layers): void {
  const merged = mergeLayers(draft, layers)
  const { values, secrets } = merged
  const need = (field: string, why: string): void => {
    if (!secrets.has(field)) throw invalidField(prefix + field, `${why} needs it`)
  }
  const method = values.authentication_method
  const byMethod = (field: string): void => need(field, `the method ${method}`)
  if (method.startsWith('client_secret_')) byMethod('client_secret')
  if (method === 'private_key_jwt') byMethod('private_key')
  if (method === 'tls_client_auth') {
    byMethod('tls_certificate')
    byMethod('tls_private_key')
  }
  if (draft.grant_type === jwtBearer && !method.endsWith('_jwt')) need('private_key', 'the JWT bearer grant')
  if (draft.grant_type === 'refresh_token') need('refresh_token', 'the grant refresh_token')
  if (draft.grant_type === 'password') {
    need('owner_password', 'the grant password')
    if (values.owner_username === null) throw invalidField(`${prefix}owner_username`, 'the grant password needs it')
  }
  if (draft.grant_type === 'authorization_code' && values.authorization_endpoint === null) {
    throw invalidField(`${prefix}authorization_endpoint`, 'the grant authorization_code needs it')
  }
  if (values.assertion_audience === 'issuer' && values.issuer === null) {
    throw invalidField(`${prefix}issuer`, 'the assertion audience issuer needs it')
  }
  judgeKeys(draft, prefix, merged)
}

function judgeKeys(draft: Draft, prefix: string, { values, secrets }: Merged): void {
  const typed = (field: string): string | undefined => {
    const owner = secrets.get(field)?.owner_id
    const value = owner === undefined ? undefined : draft.typed.get(typedKey(owner, field))
    return typeof value === 'string' ? value : undefined
  }
  const key = typed('private_key')
  if (key !== undefined) {
    const kind = keyKind(`${prefix}private_key`, key)
    const wanted = values.assertion_alg === 'ES256' ? 'ec prime256v1' : 'rsa'
    if (kind !== wanted) throw invalidField(`${prefix}private_key`, `is no key for ${values.assertion_alg}`)
  }
  const tlsKey = typed('tls_private_key')
  if (tlsKey !== undefined) keyKind(`${prefix}tls_private_key`, tlsKey)
  const certificate = typed('tls_certificate')
  if (certificate === undefined) return
  let parsed: X509Certificate
  try {
    parsed = new X509Certificate(certificate)
  } catch {
    throw invalidField(`${prefix}tls_certificate`, 'is no certificate in PEM')
  }
  if (tlsKey !== undefined && !parsed.checkPrivateKey(createPrivateKey(tlsKey))) {
    throw invalidField(`${prefix}tls_private_key`, 'is not the key of the certificate')
  }
}

function keyKind(field: string, pem: string): string {
  try {
    const key = createPrivateKey(pem)
    return [key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve].filter((part) => part !== undefined).join(' ')
  } catch {
    throw invalidField(field, 'is no private key in PEM without a passphrase')
  }
}
