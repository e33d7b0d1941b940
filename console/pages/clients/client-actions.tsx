/** What an administrator does with clients, from the list and from the page of one. */
import { Text } from '@mantine/core'
import { Ban, CircleCheck, Trash2 } from 'lucide-react'
import { useMemo } from 'react'
import { type Client, deleteClient, updateClient } from '#contract/client.ts'
import { useWrite } from '../../parts/api/call.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { tellProblem } from '../../parts/show/problem.tsx'
import { count } from '../../parts/show/text.ts'

export const clientNoun = { one: 'client', many: 'clients' }
const staysDead = 'Secrets and tokens stay dead: set new secrets.'

/** Loaded before the question, which most visits to the list never come to: an answer needs nothing more. */
const wayBack = () => import('../../parts/dialog/restore.ts')

/** Nor to this. */
const withMany = () => Promise.all([import('../../parts/list/bulk.ts'), import('#contract/bulk.ts')])

/** One at a time. `onDeleted`: for the page of the client itself, which is not there any more. */
export function useClientActions(realm: string, onDeleted?: () => void): readonly RowAction<Client>[] {
  const { mutateAsync: update } = useWrite(updateClient)
  const { mutateAsync: remove } = useWrite(deleteClient)
  return useMemo(() => {
    const enable = async ({ client_id }: Client, enabled: boolean) => {
      await update({ params: { realm, client_id }, body: { enabled } })
      tellDone(`${client_id} is ${enabled ? 'enabled' : 'disabled'}`)
    }
    const ask = async (client: Client) => {
      const [{ Impact }, { offerRestore }] = await Promise.all([import('./client-impact.tsx'), wayBack()])
      const isDone = await confirm({
        title: `Delete ${client.client_id}?`,
        body: <Impact realm={realm} of={client} />,
        confirm: 'Delete',
        isDangerous: true,
        ...(client.enabled && { instead: { label: 'Disable instead', run: () => enable(client, false) } }),
        run: () => remove({ params: { realm, client_id: client.client_id }, body: undefined }),
      })
      if (!isDone) return
      offerRestore({ realm, kind: 'client', names: [client.client_id], staysDead })
      onDeleted?.()
    }
    return [
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
        run: (client) => void ask(client).catch(tellProblem),
      },
    ]
  }, [realm, update, remove, onDeleted])
}

/** With many. */
export function useClientBulk(realm: string): readonly BulkAction<Client>[] {
  return useMemo(() => {
    const run = async (action: 'enable' | 'disable' | 'delete', did: string, rows: readonly Client[]) => {
      const ids = rows.map(({ client_id }) => client_id)
      const [{ runBulk, tellResults }, { bulkClients }] = await withMany()
      return tellResults(await runBulk(bulkClients, realm, action, ids), clientNoun, did)
    }
    const now = (action: 'enable' | 'disable', did: string) => async (rows: readonly Client[]) => {
      await run(action, did, rows).catch(tellProblem)
      return true
    }
    const ask = async (rows: readonly Client[]) => {
      const { offerRestore } = await wayBack()
      let names: readonly string[] = []
      const isDone = await confirm({
        title: `Delete ${count(rows.length, clientNoun)}?`,
        body: <Text size="sm">All their tokens are dead at once. They lie in the recycle bin for 30 days.</Text>,
        confirm: `Delete ${count(rows.length, clientNoun)}`,
        isDangerous: true,
        run: async () => {
          names = await run('delete', 'deleted', rows)
        },
      })
      if (names.length > 0) offerRestore({ realm, kind: 'client', names, staysDead })
      return isDone
    }
    return [
      { label: 'Enable', icon: CircleCheck, run: now('enable', 'enabled') },
      { label: 'Disable', icon: Ban, run: now('disable', 'disabled') },
      { label: 'Delete', icon: Trash2, isDangerous: true, run: (rows) => ask(rows).catch(notDone) },
    ]
  }, [realm])
}

function notDone(error: unknown): false {
  tellProblem(error)
  return false
}
