/** The frame of one client: its name, its state, its tabs. */
import { Outlet, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readClient } from '#contract/client.ts'
import { useRead } from '../../parts/api/call.ts'
import { Page } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Mark } from '../../parts/show/status.tsx'

export function ClientPage(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId' })
  const { data, error, refetch } = useRead(readClient, { params: { realm, client_id: clientId } })
  const client = data?.value
  const at = { params: { realm, clientId } } as const
  return (
    <Page
      title={clientId}
      heading={
        <>
          {clientId}
          {client?.built_in && <Mark>Built-in</Mark>}
          {client?.enabled === false && <Mark>Disabled</Mark>}
        </>
      }
      crumbs={[{ label: 'Clients', to: '/realms/$realm/clients', params: { realm } }]}
      lead={client?.client_name}
      tabs={[{ label: 'Settings', to: '/realms/$realm/clients/$clientId', ...at }]}
    >
      {error === null ? <Outlet /> : <ProblemAlert error={error} onRetry={() => void refetch()} />}
    </Page>
  )
}
