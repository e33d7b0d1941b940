/** The frame of one client: its name, its state, what can be done with it, its tabs. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams, useRouterState } from '@tanstack/react-router'
import { type ReactNode, useCallback } from 'react'
import { type Client, readClient } from '#contract/client.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useClientActions } from './client-actions.tsx'

const tabs = [
  { label: 'Settings', to: '/realms/$realm/clients/$clientId' },
  { label: 'Credentials', to: '/realms/$realm/clients/$clientId/credentials' },
  { label: 'Runtime', to: '/realms/$realm/clients/$clientId/runtime' },
  { label: 'Sessions & tokens', to: '/realms/$realm/clients/$clientId/tokens' },
  { label: 'Quick start', to: '/realms/$realm/clients/$clientId/quick-start' },
  { label: 'Try it', to: '/realms/$realm/clients/$clientId/try-it' },
  { label: 'History', to: '/realms/$realm/clients/$clientId/history' },
  { label: 'Health', to: '/realms/$realm/clients/$clientId/health' },
] as const

export function ClientPage(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId' })
  const read = useRead(readClient, { params: { realm, client_id: clientId } })
  const client = read.data?.value
  const tab = useTab()
  return (
    <Page
      read={read}
      title={tab === 'Settings' ? clientId : `${tab} · ${clientId}`}
      heading={
        <>
          {clientId}
          {client?.built_in && <Mark>Built-in</Mark>}
          {client?.enabled === false && <Mark>Disabled</Mark>}
        </>
      }
      crumbs={[{ label: 'Clients', to: '/realms/$realm/clients', params: { realm } }]}
      lead={client && <bdi>{client.client_name}</bdi>}
      actions={client && <Actions realm={realm} client={client} hasSwitch={tab === 'Settings'} />}
      tabs={tabs.map((one) => ({ ...one, params: { realm, clientId } }))}
    >
      <Outlet />
    </Page>
  )
}

/** The label of the tab that is open: each has a title of its own. */
function useTab(): string {
  const route = useRouterState({ select: (state) => state.matches.at(-1)?.fullPath })
  return tabs.find(({ to }) => to === route)?.label ?? 'Settings'
}

interface ActionsProps {
  readonly realm: string
  readonly client: Client
  /** The form on the page has Enabled among its fields: one way to change it is enough. */
  readonly hasSwitch: boolean
}

function Actions({ realm, client, hasSwitch }: ActionsProps): ReactNode {
  const navigate = useNavigate()
  const leave = useCallback(() => void navigate({ to: '/realms/$realm/clients', params: { realm } }), [navigate, realm])
  const actions = useClientActions(realm, leave)
  if (!useMayWrite(realm)) return null
  return actions
    .filter(({ isOffered, isDangerous }) => (isOffered?.(client) ?? true) && !(hasSwitch && !isDangerous))
    .map(({ label, icon: Icon, isDangerous, run }) => (
      <Button
        key={label}
        variant="default"
        leftSection={<Icon size={15} aria-hidden />}
        {...(isDangerous && { c: 'var(--bad)' })}
        onClick={() => run(client)}
      >
        {label}
      </Button>
    ))
}
