/** The frame of one user: who they are, their state, their tabs. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { Ban, CircleCheck, Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { readUser } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { type Crumb, Page, type Tab } from '../../parts/page/page.tsx'
import { tellProblem } from '../../parts/show/problem.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useUserChange } from './user-actions.tsx'

export function UserPage(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id' })
  const read = useRead(readUser, { params: { realm, id } })
  const mayWrite = useMayWrite(realm)
  const user = read.data?.value
  return (
    <Page
      read={read}
      title={user?.username ?? 'User'}
      heading={
        <>
          {user?.username ?? 'User'}
          {user?.enabled === false && <Mark>Disabled</Mark>}
        </>
      }
      crumbs={[crumbOf(realm)]}
      lead={user?.name ?? user?.email}
      tabs={tabsOf(realm, id)}
      actions={mayWrite && user && <Actions realm={realm} user={user} />}
    >
      <Outlet />
    </Page>
  )
}

/** Who administers is found beside the realms. */
function crumbOf(realm: string): Crumb {
  if (realm === 'system') return { label: 'Administrators', to: '/system/administrators' }
  return { label: 'Users', to: '/realms/$realm/users', params: { realm } }
}

function tabsOf(realm: string, id: string): readonly Tab[] {
  const at = { params: { realm, id } } as const
  return [
    { label: 'Profile', to: '/realms/$realm/users/$id', ...at },
    { label: 'Credentials', to: '/realms/$realm/users/$id/credentials', ...at },
    { label: 'Sessions & tokens', to: '/realms/$realm/users/$id/sessions', ...at },
    { label: 'Consents', to: '/realms/$realm/users/$id/consents', ...at },
    { label: 'Activity', to: '/realms/$realm/users/$id/activity', ...at },
    { label: 'History', to: '/realms/$realm/users/$id/history', ...at },
  ]
}

type ActionsProps = { realm: string; user: Parameters<ReturnType<typeof useUserChange>['remove']>[0] }

function Actions({ realm, user }: ActionsProps): ReactNode {
  const { enable, remove, isMe } = useUserChange(realm)
  const navigate = useNavigate()
  if (isMe(user)) return <Mark>This is you</Mark>
  const leave = async () => {
    if (await remove(user)) await navigate({ to: '/realms/$realm/users', params: { realm } })
  }
  const Icon = user.enabled ? Ban : CircleCheck
  return (
    <>
      <Button
        variant="default"
        leftSection={<Icon size={15} aria-hidden />}
        onClick={() => void enable(user, !user.enabled).catch(tellProblem)}
      >
        {user.enabled ? 'Disable' : 'Enable'}
      </Button>
      <Button
        variant="default"
        c="var(--bad)"
        leftSection={<Trash2 size={15} aria-hidden />}
        onClick={() => void leave()}
      >
        Delete
      </Button>
    </>
  )
}
