import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { scopeHistory } from '#contract/history.ts'
import { readScope } from '#contract/scope.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function ScopeHistory(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/scopes/$name/history' })
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readScope, { params: { realm, name } })
  return (
    <History
      {...scopeHistory}
      params={{ realm, name }}
      current={data?.value}
      isReadOnly={!mayWrite || data?.value.built_in !== false}
      staysSame="Clients and consents stay as they are."
    />
  )
}
