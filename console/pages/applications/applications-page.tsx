import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { applications } from '#contract/application.ts'
import { LayerPage } from '../environments/layer-page.tsx'

export function ApplicationsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/applications' })
  return (
    <LayerPage
      realm={realm}
      operations={applications}
      noun={{ one: 'application', many: 'applications' }}
      title="Applications"
      lead="What several clients are one of: for each of them an OAuth server may have other credentials and addresses."
      text="Make one, say in a client’s settings which it is of, and override there what differs."
    />
  )
}
