/** What an administrator does with roles. */
import { Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import { bulkRoles } from '#contract/bulk.ts'
import { deleteRole, type Role } from '#contract/role.ts'
import { useWrite } from '../../parts/api/call.ts'
import { askToDelete, bulkDeletion } from '../../parts/dialog/deleting.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { runBulk } from '../../parts/list/bulk.ts'

export const roleNoun = { one: 'role', many: 'roles' }
const bin = { kind: 'role', staysDead: 'Those who had it and are still there have it again.' } as const

/** True when it is gone. */
export function useDeleteRole(realm: string): (role: Role) => Promise<boolean> {
  const { mutateAsync } = useWrite(deleteRole)
  return ({ name }) =>
    askToDelete({
      ...bin,
      realm,
      name,
      impact: 'Whoever has it has it no longer, and tokens from then on are without it.',
      run: () => mutateAsync({ params: { realm, name }, body: undefined }),
    })
}

export function useRoleActions(realm: string): readonly RowAction<Role>[] {
  const remove = useDeleteRole(realm)
  return [
    {
      label: 'Delete',
      icon: Trash2,
      isDangerous: true,
      key: 'Delete',
      isOffered: ({ built_in }) => !built_in,
      run: (role) => void remove(role),
    },
  ]
}

export function useRoleBulk(realm: string): readonly BulkAction<Role>[] {
  return useMemo(() => {
    const run = (ids: readonly string[]) => runBulk(bulkRoles, realm, 'delete', ids)
    const impact = 'Whoever has them has them no longer.'
    return [bulkDeletion<Role>({ ...bin, realm, noun: roleNoun, idOf: nameOf, nameOf, impact, run })]
  }, [realm])
}

function nameOf({ name }: Role): string {
  return name
}
