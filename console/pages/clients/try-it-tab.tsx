import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readClient } from '#contract/client.ts'
import { readRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { TryIt } from '../try/try-it.tsx'

export function TryItTab(): ReactNode {
  const { realm, clientId } = useParams({ from: '/realms/$realm/clients/$clientId/try-it' })
  const { grant } = useSearch({ from: '/realms/$realm/clients/$clientId/try-it' })
  const navigate = useNavigate()
  const { data } = useRead(readClient, { params: { realm, client_id: clientId } })
  const { data: found } = useRead(readRealm, { params: { realm } })
  if (!data) return null
  return (
    <TryIt
      // What was typed and got for one client is nothing of another.
      key={`${realm} ${clientId}`}
      realm={realm}
      client={data.value}
      etag={data.etag}
      allowsPassword={found?.value.allow_password_grant}
      grant={grant}
      onGrant={(next) => void navigate({ to: '.', search: { grant: next }, replace: true })}
    />
  )
}
