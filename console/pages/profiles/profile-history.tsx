import { useNavigate, useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { profileHistory } from '#contract/history.ts'
import { readProfile } from '#contract/profile.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function ProfileHistory(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/profiles/$name/history' })
  const mayWrite = useMayWrite(realm)
  const navigate = useNavigate()
  const { data } = useRead(readProfile, { params: { realm, name } })
  return (
    <History
      {...profileHistory}
      params={{ realm, name }}
      current={data?.value}
      isReadOnly={!mayWrite}
      staysSame="The OAuth servers that name it go on with what it says then."
      onReverted={() => void navigate({ to: '/realms/$realm/profiles/$name', params: { realm, name } })}
    />
  )
}
