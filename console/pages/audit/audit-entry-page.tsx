/** One entry of the audit: who, when, from where, and field by field what was before and after. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listAudit } from '#contract/audit.ts'
import { useRead } from '../../parts/api/call.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page, Section } from '../../parts/page/page.tsx'
import { Difference } from '../../parts/show/difference.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { historyTarget, kindName, ObjectLink } from '../../parts/show/object-link.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { capital } from '../../parts/show/text.ts'
import { Moment, Nothing } from '../../parts/show/time.tsx'
import { type AuditEntry, actionName, changesOf, objectOf } from './audit-entry.ts'

export function AuditEntryPage(): ReactNode {
  const { realm, atMs, entryId } = useParams({ from: '/realms/$realm/audit/$atMs/$entryId' })
  const { data, error, refetch } = useRead(listAudit, {
    params: { realm },
    query: { at_ms: atMs, page_size: 1000 },
  })
  const entry = data?.value.items.find(({ id }) => id === entryId)
  const crumbs = [{ label: 'Audit', to: '/realms/$realm/audit', params: { realm } }] as const
  if (entry) return <Entry realm={realm} entry={entry} crumbs={crumbs} />
  return (
    <Page title="Audit entry" crumbs={crumbs}>
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {data && <Empty title="There is no such entry" text="The audit of this realm has none at that moment." />}
    </Page>
  )
}

interface EntryProps {
  readonly realm: string
  readonly entry: AuditEntry
  readonly crumbs: Parameters<typeof Page>[0]['crumbs'] & {}
}

function Entry({ realm, entry, crumbs }: EntryProps): ReactNode {
  const { action, object_kind, object_id, object_name } = entry
  const object = objectOf(realm, entry)
  const history = historyTarget(object)
  return (
    <Page
      title={`${actionName(action)} ${object_name}`}
      heading={
        <>
          {actionName(action)} <bdi>{object_name}</bdi>
        </>
      }
      crumbs={crumbs}
      actions={
        <>
          <LinkButton
            variant="default"
            at={{ to: '/realms/$realm/audit', params: { realm }, search: { object_id } as never }}
          >
            All of this object
          </LinkButton>
          {history && (
            <LinkButton variant="default" at={history}>
              History and revert
            </LinkButton>
          )}
        </>
      }
    >
      <Section title="The change">
        <Facts
          facts={[
            { label: 'When', value: <Moment at={entry.at_ms} /> },
            { label: 'Who', value: <bdi>{`${entry.actor_name} (${entry.actor_kind})`}</bdi> },
            { label: 'From', value: entry.address === '' ? <Nothing says="this server itself" /> : entry.address },
            { label: 'Action', value: <code>{action}</code> },
            { label: capital(kindName(object_kind)), value: <ObjectLink of={object}>{object_name}</ObjectLink> },
            { label: 'Request', value: <Request realm={realm} id={entry.request_id} /> },
          ]}
        />
      </Section>
      <Section title="Before and after">
        <Difference of={changesOf(entry)} />
      </Section>
    </Page>
  )
}

function Request({ realm, id }: { realm: string; id: string }): ReactNode {
  if (id === '') return <Nothing />
  return (
    <>
      <code>{id}</code>{' '}
      <LinkButton
        variant="subtle"
        at={{ to: '/realms/$realm/audit', params: { realm }, search: { request_id: id } as never }}
      >
        What else it changed
      </LinkButton>
    </>
  )
}
