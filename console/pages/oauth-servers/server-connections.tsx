import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { ConnectionList } from '../connections/connection-list.tsx'

export function OAuthServerConnections(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug/connections' })
  return <ConnectionList realm={realm} slug={slug} />
}
