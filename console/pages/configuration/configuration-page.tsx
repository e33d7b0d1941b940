/** A realm as a file: taken along, and applied again, here or elsewhere. */
import { Outlet, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { useMayWrite } from '../../parts/api/rights.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Page } from '../../parts/page/page.tsx'

export function ConfigurationPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/configuration' })
  const mayWrite = useMayWrite(realm)
  const at = { params: { realm } } as const
  return (
    <Page
      title="Import & export"
      lead="The realm as one YAML file, the same that the command line gives: no people, nothing built in, no secrets."
      actions={
        <LinkButton variant="default" at={{ to: '/realms/$realm/settings/history', ...at }}>
          History of the realm
        </LinkButton>
      }
      tabs={[
        { label: 'Export', to: '/realms/$realm/configuration', ...at },
        ...(mayWrite ? [{ label: 'Apply a file', to: '/realms/$realm/configuration/apply', ...at } as const] : []),
      ]}
    >
      <Outlet />
    </Page>
  )
}
