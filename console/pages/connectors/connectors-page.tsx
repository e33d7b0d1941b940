/** The list of a realm's connectors. */
import { useNavigate, useParams } from '@tanstack/react-router'
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Connector, connectorMethods, listConnectors } from '#contract/connector.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { connectorNoun, runAction, useDeleteConnector } from './connector-actions.tsx'
import { connectionNames } from './connector-values.ts'

const columns: readonly Column<Connector>[] = [
  { id: 'name', title: 'Name', kind: 'text' },
  { id: 'oauth_server', title: 'OAuth server', kind: 'text' },
  {
    id: 'connection',
    title: 'Connection',
    kind: 'text',
    options: Object.entries(connectionNames).map(([value, label]) => ({ value, label })),
    render: ({ connection }) => connectionNames[connection],
  },
  {
    id: 'method',
    title: 'Method',
    kind: 'text',
    options: connectorMethods.map((value) => ({ value, label: value })),
  },
  { id: 'path', title: 'Path', kind: 'code' },
  { id: 'description', title: 'Description', kind: 'text', isOptional: true },
  { id: 'created_at', title: 'Created', kind: 'time', isOptional: true },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function ConnectorsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/connectors' })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const deleting = useDeleteConnector(realm)
  const at = ({ name }: Connector) => ({ to: '/realms/$realm/connectors/$name', params: { realm, name } }) as const
  const run = runAction(
    ({ name }) => void navigate({ to: '/realms/$realm/connectors/$name/run', params: { realm, name } }),
  )
  const create = mayWrite && (
    <LinkButton
      at={{ to: '/realms/$realm/new-connector', params: { realm } }}
      leftSection={<Plus size={15} aria-hidden />}
    >
      New connector
    </LinkButton>
  )
  return (
    <Page
      title="Connectors"
      layout="fill"
      lead="Saved calls to other people’s APIs: run from here, by applications, and by flows."
    >
      <List
        name="connectors"
        noun={connectorNoun}
        operation={listConnectors}
        params={{ realm }}
        columns={columns}
        idOf={({ name }) => name}
        open={at}
        create={create}
        {...(mayWrite && { edit: at, actions: [run, ...deleting.actions], bulk: deleting.bulk })}
        empty={{
          title: 'No connectors yet',
          text: 'A connector is a request below the base URL of an OAuth server, with {names} that each run fills.',
          action: create,
        }}
      />
    </Page>
  )
}
