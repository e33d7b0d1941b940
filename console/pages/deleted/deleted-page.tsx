/** The recycle bin of a realm: what was deleted, how long it stays, and the way back. */
import { useParams } from '@tanstack/react-router'
import { ArchiveRestore } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { type DeletedObject, listDeleted, restoreDeleted } from '#contract/deleted.ts'
import { call } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { askFirst } from '../../parts/dialog/ask-first.tsx'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { kindName } from '../../parts/show/object-link.tsx'
import { capital } from '../../parts/show/text.ts'
import { Nothing, Time } from '../../parts/show/time.tsx'

const noun = { one: 'deleted object', many: 'deleted objects' }

/** What each kind does not have again. */
const staysDead: Readonly<Record<DeletedObject['kind'], string>> = {
  client: 'It is disabled, and its secrets and tokens stay dead: set a new secret, then enable it.',
  user: 'It is disabled, and password, sessions and tokens stay dead: set a new password, then enable it.',
  role: 'Those who had it and are still there have it again.',
  scope: 'Clients that might ask for it and are still there may do so again.',
  api: 'Its scopes come back with it, but for those whose names were given out again.',
  realm: 'It is disabled, and its tokens stay dead: it gets new signing keys. Check its settings, then enable it.',
  environment: 'Clients and OAuth servers have to name it again.',
  application: 'Clients and OAuth servers have to name it again.',
  category: 'OAuth servers have to be put into it again.',
  connector: 'It runs again at once.',
  profile: 'OAuth servers may name it again.',
  oauth_server: 'It is disabled, and its secrets and connections stay dead: set its secret, then authorize it.',
}

const columns: readonly Column<DeletedObject>[] = [
  { id: 'name', title: 'Name', kind: 'text' },
  {
    id: 'kind',
    title: 'Kind',
    kind: 'text',
    options: Object.keys(staysDead).map((kind) => ({ value: kind, label: capital(kindName(kind)) })),
    render: ({ kind }) => capital(kindName(kind)),
  },
  { id: 'deleted_at', title: 'Deleted', kind: 'time' },
  {
    id: 'deleted_by',
    title: 'By',
    kind: 'text',
    render: ({ deleted_by }) => (deleted_by === '' ? <Nothing says="not noted" /> : <bdi>{deleted_by}</bdi>),
  },
  {
    id: 'purge_at',
    title: 'Gone for good',
    kind: 'time',
    render: ({ purge_at }) => <Time at={purge_at} show="relative" />,
  },
]

export function DeletedPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/deleted' })
  const mayWrite = useMayWrite(realm)
  const asked = useMemo(() => restoring(realm), [realm])
  return (
    <Page
      title="Recycle bin"
      layout="fill"
      lead="What was deleted lies here for 30 days. Restored things can do nothing yet: they are disabled where that can be, and secrets, passwords and tokens stay dead."
    >
      <List
        name="deleted"
        noun={noun}
        operation={listDeleted}
        params={{ realm }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ name }) => name}
        {...(mayWrite && asked)}
        empty={{
          title: 'The recycle bin is empty',
          text: 'What you delete in this realm can be restored from here for 30 days.',
        }}
      />
    </Page>
  )
}

function restoring(realm: string) {
  return askFirst<DeletedObject>({
    noun,
    label: 'Restore',
    did: 'restored',
    icon: ArchiveRestore,
    nameOf: ({ name }) => name,
    impact: ({ kind }) => staysDead[kind],
    impactOfMany:
      'They are disabled where that can be, and their secrets, passwords and tokens stay dead. One whose name was given out again is left where it is.',
    run: ({ id }) => call(restoreDeleted, { params: { realm, id }, query: {}, body: undefined }),
  })
}
