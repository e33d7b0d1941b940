/** What was changed in a realm: by whom, from where, and what was before. */
import { useParams } from '@tanstack/react-router'
import { type ReactNode, useMemo } from 'react'
import { listAudit } from '#contract/audit.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { kindName, ObjectLink } from '../../parts/show/object-link.tsx'
import { capital } from '../../parts/show/text.ts'
import { Moment, Nothing } from '../../parts/show/time.tsx'
import { type AuditEntry, changesOf, entryName, objectOf } from './audit-entry.ts'

const kinds = [
  'client',
  'user',
  'role',
  'scope',
  'api',
  'realm',
  'oauth_server',
  'connection',
  'connector',
  'environment',
  'application',
  'category',
  'profile',
]

export function AuditPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/audit' })
  const columns = useMemo(() => columnsOf(realm), [realm])
  return (
    <Page
      title="Audit"
      layout="fill"
      lead="Every change, with who made it, from where, and what was before. Entries cannot be changed or deleted."
    >
      <List
        name="audit"
        noun={{ one: 'entry', many: 'entries' }}
        operation={listAudit}
        params={{ realm }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={entryName}
        open={({ at_ms, id }) => ({
          to: '/realms/$realm/audit/$atMs/$entryId',
          params: { realm, atMs: String(at_ms), entryId: id },
        })}
        empty={{
          title: 'Nothing was changed yet',
          text: 'Whatever somebody creates, changes or deletes in this realm is noted here.',
        }}
      />
    </Page>
  )
}

function columnsOf(realm: string): readonly Column<AuditEntry>[] {
  return [
    { id: 'at_ms', title: 'When', kind: 'time_ms', render: ({ at_ms }) => <Moment at={at_ms} /> },
    { id: 'actor_name', title: 'Who', kind: 'text' },
    { id: 'action', title: 'Action', kind: 'code' },
    {
      id: 'object_kind',
      title: 'Kind',
      kind: 'text',
      options: kinds.map((kind) => ({ value: kind, label: capital(kindName(kind)) })),
      render: ({ object_kind }) => capital(kindName(object_kind)),
    },
    {
      id: 'object_name',
      title: 'Object',
      kind: 'text',
      render: (entry) => <ObjectLink of={objectOf(realm, entry)}>{entry.object_name}</ObjectLink>,
    },
    { id: 'after', title: 'Changed fields', kind: 'text', render: (entry) => <ChangedFields entry={entry} /> },
    { id: 'address', title: 'From', kind: 'text' },
    { id: 'actor_kind', title: 'Kind of actor', kind: 'text', isOptional: true },
    { id: 'request_id', title: 'Request', kind: 'code', isOptional: true },
    { id: 'object_id', title: 'Object’s id', kind: 'code', isOptional: true },
  ]
}

/** Of what came or went as a whole every field is another: their names say nothing. */
function ChangedFields({ entry }: { entry: AuditEntry }): ReactNode {
  const isWhole = entry.before === null || entry.after === null
  const fields = isWhole ? [] : changesOf(entry).map(({ field }) => field)
  if (fields.length === 0) return <Nothing />
  return <span title={fields.join(', ')}>{fields.join(', ')}</span>
}
