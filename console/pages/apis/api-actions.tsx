/** What an administrator does with APIs. */
import { Trash2 } from 'lucide-react'
import { type Api, deleteApi } from '#contract/api.ts'
import { useWrite } from '../../parts/api/call.ts'
import { askToDelete } from '../../parts/dialog/deleting.tsx'
import type { RowAction } from '../../parts/list/action.ts'

export const apiNoun = { one: 'API', many: 'APIs' }

/** True when it is gone. */
export function useDeleteApi(realm: string): (api: Api) => Promise<boolean> {
  const { mutateAsync } = useWrite(deleteApi)
  return ({ id, identifier }) =>
    askToDelete({
      kind: 'api',
      realm,
      name: identifier,
      impact: 'Its scopes go with it; clients and consents lose them, and no token is made for it any more.',
      staysDead: 'Clients that might ask for its scopes may do so again.',
      run: () => mutateAsync({ params: { realm, id }, body: undefined }),
    })
}

export function useApiActions(realm: string): readonly RowAction<Api>[] {
  const remove = useDeleteApi(realm)
  return [
    {
      label: 'Delete',
      icon: Trash2,
      isDangerous: true,
      key: 'Delete',
      isOffered: ({ built_in }) => !built_in,
      run: (api) => void remove(api),
    },
  ]
}
