/** What an administrator does with clients from a list. */
import { Ban, CircleCheck, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import { type Client, deleteClient, updateClient } from '#contract/client.ts'
import { useWrite } from '../../parts/api/call.ts'
import { confirm } from '../../parts/dialog/confirm.tsx'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { tellProblem } from '../../parts/show/problem.tsx'

export function useClientActions(realm: string): {
  actions: readonly RowAction<Client>[]
  bulk: readonly BulkAction<Client>[]
} {
  const { mutateAsync: update } = useWrite(updateClient)
  const { mutateAsync: remove } = useWrite(deleteClient)
  return useMemo(() => {
    const enable = async ({ client_id }: Client, enabled: boolean) => {
      await update({ params: { realm, client_id }, body: { enabled } })
      tellDone(`${client_id} is ${enabled ? 'enabled' : 'disabled'}`)
    }
    const ask = (client: Client) =>
      void confirm({
        title: `Delete ${client.client_id}?`,
        body: <>All its tokens are dead at once.</>,
        confirm: 'Delete client',
        isDangerous: true,
        ...(client.enabled && { instead: { label: 'Disable instead', run: () => enable(client, false) } }),
        run: () => remove({ params: { realm, client_id: client.client_id }, body: undefined }),
      })
    const actions: readonly RowAction<Client>[] = [
      {
        label: 'Enable',
        icon: CircleCheck,
        isOffered: ({ enabled, built_in }) => !enabled && !built_in,
        run: (client) => void enable(client, true).catch(tellProblem),
      },
      {
        label: 'Disable',
        icon: Ban,
        isOffered: ({ enabled, built_in }) => enabled && !built_in,
        run: (client) => void enable(client, false).catch(tellProblem),
      },
      {
        label: 'Delete',
        icon: Trash2,
        isDangerous: true,
        key: 'Delete',
        isOffered: ({ built_in }) => !built_in,
        run: ask,
      },
    ]
    return { actions, bulk: [] }
  }, [realm, update, remove])
}
