/** What an administrator does with profiles of the realm's own. */
import { bulkProfiles } from '#contract/bulk.ts'
import { deleteProfile, type ProviderProfile } from '#contract/profile.ts'
import { useWrite } from '../../parts/api/call.ts'
import type { AskedActions } from '../../parts/dialog/ask-first.tsx'
import { namedDeletion } from '../../parts/dialog/deleting.tsx'
import { runBulk } from '../../parts/list/bulk.ts'

export const profileNoun = { one: 'profile', many: 'profiles' }

export function useDeleteProfile(realm: string, onDeleted?: () => void): AskedActions<ProviderProfile> {
  const { mutateAsync: remove } = useWrite(deleteProfile)
  return namedDeletion<ProviderProfile>({
    realm,
    kind: 'profile',
    noun: profileNoun,
    staysDead: 'OAuth servers may name it again.',
    impact: 'OAuth servers that name it have to choose another one before.',
    impactOfMany: 'OAuth servers that name them have to choose others before.',
    one: ({ name }) => remove({ params: { realm, name }, body: undefined }),
    many: (ids) => runBulk(bulkProfiles, realm, 'delete', ids),
    onDeleted,
  })
}
