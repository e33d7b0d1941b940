/** What happened at the doors of a realm: who came in, who was refused, what was shown twice. */
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { listEvents } from '#contract/event.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { ObjectLink } from '../../parts/show/object-link.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Moment, Nothing } from '../../parts/show/time.tsx'
import { eventKind, eventKindOptions } from './event-kinds.ts'
import { eventTabs } from './event-tabs.ts'

type Event = RowOf<typeof listEvents>

export function EventsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/events' })
  const columns = useMemo(() => columnsOf(realm), [realm])
  return (
    <Page
      title="Events"
      layout="fill"
      tabs={eventTabs(realm)}
      lead="What happened at the doors in the last 90 days. The same within one minute is one row, and counted."
    >
      <List
        name="events"
        noun={{ one: 'event', many: 'events' }}
        operation={listEvents}
        params={{ realm }}
        columns={columns}
        idOf={({ id }) => id}
        empty={{
          title: 'Nothing happened yet',
          text: 'Sign-ins, refusals and tokens that were shown twice are noted here, some seconds after they happen.',
        }}
      />
    </Page>
  )
}

function columnsOf(realm: string): readonly Column<Event>[] {
  return [
    { id: 'last_at_ms', title: 'When', kind: 'time_ms', render: ({ last_at_ms }) => <Moment at={last_at_ms} /> },
    {
      id: 'kind',
      title: 'What',
      kind: 'text',
      options: eventKindOptions,
      render: ({ kind }) => <Status tone={eventKind(kind).tone}>{eventKind(kind).label}</Status>,
    },
    { id: 'count', title: 'Times', kind: 'number' },
    {
      id: 'username',
      title: 'User',
      kind: 'text',
      render: ({ user_id, username }) =>
        user_id === null ? (
          <Nothing says="nobody known" />
        ) : (
          <ObjectLink of={{ realm, kind: 'user', id: user_id, name: username ?? user_id }} />
        ),
    },
    {
      id: 'client_id',
      title: 'Client',
      kind: 'text',
      render: ({ client_id }) =>
        client_id === null ? (
          <Nothing says="no known client" />
        ) : (
          <ObjectLink of={{ realm, kind: 'client', id: client_id, name: client_id }} />
        ),
    },
    { id: 'address', title: 'From', kind: 'text' },
    { id: 'detail', title: 'Detail', kind: 'text' },
    { id: 'at_ms', title: 'First of them', kind: 'time_ms', isOptional: true },
    { id: 'request_id', title: 'Request', kind: 'code', isOptional: true },
    { id: 'user_id', title: 'User’s id', kind: 'code', isOptional: true },
  ]
}
