import { createProfile, deleteProfile, profileDocument, updateProfile } from '#contract/profile.ts'
import { profileFields } from '#contract/profile-rules.ts'
import { PROFILES } from '#outbound/profiles/catalogue.ts'
import { realmProfiles } from '#store/provider-profiles.ts'
import { documentOf, profileHandlers } from '../profiles.ts'
import { type Entry, perform, type Section } from './section.ts'

/** Those of the realm's own; the others come with the program. */
export const profileSection: Section = {
  name: 'profiles',
  kind: 'profile',
  key: 'name',
  required: ['title'],
  schema: profileDocument,
  secrets: [],
  references: [],
  async open({ context, realm }) {
    const stored = [...(await realmProfiles(context.db, realm.id)).values()]
    return {
      entries: new Map(stored.map(({ name, title, rules }) => [name, whole({ name, title, ...rules })])),
      builtIn: new Set(PROFILES.map(({ name }) => name)),
      complete: (given: Entry) => whole(documentOf(profileDocument.parse({ title: given['name'], ...given }))),
    }
  },
  async create(scene, entry) {
    const body = profileDocument.parse(entry)
    await perform(scene, profileHandlers, createProfile, { params: { realm: scene.realm.name }, query: {}, body })
    return undefined
  },
  async update(scene, name, patch) {
    const params = { realm: scene.realm.name, name }
    const body = updateProfile.body.parse(patch)
    await perform(scene, profileHandlers, updateProfile, { params, query: {}, body })
    return undefined
  },
  async delete(scene, name) {
    const params = { realm: scene.realm.name, name }
    await perform(scene, profileHandlers, deleteProfile, { params, query: {}, body: undefined })
  },
}

/** With what it does not say, so that what was taken away is a difference. */
function whole(profile: object): Entry {
  const said: Entry = { ...profile }
  return Object.fromEntries(
    ['name', 'title', ...Object.keys(profileFields)].map((field) => [field, said[field] ?? null]),
  )
}
