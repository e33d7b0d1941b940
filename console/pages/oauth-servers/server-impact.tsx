/** What depends on an OAuth server, said before it is stopped or deleted. */
import type { ReactNode } from 'react'
import { type OAuthServer, readUses } from '#contract/oauth-server.ts'
import { useRead } from '../../parts/api/call.ts'
import { count } from '../../parts/show/text.ts'
import { relativeTime } from '../../parts/show/time.tsx'

export const connectionNoun = { one: 'connection', many: 'connections' }

interface ImpactProps {
  readonly realm: string
  readonly of: OAuthServer
  readonly does?: 'ends' | 'pauses'
}

export function Impact({ realm, of: { slug }, does = 'ends' }: ImpactProps): ReactNode {
  const uses = useRead(readUses, { params: { realm, slug } }).data?.value
  if (uses === undefined) return null
  const dependent = uses.uses.filter(({ kind }) => kind === 'connector' || kind === 'client')
  return (
    <>
      {uses.last_used_at === null ? 'It was never used. ' : `It was last used ${relativeTime(uses.last_used_at)}. `}
      {uses.connections > 0 && `What ${count(uses.connections, connectionNoun)} of it give ${does}. `}
      {dependent.length > 0 && (
        <>
          These stop working: <bdi>{dependent.map(({ kind, name }) => `${kind} ${name}`).join(', ')}</bdi>.
        </>
      )}
    </>
  )
}
