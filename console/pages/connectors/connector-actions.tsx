/** What an administrator does with connectors. */
import { Play } from 'lucide-react'
import { bulkConnectors } from '#contract/bulk.ts'
import { type Connector, deleteConnector } from '#contract/connector.ts'
import { useWrite } from '../../parts/api/call.ts'
import type { AskedActions } from '../../parts/dialog/ask-first.tsx'
import { namedDeletion } from '../../parts/dialog/deleting.tsx'
import type { RowAction } from '../../parts/list/action.ts'
import { runBulk } from '../../parts/list/bulk.ts'

export const connectorNoun = { one: 'connector', many: 'connectors' }

export function useDeleteConnector(realm: string, onDeleted?: () => void): AskedActions<Connector> {
  const { mutateAsync: remove } = useWrite(deleteConnector)
  return namedDeletion<Connector>({
    realm,
    kind: 'connector',
    noun: connectorNoun,
    staysDead: 'It can be run at once.',
    impact: 'Whoever runs it is refused from now on.',
    impactOfMany: 'Whoever runs them is refused from now on.',
    one: ({ name }) => remove({ params: { realm, name }, body: undefined }),
    many: (ids) => runBulk(bulkConnectors, realm, 'delete', ids),
    onDeleted,
  })
}

export function runAction(open: (connector: Connector) => void): RowAction<Connector> {
  return { label: 'Run', icon: Play, run: open }
}
