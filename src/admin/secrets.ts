/** New client secrets: typed ones are hashed slowly, generated ones fast, those of client_secret_jwt sealed. */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomId, randomSecret } from '#crypto/random.ts'
import { secretContext } from '#issuer/client-secret.ts'
import type { NewSecret } from '#store/client-secrets.ts'
import type { Client } from '#store/clients.ts'
import type { Realm } from '#store/realms.ts'
import { secretKind } from './client-fields.ts'
import type { AdminContext } from './context.ts'
import { invalidField } from './problem.ts'

/** A realm's KEY: null generates one. It is answered once, also where it was typed. */
export async function prepareKey(
  context: AdminContext,
  typed: string | null,
): Promise<{ readonly stored: NewSecret; readonly shown: string }> {
  if (typed !== null) return { stored: { kind: 'typed', value: await context.clientSecrets.hash(typed) }, shown: typed }
  const shown = randomSecret()
  return { stored: { kind: 'generated', value: sha256Base64url(shown) }, shown }
}

export interface PreparedSecret {
  readonly stored: NewSecret
  /** A generated secret, to be answered once; a typed one is known to whoever typed it. */
  readonly shown: string | undefined
}

/** `field` names where a typed secret came from. Undefined: clients of that method have no secret. */
export async function prepareSecret(
  context: AdminContext,
  realm: Realm,
  method: Client['token_endpoint_auth_method'],
  typed: string | undefined,
  field: string,
): Promise<PreparedSecret | undefined> {
  const kind = secretKind(method)
  if (typed !== undefined && kind === 'none') throw invalidField(field, `a client of method ${method} has no secret`)
  if (typed !== undefined && kind === 'sealed')
    throw invalidField(field, `the secret for ${method} is always generated`)
  if (kind === 'none') return undefined
  if (typed !== undefined) {
    return { stored: { kind: 'typed', value: await context.clientSecrets.hash(typed) }, shown: undefined }
  }
  const shown = randomSecret()
  if (kind === 'shared') return { stored: { kind: 'generated', value: sha256Base64url(shown) }, shown }
  const id = randomId()
  return { stored: { id, kind: 'sealed', value: context.seal.seal(shown, secretContext(realm.id, id)) }, shown }
}
