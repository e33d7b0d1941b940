/** Who still comes by the older shapes: when nobody does any more, they can be switched off. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listLegacyUses } from '#contract/legacy-use.ts'
import type { Column, RowOf } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Time } from '../../parts/show/time.tsx'

type Use = RowOf<typeof listLegacyUses>

const kinds: Readonly<Record<Use['kind'], string>> = {
  appmill: 'AppMill',
  spring: 'Spring',
  spring_get: 'Spring, token in the address',
  onesait: 'onesait Platform',
  password: 'Password grant',
}

const columns: readonly Column<Use>[] = [
  { id: 'client_id', title: 'Client ID', kind: 'text' },
  {
    id: 'kind',
    title: 'Way',
    kind: 'text',
    render: ({ kind }) => kinds[kind],
    options: Object.entries(kinds).map(([value, label]) => ({ value, label })),
  },
  { id: 'uses', title: 'Uses', kind: 'number' },
  { id: 'last_used_at', title: 'Last', kind: 'time', render: (use) => <Time at={use.last_used_at} show="both" /> },
  { id: 'first_used_at', title: 'First', kind: 'time' },
]

export function OlderShapes(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/settings/older-shapes' })
  return (
    <List
      name="legacy-uses"
      noun={{ one: 'use', many: 'uses' }}
      operation={listLegacyUses}
      params={{ realm }}
      columns={columns}
      idOf={({ client_id, kind }) => `${client_id} ${kind}`}
      nameOf={({ client_id }) => client_id}
      open={({ client_id }) => ({ to: '/realms/$realm/clients/$clientId', params: { realm, clientId: client_id } })}
      empty={{
        title: 'Nobody came this way',
        text: 'Requests by the older shapes and by the password grant are counted here, client by client.',
      }}
    />
  )
}
