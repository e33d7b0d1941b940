/** The list of a realm's users. */
import { useParams } from '@tanstack/react-router'
import { UserPlus } from 'lucide-react'
import type { ReactNode } from 'react'
import { listUsers, type User } from '#contract/user.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { List } from '../../parts/list/list.tsx'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'
import { userNoun, useUserActions, useUserBulk } from './user-actions.tsx'
import { userColumns } from './user-columns.tsx'

export function UsersPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/users' })
  const mayWrite = useMayWrite(realm)
  const actions = useUserActions(realm)
  const bulk = useUserBulk(realm)
  const at = ({ id }: User) => ({ to: '/realms/$realm/users/$id', params: { realm, id } }) as const
  const create = mayWrite && (
    <LinkButton
      at={{ to: '/realms/$realm/users/new', params: { realm } }}
      leftSection={<UserPlus size={15} aria-hidden />}
    >
      New user
    </LinkButton>
  )
  return (
    <Page title="Users" layout="fill" lead={`People who sign in to the realm ${realm}.`}>
      <List
        name="users"
        noun={userNoun}
        operation={listUsers}
        params={{ realm }}
        columns={userColumns}
        idOf={({ id }) => id}
        nameOf={({ username }) => username}
        open={at}
        create={create}
        {...(mayWrite && { edit: at, actions, bulk })}
        empty={{
          title: 'No users yet',
          text: 'Users are the people who sign in to your applications. Make the first one, and give a password to begin with.',
          action: create,
        }}
      />
    </Page>
  )
}
