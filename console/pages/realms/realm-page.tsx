/** The frame of a realm's settings. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { readRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { seesPlatform, useMayWrite, useMe } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useDeleteRealm } from './realm-actions.tsx'

export function RealmPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/settings' })
  const read = useRead(readRealm, { params: { realm } })
  const navigate = useNavigate()
  const isPlatform = seesPlatform(useMe())
  const mayDelete = useMayWrite()
  const remove = useDeleteRealm()
  const stored = read.data?.value
  const at = { params: { realm } } as const
  const leave = async () => {
    if (stored && (await remove(stored))) await navigate({ to: '/system/realms' })
  }
  return (
    <Page
      read={read}
      title={`Realm ${realm}`}
      heading={
        <>
          Realm {realm}
          {stored?.built_in && <Mark>Built-in</Mark>}
          {stored?.enabled === false && <Mark>Disabled</Mark>}
        </>
      }
      {...(isPlatform && { crumbs: [{ label: 'Realms', to: '/system/realms' }] })}
      lead={stored?.display_name}
      tabs={[
        { label: 'Settings', to: '/realms/$realm/settings', ...at },
        { label: 'KEY', to: '/realms/$realm/settings/key', ...at },
        { label: 'Older shapes', to: '/realms/$realm/settings/older-shapes', ...at },
        { label: 'History', to: '/realms/$realm/settings/history', ...at },
      ]}
      actions={
        mayDelete &&
        stored?.built_in === false && (
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
