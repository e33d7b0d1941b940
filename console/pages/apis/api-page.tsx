/** The frame of one API. */
import { Button } from '@mantine/core'
import { Outlet, useNavigate, useParams } from '@tanstack/react-router'
import { Trash2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { readApi } from '#contract/api.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Page } from '../../parts/page/page.tsx'
import { Mark } from '../../parts/show/status.tsx'
import { useDeleteApi } from './api-actions.tsx'

export function ApiPage(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/apis/$id' })
  const read = useRead(readApi, { params: { realm, id } })
  const navigate = useNavigate()
  const mayWrite = useMayWrite(realm)
  const remove = useDeleteApi(realm)
  const api = read.data?.value
  const at = { params: { realm, id } } as const
  const leave = async () => {
    if (api && (await remove(api))) await navigate({ to: '/realms/$realm/apis', params: { realm } })
  }
  return (
    <Page
      read={read}
      title={api?.name ?? 'API'}
      heading={
        <>
          {api?.name ?? 'API'}
          {api?.built_in && <Mark>Built-in</Mark>}
        </>
      }
      crumbs={[{ label: 'APIs', to: '/realms/$realm/apis', params: { realm } }]}
      lead={api?.identifier}
      tabs={[
        { label: 'Settings', to: '/realms/$realm/apis/$id', ...at },
        { label: 'History', to: '/realms/$realm/apis/$id/history', ...at },
      ]}
      actions={
        mayWrite &&
        api?.built_in === false && (
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
