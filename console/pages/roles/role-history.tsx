import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { roleHistory } from '#contract/history.ts'
import { readRole } from '#contract/role.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function RoleHistory(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/roles/$name/history' })
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readRole, { params: { realm, name } })
  return (
    <History
      {...roleHistory}
      params={{ realm, name }}
      current={data?.value}
      isReadOnly={!mayWrite || data?.value.built_in !== false}
      staysSame="Who has the role stays as it is."
    />
  )
}
