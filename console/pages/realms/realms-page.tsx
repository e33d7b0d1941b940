/** The list of realms. */
import { Plus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listRealms, type Realm } from '#contract/realm.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { Enabled, Mark, Status } from '../../parts/show/status.tsx'
import { realmNoun, useRealmActions } from './realm-actions.tsx'

const columns: readonly Column<Realm>[] = [
  {
    id: 'name',
    title: 'Name',
    kind: 'text',
    render: ({ name, built_in }) => (
      <>
        <span>{name}</span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'display_name', title: 'Display name', kind: 'text' },
  {
    id: 'enabled',
    title: 'Enabled',
    kind: 'flag',
    words: ['Enabled', 'Disabled'],
    render: ({ enabled }) => <Enabled is={enabled} />,
  },
  { id: 'token_validity', title: 'Token validity time', kind: 'duration' },
  { id: 'facades', title: 'Older shapes', kind: 'tags' },
  {
    id: 'allow_password_grant',
    title: 'Password grant',
    kind: 'flag',
    render: ({ allow_password_grant: is }) => (is ? <Status tone="warning">Allowed</Status> : 'No'),
  },
  { id: 'created_at', title: 'Created', kind: 'time', isOptional: true },
  { id: 'updated_at', title: 'Changed', kind: 'time', isOptional: true },
]

export function RealmsPage(): ReactNode {
  const mayCreate = useMayWrite()
  const actions = useRealmActions()
  const at = ({ name }: Realm) => ({ to: '/realms/$realm/settings', params: { realm: name } }) as const
  return (
    <Page
      title="Realms"
      layout="fill"
      lead="Each has clients, users and keys of its own, and an issuer of its own. What is in one is unknown in the others."
    >
      <List
        name="realms"
        noun={realmNoun}
        operation={listRealms}
        params={{}}
        columns={columns}
        idOf={({ name }) => name}
        open={at}
        actions={actions}
        {...(mayCreate && { edit: at })}
        create={
          mayCreate && (
            <LinkButton at={{ to: '/system/realms/new' }} leftSection={<Plus size={15} aria-hidden />}>
              New realm
            </LinkButton>
          )
        }
        empty={{ title: 'No realms', text: 'There is none that you may see.' }}
      />
    </Page>
  )
}
