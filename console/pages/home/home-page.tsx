import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { Page } from '../../parts/page/page.tsx'

export function HomePage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/' })
  return (
    <Page title="Home" lead={`The realm ${realm}.`}>
      {null}
    </Page>
  )
}
