/** What an administrator does with profiles of the realm's own. */
import { Trash2 } from 'lucide-react'
import { deleteProfile, type ProviderProfile } from '#contract/profile.ts'
import { useWrite } from '../../parts/api/call.ts'
import { type AskedActions, askFirst } from '../../parts/dialog/ask-first.tsx'

export function useDeleteProfile(realm: string, onDeleted: () => void): AskedActions<ProviderProfile> {
  const { mutateAsync } = useWrite(deleteProfile)
  return askFirst<ProviderProfile>({
    noun: { one: 'profile', many: 'profiles' },
    label: 'Delete',
    did: 'deleted',
    icon: Trash2,
    isDangerous: true,
    nameOf: ({ title }) => title,
    impact: () => 'OAuth servers that name it have to choose another one before. It cannot be brought back.',
    impactOfMany: 'OAuth servers that name them have to choose others before. They cannot be brought back.',
    run: async ({ name }) => {
      await mutateAsync({ params: { realm, name }, body: undefined })
      onDeleted()
    },
  })
}
