/** Provider profiles: those that come with the house are read, those of a realm's own are written as well. */
import * as contract from '#contract/profile.ts'
import { profileFields } from '#contract/profile-rules.ts'
import type { Profile } from '#oauth-client/profile.ts'
import { PROFILES, shippedProfile } from '#outbound/profiles/catalogue.ts'
import { ownProfile } from '#outbound/profiles/find.ts'
import { previewOf } from '#outbound/profiles/preview.ts'
import type { OAuthServer } from '#store/oauth-servers.ts'
import {
  createProviderProfile,
  deleteProviderProfile,
  type ProviderProfile,
  type ProviderProfileFields,
  realmProfiles,
  updateProviderProfile,
} from '#store/provider-profiles.ts'
import type { Realm } from '#store/realms.ts'
import { type Call, type Handled, handle, listQueryOf } from './call.ts'
import type { AdminContext } from './context.ts'
import { etagOf, requireMatch } from './etag.ts'
import { mergePatch } from './merge-patch.ts'
import { strayingBy } from './oauth-server-secrets.ts'
import { pageInMemory } from './page-in-memory.ts'
import { parseDocument } from './parse.ts'
import { builtIn, conflict, notFound, taken } from './problem.ts'

const order = Object.keys(profileFields)

/** The document of a profile: with what every one says, and nothing that it leaves out. */
export function documentOf({ name, title, ...rules }: contract.ProfileDocument): contract.ProfileDocument & Profile {
  const whole: Record<string, unknown> = { openid: false, defaults: {}, ...rules }
  const said = order.filter((field) => whole[field] !== undefined).map((field) => [field, whole[field]] as const)
  return { name, title, ...Object.fromEntries(said) } as contract.ProfileDocument & Profile
}

function fieldsOf({ name, title, ...rules }: contract.ProfileDocument): ProviderProfileFields {
  return { name, title, rules }
}

function writableOf({ name, title, rules }: ProviderProfile): contract.ProfileDocument {
  return { name, title, ...rules }
}

/** `stored` is there for one of the realm's own. */
function shown(profile: Profile, stored?: ProviderProfile): contract.ProviderProfile {
  const rules = profile as Profile & Pick<contract.ProviderProfile, 'defaults'>
  return {
    ...structuredClone(rules as unknown as contract.ProviderProfile),
    shipped: stored === undefined,
    requests: previewOf(profile).map((request) => ({ ...request })),
    created_at: stored?.created_at ?? null,
    updated_at: stored?.updated_at ?? null,
  }
}

function answerOf(stored: ProviderProfile) {
  return { value: shown(ownProfile(stored) as Profile, stored), etag: etagOf(writableOf(stored)) }
}

export async function profileOfPath({ db }: AdminContext, realm: Realm, name: string): Promise<ProviderProfile> {
  if (shippedProfile(name)) throw builtIn('profile')
  const stored = (await realmProfiles(db, realm.id)).get(name)
  if (!stored) throw notFound('profile')
  return stored
}

export const profileHandlers: readonly Handled[] = [
  handle(contract.listProfiles, async ({ context, realm, query }) => {
    const own = [...(await realmProfiles(context.db, realm.id)).values()]
    const all = [...PROFILES.map((each) => shown(each)), ...own.map((stored) => answerOf(stored).value)]
    const found = pageInMemory(all, listQueryOf(query), ['name', 'title'])
    return { value: { ...found, page: query.page, page_size: query.page_size } }
  }),

  handle(contract.createProfile, async ({ context, actor, realm, body }) => {
    if (shippedProfile(body.name)) throw taken('name')
    const fields = fieldsOf(documentOf(body))
    const stored = await createProviderProfile(context.db, actor, realm.id, fields)
    if (stored === 'taken') throw taken('name')
    return { ...answerOf(stored), location: `/realms/${realm.name}/profiles/${stored.name}` }
  }),

  handle(contract.previewProfile, ({ body }) =>
    Promise.resolve({ value: { requests: previewOf(documentOf(body)).map((request) => ({ ...request })) } }),
  ),

  handle(contract.readProfile, async ({ context, realm, params }) => {
    const shipped = shippedProfile(params.name)
    return shipped ? { value: shown(shipped) } : answerOf(await profileOfPath(context, realm, params.name))
  }),

  handle(contract.updateProfile, (call) => changeProfile(call)),

  handle(contract.deleteProfile, removeProfile),
]

/** `revertedTo`: the version of its history that it goes back to. */
export async function changeProfile(call: Call<typeof contract.updateProfile>, revertedTo?: string) {
  const { context, actor, realm, params, body, request } = call
  await profileOfPath(context, realm, params.name)
  const judged = (current: ProviderProfile, servers: readonly OAuthServer[]) => {
    requireMatch(request, writableOf(current))
    const next = documentOf(parseDocument(contract.profileDocument, mergePatch(writableOf(current), body)))
    // N181: the secrets of these servers would have to be in the same request, and have no place in it.
    for (const server of servers) {
      const field = strayingBy(server, next)
      if (field === undefined) continue
      throw conflict(
        `${field} of the OAuth server ${server.slug} would go to an address that it was not given for: make a copy of the profile, and choose it there with the secret`,
      )
    }
    return fieldsOf(next)
  }
  const stored = await updateProviderProfile(context.db, actor, realm.id, params.name, judged, revertedTo)
  if (!stored) throw notFound('profile')
  return answerOf(stored)
}

export async function removeProfile(call: Call<typeof contract.deleteProfile>) {
  const { context, actor, realm, params, request } = call
  requireMatch(request, writableOf(await profileOfPath(context, realm, params.name)))
  const done = await deleteProviderProfile(context.db, actor, realm.id, params.name)
  if (done === 'used') throw conflict('OAuth servers name this profile, those in the recycle bin among them')
  if (!done) throw notFound('profile')
  return { value: undefined }
}

/** Each field of it; null for what it does not say. */
export function profileVersion({ title, rules }: Pick<ProviderProfile, 'title' | 'rules'>) {
  return { title, ...Object.fromEntries(order.map((field) => [field, rules[field] ?? null])) }
}
