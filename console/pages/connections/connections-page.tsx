/** The connections of a realm, at all its OAuth servers. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listOAuthServers } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { RealmConnectionList } from './connection-list.tsx'

export function ConnectionsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/connections' })
  const query = { page_size: 1000, sort: 'name' } as const
  const { data, error, refetch } = useRead(listOAuthServers, { params: { realm }, query })
  const servers = data?.value.items
  return (
    <Page
      title="Connections"
      layout="fill"
      lead="What people and applications hold at OAuth servers: tokens that are renewed here, and shown to nobody."
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {servers?.length === 0 && (
        <Empty title="No OAuth servers yet" text="Connections are made at one: register it first.">
          <LinkButton at={{ to: '/realms/$realm/new-oauth-server', params: { realm } }}>New OAuth server</LinkButton>
        </Empty>
      )}
      {servers !== undefined && servers.length > 0 && <RealmConnectionList realm={realm} servers={servers} />}
    </Page>
  )
}
