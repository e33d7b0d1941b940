/** Secrets of clients: set, listed without their values, ended. */
import * as contract from '#contract/client-secret.ts'
import { nowSeconds } from '#observe/clock.ts'
import { findSecretActivity } from '#store/client-activity.ts'
import { addClientSecret, publicSecret, removeClientSecret } from '#store/client-secrets.ts'
import type { Client } from '#store/clients.ts'
import { type Handled, handle, wholePage } from './call.ts'
import { clientOfPath } from './clients.ts'
import { builtIn, conflict, invalidField, notFound } from './problem.ts'
import { prepareSecret } from './secrets.ts'

/** Each try to authenticate with a typed secret may have to hash against every one of them. */
const mostSecrets = 10

export const clientSecretHandlers: readonly Handled[] = [
  handle(contract.listSecrets, async ({ context, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    await context.activity.flush()
    const secrets = liveSecrets(client).map(publicSecret)
    const usedAt = await findSecretActivity(
      context.db,
      secrets.map(({ id }) => id),
    )
    return { value: wholePage(secrets.map((secret) => ({ ...secret, last_used_at: usedAt.get(secret.id) ?? null }))) }
  }),

  handle(contract.createSecret, async ({ context, actor, realm, params, body }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    if (client.built_in) throw builtIn('client')
    const { secret: typed, label, expires_at, overlap_seconds = 0 } = body
    if (expires_at !== undefined && expires_at <= nowSeconds()) throw invalidField('expires_at', 'must lie ahead')
    if (overlap_seconds !== 0 && liveSecrets(client).length >= mostSecrets) {
      throw conflict(`a client has at most ${mostSecrets} secrets at a time; end one first`)
    }
    const method = client.token_endpoint_auth_method
    const secret = await prepareSecret(context, realm, method, typed, 'secret')
    if (!secret) throw conflict(`a client of method ${method} has no secret`)
    const stored = { ...secret.stored, label: label ?? '', expires_at: expires_at ?? null }
    const added = await addClientSecret(context.db, actor, client, stored, overlap_seconds)
    return {
      value: { ...publicSecret(added), last_used_at: null, ...(secret.shown ? { client_secret: secret.shown } : {}) },
      location: `/realms/${realm.name}/clients/${encodeURIComponent(client.client_id)}/secrets/${added.id}`,
    }
  }),

  handle(contract.deleteSecret, async ({ context, actor, realm, params }) => {
    const client = await clientOfPath(context, realm, params.client_id)
    if (client.built_in) throw builtIn('client')
    if (!(await removeClientSecret(context.db, actor, client, params.id))) throw notFound('secret')
    return { value: undefined }
  }),
]

function liveSecrets(client: Client) {
  const now = nowSeconds()
  return client.secrets.filter((secret) => secret.expires_at === null || secret.expires_at > now)
}
