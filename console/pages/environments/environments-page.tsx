import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { environments } from '#contract/environment.ts'
import { LayerPage } from './layer-page.tsx'

export function EnvironmentsPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/environments' })
  return (
    <LayerPage
      realm={realm}
      operations={environments}
      noun={{ one: 'environment', many: 'environments' }}
      title="Environments"
      lead="Development, test, production: for each of them an OAuth server may have other credentials and addresses."
      text="Make one, say in a client’s settings which it is of, and override there what differs."
    />
  )
}
