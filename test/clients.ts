/** Clients and users of a test house, made through the store as an administrator's request would. */
import { sha256Base64url } from '#crypto/hash.ts'
import { randomId, randomSecret } from '#crypto/random.ts'
import { secretContext } from '#issuer/client-secret.ts'
import type { Actor } from '#store/audit.ts'
import { createClient, type NewClient } from '#store/client-changes.ts'
import { findRealm, type Realm } from '#store/realms.ts'
import { createUser, type NewUser } from '#store/user-changes.ts'
import type { House } from './house.ts'

export interface Credentials {
  readonly client_id: string
  readonly client_secret: string
}

export const TEST_ACTOR: Actor = { kind: 'system', id: 'test', name: 'test', address: '127.0.0.1', request_id: 'test' }

export async function realmOf(house: House, name: string): Promise<Realm> {
  const realm = await findRealm(house.app.context.db, name)
  if (realm === undefined) throw new Error(`no realm ${name}`)
  return realm
}

/** Adds a client; `secret` typed by hand is kept as argon2id, a generated one as SHA-256, one for HMAC sealed. */
export async function addClient(
  house: House,
  fields: NewClient,
  secret?: string,
  realmName = 'default',
): Promise<Credentials> {
  const { db, seal, clientSecrets } = house.app.context
  const realm = await realmOf(house, realmName)
  const text = secret ?? randomSecret()
  const id = randomId()
  const method = fields.token_endpoint_auth_method ?? 'client_secret_basic'
  const stored = async (): Promise<Pick<NewClient, 'secret'>> => {
    if (method === 'none' || method === 'private_key_jwt') return {}
    if (method === 'client_secret_jwt') {
      return { secret: { id, kind: 'sealed', value: seal.seal(text, secretContext(realm.id, id)) } }
    }
    if (secret !== undefined) return { secret: { kind: 'typed', value: await clientSecrets.hash(text) } }
    return { secret: { kind: 'generated', value: sha256Base64url(text) } }
  }
  const client = await createClient(db, TEST_ACTOR, realm.id, {
    require_consent: false,
    ...(await stored()),
    ...fields,
  })
  if (client === 'taken') throw new Error(`the client_id ${fields.client_id} is taken`)
  return { client_id: fields.client_id, client_secret: text }
}

export const USER_PASSWORD = 'walls have ears but no tongue'

/** Adds a user with `USER_PASSWORD`, final, and answers the `sub`. */
export async function addUser(house: House, fields: NewUser, realmName = 'default'): Promise<string> {
  const { db, userPasswords } = house.app.context
  const realm = await realmOf(house, realmName)
  const password_hash = await userPasswords.hash(USER_PASSWORD)
  const user = await createUser(db, TEST_ACTOR, realm.id, { ...fields, password_hash })
  if (user === 'taken') throw new Error(`the username ${fields.username} is taken`)
  return user.id
}
