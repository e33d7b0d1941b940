/** The frame of one connector. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import { type ReactNode, useCallback } from 'react'
import { readConnector } from '#contract/connector.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { useDeleteConnector } from './connector-actions.tsx'

const tabs = [
  { label: 'Settings', to: '/realms/$realm/connectors/$name' },
  { label: 'Run', to: '/realms/$realm/connectors/$name/run' },
  { label: 'Run log', to: '/realms/$realm/connectors/$name/runs' },
  { label: 'History', to: '/realms/$realm/connectors/$name/history' },
] as const

export function ConnectorPage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/connectors/$name' })
  const read = useRead(readConnector, { params: { realm, name } })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const leave = useCallback(
    () => void navigate({ to: '/realms/$realm/connectors', params: { realm } }),
    [navigate, realm],
  )
  const [remove] = useDeleteConnector(realm, leave).actions
  const route = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  const tab = tabs.find(({ to }) => to === route)?.label ?? 'Settings'
  const connector = read.data?.value
  return (
    <Page
      read={read}
      title={tab === 'Settings' ? name : `${tab} · ${name}`}
      heading={name}
      crumbs={[{ label: 'Connectors', to: '/realms/$realm/connectors', params: { realm } }]}
      tabs={tabs.map((one) => ({ ...one, params: { realm, name } }))}
      actions={
        mayWrite &&
        connector && (
          <Button
            variant="default"
            c="var(--bad)"
            leftSection={<Trash2 size={15} aria-hidden />}
            onClick={() => remove?.run(connector)}
          >
            Delete
          </Button>
        )
      }
    >
      <Outlet />
    </Page>
  )
}
