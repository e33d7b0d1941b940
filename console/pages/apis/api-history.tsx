import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readApi } from '#contract/api.ts'
import { apiHistory } from '#contract/history.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function ApiHistory(): ReactNode {
  const { realm, id } = useParams({ from: '/realms/$realm/apis/$id/history' })
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readApi, { params: { realm, id } })
  return (
    <History
      {...apiHistory}
      params={{ realm, id }}
      current={data?.value}
      isReadOnly={!mayWrite || data?.value.built_in !== false}
      staysSame="Its scopes stay as they are."
    />
  )
}
