/** What administrators changed last. */
import type { ReactNode } from 'react'
import { listAudit } from '#contract/audit.ts'
import { useRead } from '../../parts/api/call.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Time } from '../../parts/show/time.tsx'
import styles from './home.module.css'

export function RecentChanges({ realm }: { realm: string }): ReactNode {
  const { data, error, refetch } = useRead(listAudit, { params: { realm }, query: { page_size: 8 } })
  const entries = data?.value.items
  return (
    <Section title="Recent changes">
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {entries?.length === 0 && <p className={styles.nothing}>Nothing was changed yet.</p>}
      <ul className={styles.entries}>
        {entries?.map(({ id, at_ms, actor_name, action, object_kind, object_name }) => (
          <li key={id}>
            <div>
              <strong dir="auto">{object_name}</strong> <span>{saidOf(action, object_kind)}</span>
            </div>
            <small>
              <span dir="auto">{actor_name}</span> · <Time at={Math.floor(at_ms / 1000)} show="relative" />
            </small>
          </li>
        ))}
      </ul>
    </Section>
  )
}

/** `client.update` of a client → `client · update`. */
function saidOf(action: string, kind: string): string {
  const verb = action.split('.').at(-1) ?? action
  return `${kind.replaceAll('_', ' ')} · ${verb.replaceAll('_', ' ').replaceAll('-', ' ')}`
}
