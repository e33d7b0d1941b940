/** What an administrator does with clients, from the list and from the page of one. */
import { Stack, Text } from '@mantine/core'
import { Ban, CircleCheck, Trash2 } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { bulkClients } from '#contract/bulk.ts'
import { type Client, deleteClient, updateClient } from '#contract/client.ts'
import { listGrants } from '#contract/grant.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { confirm } from '../../parts/dialog/confirm.ts'
import { offerRestore } from '../../parts/dialog/restore.ts'
import { tellDone } from '../../parts/dialog/undo.tsx'
import type { BulkAction, RowAction } from '../../parts/list/action.ts'
import { tellResults } from '../../parts/list/bulk.ts'
import { tellProblem } from '../../parts/show/problem.tsx'
import { count } from '../../parts/show/text.ts'
import { relativeTime } from '../../parts/show/time.tsx'
import { grantNoun } from './client-values.ts'

export const clientNoun = { one: 'client', many: 'clients' }
const staysDead = 'Secrets and tokens stay dead: set new secrets.'

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
        run: (client) => void ask(client),
      },
    ]
  }, [realm, update, remove, onDeleted])
}

/** With many. */
export function useClientBulk(realm: string): readonly BulkAction<Client>[] {
  const { mutateAsync } = useWrite(bulkClients)
  return useMemo(() => {
    const run = async (action: 'enable' | 'disable' | 'delete', did: string, rows: readonly Client[]) => {
      const ids = rows.map(({ client_id }) => client_id)
      return tellResults(await mutateAsync({ params: { realm }, body: { action, ids } }).then(valueOf), clientNoun, did)
    }
    const now = (action: 'enable' | 'disable', did: string) => async (rows: readonly Client[]) => {
      await run(action, did, rows).catch(tellProblem)
      return true
    }
    const ask = async (rows: readonly Client[]) => {
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
      { label: 'Delete', icon: Trash2, isDangerous: true, run: ask },
    ]
  }, [realm, mutateAsync])
}

function valueOf<T>({ value }: { value: T }): T {
  return value
}

/** What breaks. */
function Impact({ realm, of: { client_id, client_name, last_used_at } }: { realm: string; of: Client }): ReactNode {
  const grants = useRead(listGrants, { params: { realm, client_id }, query: { page_size: 1 } }).data?.value
  const many = grants?.total_is_lower_bound === true ? 'more than ' : ''
  return (
    <Stack gap="xs">
      <Text size="sm">
        <bdi>{client_name}</bdi>{' '}
        {last_used_at === null ? 'was never used' : `was last used ${relativeTime(last_used_at)}`}.{' '}
        {grants !== undefined &&
          (grants.total === 0
            ? 'No user has a live grant for it.'
            : `${many}${count(grants.total, grantNoun)} of users ${grants.total === 1 ? 'ends' : 'end'} with it.`)}
      </Text>
      <Text size="sm">
        All its tokens are dead at once, and whoever uses it is refused. It lies in the recycle bin for 30 days; what
        comes back from there is disabled, without its secrets.
      </Text>
    </Stack>
  )
}
