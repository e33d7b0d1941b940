/** What an administrator does with scopes. */
import { Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import { bulkScopes } from '#contract/bulk.ts'
import { deleteScope, type Scope } from '#contract/scope.ts'
import { useWrite } from '../../parts/api/call.ts'
import { askToDelete, bulkDeletion } from '../../parts/dialog/deleting.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { runBulk } from '../../parts/list/bulk.ts'

export const scopeNoun = { one: 'scope', many: 'scopes' }
const bin = { kind: 'scope', staysDead: 'Clients that might ask for it may do so again.' } as const

/** True when it is gone. */
export function useDeleteScope(realm: string): (scope: Scope) => Promise<boolean> {
  const { mutateAsync } = useWrite(deleteScope)
  return ({ name }) =>
    askToDelete({
      ...bin,
      realm,
      name,
      impact: 'Clients that may ask for it lose it, and so do the consents of users.',
      run: () => mutateAsync({ params: { realm, name }, body: undefined }),
    })
}

export function useScopeActions(realm: string): readonly RowAction<Scope>[] {
  const remove = useDeleteScope(realm)
  return [
    {
      label: 'Delete',
      icon: Trash2,
      isDangerous: true,
      key: 'Delete',
      isOffered: ({ built_in }) => !built_in,
      run: (scope) => void remove(scope),
    },
  ]
}

export function useScopeBulk(realm: string): readonly BulkAction<Scope>[] {
  return useMemo(() => {
    const run = (ids: readonly string[]) => runBulk(bulkScopes, realm, 'delete', ids)
    const impact = 'Clients that may ask for them lose them, and so do the consents of users.'
    return [bulkDeletion<Scope>({ ...bin, realm, noun: scopeNoun, idOf: nameOf, nameOf, impact, run })]
  }, [realm])
}

function nameOf({ name }: Scope): string {
  return name
}
