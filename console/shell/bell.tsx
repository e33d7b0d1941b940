/** How much of the realm needs attention: what does not work, and what will not or is a risk. Leads to all of it. */
import { Tooltip } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { Bell as BellIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { realmHealth } from '#contract/health.ts'
import { useRead } from '../parts/api/call.ts'
import { count } from '../parts/show/text.ts'
import styles from './rail.module.css'

/** The list begins with the worst; beyond so many the number says no more. */
const lookedAt = 200
const everyMilliseconds = 300_000
const noun = { one: 'finding', many: 'findings' }

export function Bell({ realm }: { realm: string }): ReactNode {
  const { data } = useRead(realmHealth, { params: { realm }, query: { page_size: lookedAt } }, { everyMilliseconds })
  const findings = (data?.value.items ?? []).filter(({ severity }) => severity !== 'info')
  const isMore = findings.length === lookedAt
  const said = findings.length === 0 ? 'Nothing needs attention' : `Needs attention: ${count(findings.length, noun)}`
  return (
    <Tooltip label={said} position="bottom">
      <Link to="/realms/$realm/health" params={{ realm }} className={styles.bell} aria-label={said}>
        <BellIcon size={17} aria-hidden />
        {findings.length > 0 && (
          <span className={styles.badge} data-severity={findings[0]?.severity} aria-hidden>
            {isMore ? `${lookedAt}+` : findings.length}
          </span>
        )}
      </Link>
    </Tooltip>
  )
}
