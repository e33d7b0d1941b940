import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readConnector } from '#contract/connector.ts'
import { connectorHistory } from '#contract/history.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function ConnectorHistory(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/connectors/$name/history' })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const { data } = useRead(readConnector, { params: { realm, name } })
  return (
    <History
      {...connectorHistory}
      params={{ realm, name }}
      current={data?.value}
      isReadOnly={!mayWrite}
      staysSame="The log of its runs stays as it is."
      onReverted={(now) => {
        const params = { realm, name: now.name }
        void navigate({ to: '/realms/$realm/connectors/$name/history', params, replace: true })
      }}
    />
  )
}
