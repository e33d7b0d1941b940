import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readClient } from '#contract/client.ts'
import { useRead } from '../../parts/api/call.ts'
import { QuickStart } from './quick-start.tsx'

export function QuickStartTab(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/quick-start' })
  const { grant } = useSearch({ from: '/realms/$realm/clients/$clientId/quick-start' })
  const navigate = useNavigate()
  const { data } = useRead(readClient, { params: { realm, client_id: clientId } })
  if (!data) return null
  return (
    <QuickStart
      realm={realm}
      client={data.value}
      grant={grant}
      onGrant={(next) => void navigate({ to: '.', search: { grant: next }, replace: true })}
    />
  )
}
