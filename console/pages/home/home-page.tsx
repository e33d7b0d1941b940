/** Home: what to do first, how much there is, what is worth a look, and what was changed last. */
import { useParams } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { readRealm } from '#contract/realm.ts'
import { useRead } from '../../parts/api/call.ts'
import { Page } from '../../parts/page/page.tsx'
import { Attention } from './attention.tsx'
import { Checklist } from './checklist.tsx'
import { Counts } from './counts.tsx'
import styles from './home.module.css'
import { RecentChanges } from './recent-changes.tsx'

export function HomePage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/' })
  const { data } = useRead(readRealm, { params: { realm } })
  return (
    <Page title="Home" heading={data?.value.display_name ?? realm} lead={<Issuer realm={realm} />}>
      <Checklist realm={realm} />
      <Counts realm={realm} />
      <div className={styles.columns}>
        <RecentChanges realm={realm} />
        <Attention realm={realm} />
      </div>
    </Page>
  )
}

function Issuer({ realm }: { realm: string }): ReactNode {
  return (
    <>
      Issuer{' '}
      <code className={styles.issuer}>
        {location.origin}/realms/{realm}
      </code>
    </>
  )
}
