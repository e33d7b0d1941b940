/** What depends on an OAuth server: looked at before it is changed, stopped or deleted. */
import { Link, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import { readUses } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import type { Column } from '../../parts/list/column.ts'
import { Section } from '../../parts/page/page.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { capital } from '../../parts/show/text.ts'
import { Time } from '../../parts/show/time.tsx'

type Use = z.output<(typeof readUses)['answer']>['uses'][number]

export function OAuthServerUses(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug/uses' })
  const { data, error, refetch } = useRead(readUses, { params: { realm, slug } })
  if (error !== null) return <ProblemAlert error={error} onRetry={() => void refetch()} />
  if (data === undefined) return null
  const { uses, connections, last_used_at, next_refresh_at } = data.value
  const columns: readonly Column<Use>[] = [
    {
      id: 'name',
      title: 'Name',
      kind: 'text',
      render: ({ kind, name }) => <ObjectLink of={{ realm, kind, id: name, name }} />,
    },
    { id: 'kind', title: 'Kind', kind: 'text', value: ({ kind }) => capital(kind) },
  ]
  return (
    <>
      <Section title="Use">
        <Facts
          facts={[
            { label: 'Last used', value: <Time at={last_used_at} show="both" /> },
            { label: 'Next refresh', value: <Time at={next_refresh_at} show="both" /> },
            {
              label: 'Connections',
              value: (
                <Link to="/realms/$realm/oauth-servers/$slug/connections" params={{ realm, slug }} className="text">
                  {connections.toLocaleString('en')}
                </Link>
              ),
            },
          ]}
        />
      </Section>
      <Section title="Used by">
        <ShortList
          label="Used by"
          rows={uses}
          columns={columns}
          idOf={({ kind, name }) => `${kind} ${name}`}
          nameOf={({ name }) => name}
          empty="Nothing names it yet: no connector, no override, and no client may use it."
        />
      </Section>
    </>
  )
}
