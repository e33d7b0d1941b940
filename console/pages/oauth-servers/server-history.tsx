import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { oauthServerHistory } from '#contract/history.ts'
import { readOAuthServer } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function OAuthServerHistory(): ReactNode {
  const { realm, slug } = useParams({ from: '/realms/$realm/oauth-servers/$slug/history' })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const { data } = useRead(readOAuthServer, { params: { realm, slug } })
  return (
    <History
      {...oauthServerHistory}
      params={{ realm, slug }}
      current={data?.value}
      isReadOnly={!mayWrite}
      staysSame="Secrets and connections stay as they are."
      onReverted={(now) => {
        const params = { realm, slug: now.slug }
        void navigate({ to: '/realms/$realm/oauth-servers/$slug/history', params, replace: true })
      }}
    />
  )
}
