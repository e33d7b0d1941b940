/** The worst of what the health rules found. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Finding, realmHealth } from '#contract/health.ts'
import { useRead } from '../../parts/api/call.ts'
import { Section } from '../../parts/page/page.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Status, type Tone } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'
import styles from './home.module.css'

const tones: Readonly<Record<Finding['severity'], Tone>> = { error: 'bad', warning: 'warning', info: 'plain' }
const words: Readonly<Record<Finding['severity'], string>> = { error: 'Error', warning: 'Warning', info: 'Note' }

export function Attention({ realm }: { realm: string }): ReactNode {
  const { data, error, refetch } = useRead(realmHealth, { params: { realm }, query: { page_size: 6 } })
  const findings = data?.value.items
  return (
    <Section title="Needs attention">
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {findings?.length === 0 && (
        <p className={styles.nothing}>
          <Status tone="good">Nothing that the rules would point at.</Status>
        </p>
      )}
      <ul className={styles.entries}>
        {findings?.map((finding) => (
          <li key={`${finding.rule} ${finding.object_id}`}>
            <div>
              <Status tone={tones[finding.severity]}>{words[finding.severity]}</Status>{' '}
              <Named finding={finding} realm={realm} />
            </div>
            <small>{sentence(finding.reason)}</small>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Named({ finding, realm }: { finding: Finding; realm: string }): ReactNode {
  if (finding.object_kind !== 'client') return <strong dir="auto">{finding.object_name}</strong>
  return (
    <Link
      to="/realms/$realm/clients/$clientId"
      params={{ realm, clientId: finding.object_id }}
      className={styles.object}
    >
      <span dir="auto">{finding.object_name}</span>
    </Link>
  )
}
