import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { realmHistory } from '#contract/history.ts'
import { readRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { History } from '../../parts/show/history.tsx'

export function RealmHistory(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/settings/history' })
  const mayWrite = useMayWrite(realm)
  const { data } = useRead(readRealm, { params: { realm } })
  return (
    <History
      {...realmHistory}
      params={{ realm }}
      current={data?.value}
      isReadOnly={!mayWrite}
      staysSame="The KEY stays as it is."
    />
  )
}
