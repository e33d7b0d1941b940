/**
 * A realm's KEY: the secret of a built-in client that is named like the realm, takes the grants password and
 * refresh_token, and acts for itself only. The client is there from the first KEY on.
 */
import { type Actor, writeAudit } from './audit.ts'
import { insertClient, type NewClient, replaceAllSecrets } from './client-changes.ts'
import type { NewSecret } from './client-secrets.ts'
import type { Sql } from './database.ts'
import type { Realm } from './realms.ts'

function keyClient(realmName: string, secret: NewSecret): NewClient {
  return {
    client_id: realmName,
    client_name: `KEY of realm ${realmName}`,
    built_in: true,
    token_endpoint_auth_method: 'client_secret_basic',
    grant_types: ['password', 'refresh_token'],
    scope: 'openid profile email role',
    require_consent: false,
    secret,
  }
}

/** Inside a transaction of `changeConfig`. The KEY before ends at once; what it was used for goes on. */
export async function setRealmKey(
  sql: Sql,
  actor: Actor,
  realm: Pick<Realm, 'id' | 'name'>,
  secret: NewSecret,
): Promise<void> {
  const present = await sql
    .selectFrom('clients')
    .select('id')
    .where('realm_id', '=', realm.id)
    .where('client_id', '=', realm.name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  if (present) await replaceAllSecrets(sql, present.id, secret)
  else await insertClient(sql, actor, realm.id, keyClient(realm.name, secret))
  await writeAudit(sql, {
    realm_id: realm.id,
    actor,
    action: 'realm.set_key',
    object_kind: 'realm',
    object_id: realm.id,
    object_name: realm.name,
  })
}
