/** What administrators changed last; each leads to what was before and after. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { listAudit } from '#contract/audit.ts'
import { useRead } from '../../parts/api/call.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { deedOf } from '../../parts/show/deed.ts'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Time } from '../../parts/show/time.tsx'
import styles from './home.module.css'

export function RecentChanges({ realm }: { realm: string }): ReactNode {
  const { data, error, refetch } = useRead(listAudit, { params: { realm }, query: { page_size: 8 } })
  const entries = data?.value.items
  return (
    <Section
      title="Recent changes"
      actions={
        <LinkButton variant="subtle" at={{ to: '/realms/$realm/audit', params: { realm } }}>
          Audit
        </LinkButton>
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {entries?.length === 0 && <p className={styles.nothing}>Nothing was changed yet.</p>}
      <ul className={styles.entries}>
        {entries?.map(({ id, at_ms, actor_name, action, object_kind, object_name }) => (
          <li key={id}>
            <div>
              {deedOf(action, object_kind)}{' '}
              <Link
                to="/realms/$realm/audit/$atMs/$entryId"
                params={{ realm, atMs: String(at_ms), entryId: id }}
                className={styles.object}
              >
                <bdi>{object_name}</bdi>
              </Link>
            </div>
            <small>
              <bdi>{actor_name}</bdi> · <Time at={Math.floor(at_ms / 1000)} show="relative" />
            </small>
          </li>
        ))}
      </ul>
    </Section>
  )
}
