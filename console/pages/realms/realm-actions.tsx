/** Deleting a realm: everything in it goes with it. */
import { Text } from '@mantine/core'
import { Trash2 } from 'lucide-react'
import { deleteRealm, type Realm } from '#contract/realm.ts'
import { useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { loadSession } from '../../parts/api/session.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { offerRestore } from '../../parts/dialog/restore.ts'
import type { RowAction } from '../../parts/list/action.ts'

export const realmNoun = { one: 'realm', many: 'realms' }

/** True when it is gone. */
export function useDeleteRealm(): (realm: Realm) => Promise<boolean> {
  const { mutateAsync } = useWrite(deleteRealm)
  return async ({ name, display_name }) => {
    const isDone = await confirm({
      title: `Delete the realm ${name}?`,
      body: (
        <Text size="sm">
          {display_name} goes with everything in it: clients, users, roles, keys, OAuth servers. All its tokens are dead
          at once, and every application that uses it is refused. It lies in the recycle bin of system for 30 days; its
          name is never given to another realm.
        </Text>
      ),
      confirm: 'Delete realm',
      isDangerous: true,
      typed: name,
      run: () => mutateAsync({ params: { realm: name }, body: undefined }),
    })
    if (!isDone) return false
    await loadSession()
    offerRestore({
      realm: 'system',
      kind: 'realm',
      names: [name],
      staysDead: 'Tokens, secrets and passwords stay dead: set new ones.',
      onRestored: loadSession,
    })
    return true
  }
}

export function useRealmActions(): readonly RowAction<Realm>[] {
  const mayDelete = useMayWrite()
  const remove = useDeleteRealm()
  if (!mayDelete) return []
  return [
    {
      label: 'Delete',
      icon: Trash2,
      isDangerous: true,
      key: 'Delete',
      isOffered: ({ built_in }) => !built_in,
      run: (realm) => void remove(realm),
    },
  ]
}
