/** Who administers: the users of `system`, and beside them its clients. */
import { UserPlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { type Client, listClients } from '#contract/client.ts'
import { listUsers, type User } from '#contract/user.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page, type Tab } from '../../parts/page/page.tsx'
import { Enabled, Mark } from '../../parts/show/status.tsx'
import { useUserActions, useUserBulk } from '../users/user-actions.tsx'
import { userColumns } from '../users/user-columns.tsx'

const realm = 'system'
const noun = { one: 'administrator', many: 'administrators' }
const lead =
  'Users and clients of the realm system. Their roles say what they may: everything, or one realm; changing, or only looking.'

const tabs: readonly Tab[] = [
  { label: 'People', to: '/system/administrators' },
  { label: 'Clients', to: '/system/administrators/clients' },
]

export function AdministratorsPage(): ReactNode {
  const mayWrite = useMayWrite()
  const actions = useUserActions(realm)
  const bulk = useUserBulk(realm)
  const at = ({ id }: User) => ({ to: '/realms/$realm/users/$id', params: { realm, id } }) as const
  return (
    <Page title="Administrators" layout="fill" lead={lead} tabs={tabs}>
      <List
        name="administrators"
        noun={noun}
        operation={listUsers}
        params={{ realm }}
        columns={userColumns}
        idOf={({ id }) => id}
        nameOf={({ username }) => username}
        open={at}
        create={
          mayWrite && (
            <LinkButton at={{ to: '/system/administrators/new' }} leftSection={<UserPlus size={15} aria-hidden />}>
              New administrator
            </LinkButton>
          )
        }
        {...(mayWrite && { edit: at, actions, bulk })}
        empty={{ title: 'No administrators', text: 'Nobody but clients can administer this installation.' }}
      />
    </Page>
  )
}

const clientColumns: readonly Column<Client>[] = [
  {
    id: 'client_id',
    title: 'Client ID',
    kind: 'text',
    render: ({ client_id, built_in }) => (
      <>
        <span title={client_id}>{client_id}</span>
        {built_in && <Mark>Built-in</Mark>}
      </>
    ),
  },
  { id: 'client_name', title: 'Name', kind: 'text' },
  { id: 'roles', title: 'Roles', kind: 'tags', value: ({ roles = [] }) => (roles.length === 0 ? null : roles) },
  {
    id: 'enabled',
    title: 'Enabled',
    kind: 'flag',
    words: ['Enabled', 'Disabled'],
    render: ({ enabled }) => <Enabled is={enabled} />,
  },
  { id: 'last_used_at', title: 'Last used', kind: 'time' },
]

/** Machines that administer. They are made and changed where all clients are. */
export function AdministratingClientsPage(): ReactNode {
  const mayWrite = useMayWrite()
  const at = ({ client_id }: Client) =>
    ({ to: '/realms/$realm/clients/$clientId', params: { realm, clientId: client_id } }) as const
  return (
    <Page title="Administrators" layout="fill" lead={lead} tabs={tabs}>
      <List
        name="administrating-clients"
        noun={{ one: 'client', many: 'clients' }}
        operation={listClients}
        params={{ realm }}
        columns={clientColumns}
        idOf={({ client_id }) => client_id}
        open={at}
        create={
          mayWrite && (
            <LinkButton at={{ to: '/realms/$realm/clients', params: { realm } }} variant="default">
              All clients of system
            </LinkButton>
          )
        }
        empty={{ title: 'No clients', text: 'No program administers this installation.' }}
      />
    </Page>
  )
}
