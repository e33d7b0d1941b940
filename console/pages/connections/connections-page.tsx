/** The connections of a realm, one OAuth server at a time: which one stands in the address. */
import { NativeSelect } from '@mantine/core'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listOAuthServers } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { ConnectionList } from './connection-list.tsx'

export function ConnectionsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/connections' })
  const { server } = useSearch({ from: '/realms/$realm/connections' })
  const navigate = useNavigate()
  const query = { page_size: 1000, sort: 'name' } as const
  const { data, error, refetch } = useRead(listOAuthServers, { params: { realm }, query })
  const servers = data?.value.items
  const slug = servers?.find((one) => one.slug === server)?.slug ?? servers?.[0]?.slug
  return (
    <Page
      title="Connections"
      layout="fill"
      lead="What people and applications hold at OAuth servers: tokens that are renewed here, and shown to nobody."
      actions={
        servers &&
        servers.length > 0 && (
          <NativeSelect
            aria-label="OAuth server"
            value={slug}
            onChange={(event) =>
              void navigate({
                to: '/realms/$realm/connections',
                params: { realm },
                search: { server: event.currentTarget.value },
              })
            }
            data={servers.map((one) => ({ value: one.slug, label: one.name }))}
          />
        )
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {servers?.length === 0 && (
        <Empty title="No OAuth servers yet" text="Connections are made at one: register it first.">
          <LinkButton at={{ to: '/realms/$realm/new-oauth-server', params: { realm } }}>New OAuth server</LinkButton>
        </Empty>
      )}
      {slug !== undefined && <ConnectionList key={slug} realm={realm} slug={slug} />}
    </Page>
  )
}
