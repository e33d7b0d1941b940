/** The frame of one role. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { readRole } from '#contract/role.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useDeleteRole } from './role-actions.tsx'

export function RolePage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/roles/$name' })
  const read = useRead(readRole, { params: { realm, name } })
  const navigate = useNavigate()
  const mayWrite = useMayWrite(realm)
  const remove = useDeleteRole(realm)
  const role = read.data?.value
  const at = { params: { realm, name } } as const
  const leave = async () => {
    if (role && (await remove(role))) await navigate({ to: '/realms/$realm/roles', params: { realm } })
  }
  return (
    <Page
      read={read}
      title={name}
      heading={
        <>
          {name}
          {role?.built_in && <Mark>Built-in</Mark>}
        </>
      }
      crumbs={[{ label: 'Roles', to: '/realms/$realm/roles', params: { realm } }]}
      tabs={[
        { label: 'Settings', to: '/realms/$realm/roles/$name', ...at },
        { label: 'History', to: '/realms/$realm/roles/$name/history', ...at },
      ]}
      actions={
        mayWrite &&
        role?.built_in === false && (
          <Button
            variant="default"
            c="var(--bad)"
            leftSection={<Trash2 size={15} aria-hidden />}
            onClick={() => void leave()}
          >
            Delete
          </Button>
        )
      }
    >
      <Outlet />
    </Page>
  )
}
