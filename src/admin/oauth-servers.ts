/**
 * OAuth servers: registering, changing and ending them. Saving keeps the settings, then tries them; a failure is told
 * by `last_error`, never by a refusal. What a server may look like is `oauth-server-draft.ts` and `-judge.ts`, where its
 * secrets may go `oauth-server-secrets.ts`.
 */
import * as contract from '#contract/oauth-server.ts'
import { randomId } from '#crypto/random.ts'
import { SealBroken } from '#crypto/seal.ts'
import type { Profile } from '#oauth-client/profile.ts'
import { DEFAULT_PROFILE, shippedProfile } from '#outbound/profiles/catalogue.ts'
import { ownProfile } from '#outbound/profiles/find.ts'
import { tryServer } from '#outbound/try-server.ts'
import { findCategory } from '#store/categories.ts'
import { markConnections, removeConnectionsOf, resumeConnections } from '#store/connection-changes.ts'
import type { Database, Sql } from '#store/database.ts'
import {
  createOAuthServer,
  deleteOAuthServer,
  setServerDisabled,
  updateOAuthServer,
} from '#store/oauth-server-changes.ts'
import type { ServerTaken } from '#store/oauth-server-rows.ts'
import { type StoredSecret, serverSecretPlace } from '#store/oauth-server-settings.ts'
import { findOAuthServer, listOAuthServers, type OAuthServer } from '#store/oauth-servers.ts'
import { realmProfiles } from '#store/provider-profiles.ts'
import type { Realm } from '#store/realms.ts'
import { realmResources } from '#store/resources.ts'
import { idsOfClients } from './allowed-clients.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { type Draft, draftServer, type Given, type References } from './oauth-server-draft.ts'
import { judgeServer } from './oauth-server-judge.ts'
import { reconnectReason, sealDraft } from './oauth-server-secrets.ts'
import { showServer, showServers, taggedOf } from './oauth-server-shown.ts'
import { conflict, invalidField, notFound, taken } from './problem.ts'

/** The live server that the path names. */
export async function serverOfPath(context: AdminContext, realm: Realm, slug: string): Promise<OAuthServer> {
  const server = await findOAuthServer(context.db, realm.id, slug)
  if (!server) throw notFound('OAuth server')
  return server
}

export const oauthServerHandlers: readonly Handled[] = [
  handle(contract.listOAuthServers, async ({ context, realm, query }) => {
    const found = await listOAuthServers(context.db, realm.id, listQueryOf(query))
    const items = await showServers(context, realm, found.items)
    return { value: { items, total: found.total, page: query.page, page_size: query.page_size } }
  }),

  handle(contract.createOAuthServer, register),

  handle(contract.readOAuthServer, async ({ context, realm, params }) =>
    answerOf(context, realm, await serverOfPath(context, realm, params.slug)),
  ),

  handle(contract.updateOAuthServer, (call) => changeOAuthServer(call)),

  handle(contract.deleteOAuthServer, removeOAuthServer),

  handle(contract.duplicateOAuthServer, duplicate),

  handle(contract.disableOAuthServer, (call) =>
    switchOAuthServer(call, call.body.reason ?? `disabled by ${call.actor.name}`),
  ),

  handle(contract.enableOAuthServer, (call) => switchOAuthServer(call, null)),
]

export async function removeOAuthServer({
  context,
  actor,
  realm,
  params,
  request,
}: Call<typeof contract.deleteOAuthServer>) {
  const server = await serverOfPath(context, realm, params.slug)
  requireMatch(request, taggedOf(server))
  const done = await deleteOAuthServer(context.db, actor, realm.id, params.slug, (sql, { id }) =>
    removeConnectionsOf(sql, id),
  )
  if (done === 'used') throw conflict('connectors use this OAuth server: delete or change them first')
  if (!done) throw notFound('OAuth server')
  return { value: undefined }
}

/** `reason` null switches it on. */
export async function switchOAuthServer(
  {
    context,
    actor,
    realm,
    params,
  }: Pick<Call<typeof contract.enableOAuthServer>, 'context' | 'actor' | 'realm' | 'params'>,
  reason: string | null,
) {
  const server = await setServerDisabled(context.db, actor, realm.id, params.slug, reason)
  if (!server) throw notFound('OAuth server')
  return await answerOf(context, realm, server)
}

async function answerOf(context: AdminContext, realm: Realm, server: OAuthServer) {
  return { value: await showServer(context, realm, server), etag: etagOf(taggedOf(server)) }
}

async function register({ context, actor, realm, body }: Call<typeof contract.createOAuthServer>) {
  const profile = (await profilesOf(context.db, realm))(body.profile)
  const draft = draftServer(body, undefined, profile, await referencesOf(context, realm, body))
  judgeServer(draft)
  const sealed = sealDraft(context, realm, draft, profile)
  const server = created(await createOAuthServer(context.db, actor, realm.id, { ...plain(draft), ...sealed }))
  await tried(context, realm, server)
  return { ...(await answerOf(context, realm, server)), location: locationOf(realm, server) }
}

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeOAuthServer(call: Call<typeof contract.updateOAuthServer>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  const references = await referencesOf(context, realm, body)
  const profileOf = await profilesOf(context.db, realm)
  const next = (current: OAuthServer) => {
    requireMatch(request, taggedOf(current))
    const profile = profileOf(body.profile, current)
    const draft = draftServer(body, current, profile, references)
    judgeServer(draft)
    return { ...plain(draft), ...sealDraft(context, realm, draft, profile), slug: draft.slug ?? current.slug }
  }
  const isStrict = realm.settings.strict_reauthorization
  const also = async (sql: Sql, before: OAuthServer, after: OAuthServer) => {
    const reason = reconnectReason(before, after) ?? (isStrict ? 'the settings were changed' : undefined)
    if (reason === undefined) await resumeConnections(sql, after.id)
    else await markConnections(sql, after.id, 'needs_authorization', reason)
  }
  const server = await updateOAuthServer(context.db, actor, realm.id, params.slug, next, also, revertedTo)
  if (!server) throw notFound('OAuth server')
  await tried(context, realm, created(server))
  return await answerOf(context, realm, created(server))
}

/** What is saved stays saved whatever comes of it: the status tells. */
async function tried(context: AdminContext, realm: Realm, server: OAuthServer): Promise<void> {
  // Within a larger change nobody is called; who made that one tries afterwards.
  if (context.db.sql.isTransaction) return
  if (server.grant_type !== 'client_credentials' || server.disabled_at !== null) return
  await tryServer(context, realm, server)
}

/** The copy has the secrets, sealed to their new place, and nobody who may use it. */
async function duplicate({ context, actor, realm, params, body }: Call<typeof contract.duplicateOAuthServer>) {
  const server = await serverOfPath(context, realm, params.slug)
  const id = randomId()
  const moved = (from: string, to: string) => (secret: StoredSecret) => {
    if (secret.value_sealed === null) return secret
    const opened = openedOr(() =>
      context.seal.open(secret.value_sealed ?? '', serverSecretPlace(realm.id, from, secret.field)),
    )
    return { ...secret, value_sealed: context.seal.seal(opened, serverSecretPlace(realm.id, to, secret.field)) }
  }
  const overrides = server.overrides.map((override) => {
    const own = randomId()
    return { ...override, id: own, secrets: override.secrets.map(moved(override.id, own)) }
  })
  const copy = await createOAuthServer(context.db, actor, realm.id, {
    ...server,
    id,
    name: body.name,
    slug: body.slug,
    allowed_clients: [],
    secrets: server.secrets.map(moved(server.id, id)),
    overrides,
  })
  const made = created(copy)
  return { ...(await answerOf(context, realm, made)), location: locationOf(realm, made) }
}

function openedOr(open: () => Buffer): Buffer {
  try {
    return open()
  } catch (error) {
    if (error instanceof SealBroken) throw conflict('a secret of it does not open: type it again first')
    throw error
  }
}

/** Without what was typed, which no row may see. */
function plain(draft: Draft): Omit<Draft, 'typed'> {
  const { typed: _, ...rest } = draft
  return rest
}

function created(server: OAuthServer | ServerTaken): OAuthServer {
  if (server === 'taken') throw taken('name')
  if (server === 'slug_taken') throw taken('slug')
  return server
}

function locationOf(realm: Realm, server: OAuthServer): string {
  return `/realms/${realm.name}/oauth-servers/${server.slug}`
}

export type Profiles = (name: string | null | undefined, current?: OAuthServer) => Profile

/** undefined: the server's own; null: the one that a server has that names none. Refuses a name that nobody has. */
export async function profilesOf(db: Database, realm: Realm): Promise<Profiles> {
  const own = await realmProfiles(db, realm.id)
  return (given, current) => {
    const name = given ?? (given === undefined && current ? current.profile : DEFAULT_PROFILE.name)
    const profile = shippedProfile(name) ?? ownProfile(own.get(name))
    if (!profile) throw invalidField('profile', 'there is no such profile')
    return profile
  }
}

/** The ids of the names that are given; refuses names that the realm does not have. */
export async function referencesOf(context: AdminContext, realm: Realm, given: Given): Promise<References> {
  const { environments, applications } = await realmResources(context.db, realm, context.publicUrl)
  const { category, allowed_clients } = given
  const found = typeof category === 'string' ? await findCategory(context.db, realm.id, category) : undefined
  if (typeof category === 'string' && !found) throw invalidField('category', 'the realm has no such category')
  return {
    environments,
    applications,
    category_id: category === undefined ? undefined : (found?.id ?? null),
    allowed_clients:
      allowed_clients === undefined ? undefined : await idsOfClients(context, realm, allowed_clients ?? []),
  }
}
