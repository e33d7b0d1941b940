/** What an administrator does with connectors. */
import { Play, Trash2 } from 'lucide-react'
import { type Connector, deleteConnector } from '#contract/connector.ts'
import { useWrite } from '../../parts/api/call.ts'
import { type AskedActions, askFirst } from '../../parts/dialog/ask-first.tsx'
import type { RowAction } from '../../parts/list/action.ts'

export const connectorNoun = { one: 'connector', many: 'connectors' }

export function useDeleteConnector(realm: string, onDeleted?: () => void): AskedActions<Connector> {
  const { mutateAsync } = useWrite(deleteConnector)
  return askFirst<Connector>({
    noun: connectorNoun,
    label: 'Delete',
    did: 'deleted',
    icon: Trash2,
    isDangerous: true,
    nameOf: ({ name }) => name,
    impact: () => 'Whoever runs it is refused from now on. It cannot be brought back.',
    impactOfMany: 'Whoever runs them is refused from now on. They cannot be brought back.',
    run: async ({ name }) => {
      await mutateAsync({ params: { realm, name }, body: undefined })
      onDeleted?.()
    },
  })
}

export function runAction(open: (connector: Connector) => void): RowAction<Connector> {
  return { label: 'Run', icon: Play, run: open }
}
