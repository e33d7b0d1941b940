/** A profile by its name: of those that come with the house, else of the realm's own, which can have no name of theirs. */
import type { Profile } from '#oauth-client/profile.ts'
import type { Database } from '#store/database.ts'
import { type ProviderProfile, realmProfiles } from '#store/provider-profiles.ts'
import { shippedProfile } from './catalogue.ts'

/** A name that nobody has is unknown. Held: no read of the database for those that come with the house. */
export async function findProfile(db: Database, realmId: string, name: string): Promise<Profile | undefined> {
  return shippedProfile(name) ?? ownProfile((await realmProfiles(db, realmId)).get(name))
}

/** As it was judged when it was saved. */
export function ownProfile(stored: ProviderProfile | undefined): Profile | undefined {
  if (stored === undefined) return undefined
  const { name, title, rules } = stored
  return { ...rules, name, title } as Profile
}
