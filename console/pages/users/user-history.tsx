import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { userHistory } from '#contract/history.ts'
import { readUser } from '#contract/user.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function UserHistory(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/users/$id/history' })
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readUser, { params: { realm, id } })
  return (
    <History
      {...userHistory}
      params={{ realm, id }}
      current={data?.value}
      isReadOnly={!mayWrite}
      staysSame="The password stays as it is."
    />
  )
}
