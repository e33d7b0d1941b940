/** The frame of one scope. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { readScope } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useDeleteScope } from './scope-actions.tsx'

export function ScopePage(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/scopes/$name' })
  const read = useRead(readScope, { params: { realm, name } })
  const navigate = useNavigate()
  const mayWrite = useMayWrite(realm)
  const remove = useDeleteScope(realm)
  const scope = read.data?.value
  const at = { params: { realm, name } } as const
  const leave = async () => {
    if (scope && (await remove(scope))) await navigate({ to: '/realms/$realm/scopes', params: { realm } })
  }
  return (
    <Page
      read={read}
      title={name}
      heading={
        <>
          {name}
          {scope?.built_in && <Mark>Built-in</Mark>}
        </>
      }
      crumbs={[{ label: 'Scopes', to: '/realms/$realm/scopes', params: { realm } }]}
      tabs={[
        { label: 'Settings', to: '/realms/$realm/scopes/$name', ...at },
        { label: 'History', to: '/realms/$realm/scopes/$name/history', ...at },
      ]}
      actions={
        mayWrite &&
        scope?.built_in === false && (
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
