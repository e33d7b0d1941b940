/** What happened at the doors with this user, and what they have changed as an administrator: the newest of both. */
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { listAudit } from '#contract/audit.ts'
import { listEvents } from '#contract/event.ts'
import { readUser } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { ShortList } from '../../parts/show/short-list.tsx'
import { Status } from '../../parts/show/status.tsx'
import { capital } from '../../parts/show/text.ts'
import { Moment, Nothing } from '../../parts/show/time.tsx'
import { eventKind } from '../events/event-kinds.ts'

type Event = RowOf<typeof listEvents>
type Entry = RowOf<typeof listAudit>
const shown = 50

const eventColumnsOf = (realm: string): readonly Column<Event>[] => [
  { id: 'last_at_ms', title: 'When', kind: 'time_ms', render: (e) => <Moment at={e.last_at_ms} /> },
  {
    id: 'kind',
    title: 'What',
    kind: 'text',
    render: ({ kind, count }) => (
      <Status tone={eventKind(kind).tone}>
        {eventKind(kind).label}
        {count > 1 && ` (${count} times)`}
      </Status>
    ),
  },
  {
    id: 'client_id',
    title: 'Client',
    kind: 'text',
    render: ({ client_id: id }) =>
      id === null ? <Nothing says="no known client" /> : <ObjectLink of={{ realm, kind: 'client', id, name: id }} />,
  },
  { id: 'address', title: 'Address', kind: 'text' },
  { id: 'detail', title: 'Detail', kind: 'text' },
]

const entryColumns: readonly Column<Entry>[] = [
  { id: 'at_ms', title: 'When', kind: 'time_ms', render: (e) => <Moment at={e.at_ms} /> },
  { id: 'action', title: 'What', kind: 'text', render: ({ action }) => words(action) },
  {
    id: 'object_name',
    title: 'Of',
    kind: 'text',
    render: ({ object_kind: kind, object_id: id, object_name: name }) => (
      <ObjectLink of={{ realm: 'system', kind, id, name }} />
    ),
  },
  { id: 'address', title: 'Address', kind: 'text' },
]

export function UserActivity(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/activity' })
  const columns = useMemo(() => eventColumnsOf(realm), [realm])
  const username = useRead(readUser, { params: { realm, id } }).data?.value.username
  const events = useRead(listEvents, { params: { realm }, query: { user_id: id, page_size: shown } })
  const audit = useRead(
    listAudit,
    { params: { realm }, query: { actor_name: username, page_size: shown } },
    { isEnabled: realm === 'system' && username !== undefined },
  )
  return (
    <>
      <Section
        title="At the doors"
        actions={
          <LinkButton
            variant="default"
            at={{ to: '/realms/$realm/events', params: { realm }, search: { user_id: id } }}
          >
            All events
          </LinkButton>
        }
      >
        <ShortList
          label="Events"
          rows={events.data?.value.items ?? []}
          columns={columns}
          idOf={(event) => event.id}
          nameOf={({ kind }) => kind}
          empty={events.data && 'Nothing in the last 90 days.'}
        />
      </Section>
      {realm === 'system' && (
        <Section
          title="Changed in the realm system"
          actions={
            <LinkButton
              variant="default"
              at={{ to: '/realms/$realm/audit', params: { realm }, search: { actor_name: username } }}
            >
              All changes
            </LinkButton>
          }
        >
          <ShortList
            label="Changes"
            rows={(audit.data?.value.items ?? []).filter(({ actor_id }) => actor_id === id)}
            columns={entryColumns}
            idOf={(entry) => entry.id}
            nameOf={({ action }) => action}
            empty={audit.data && 'Nothing yet. What they change in another realm stands in the audit of that realm.'}
          />
        </Section>
      )}
    </>
  )
}

/** `client.revoke_tokens` → `Client revoke tokens`. */
function words(kind: string): string {
  return capital(kind.replaceAll(/[._]/g, ' '))
}
