/** The worst of what the health rules found. What a rule says of many objects is said once. */
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import { type Finding, realmHealth } from '#contract/health.ts'
import { useRead } from '../../parts/api/call.ts'
import { LinkButton } from '../../parts/page/link-button.tsx'
import { Section } from '../../parts/page/page.tsx'
import { kindName, ObjectLink } from '../../parts/show/object-link.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Severity } from '../../parts/show/severity.tsx'
import { Status } from '../../parts/show/status.tsx'
import { count, sentence } from '../../parts/show/text.ts'
import styles from './home.module.css'

/** The list begins with the worst. */
const lookedAt = 200
const shown = 6

export function Attention({ realm }: { realm: string }): ReactNode {
  const { data, error, refetch } = useRead(realmHealth, { params: { realm }, query: { page_size: lookedAt } })
  const findings = data?.value.items
  const isCut = data !== undefined && data.value.total > data.value.items.length
  return (
    <Section
      title="Needs attention"
      actions={
        <LinkButton variant="subtle" at={{ to: '/realms/$realm/health', params: { realm } }}>
          Health checks
        </LinkButton>
      }
    >
      {error !== null && <ProblemAlert error={error} onRetry={() => void refetch()} />}
      {findings?.length === 0 && (
        <p className={styles.nothing}>
          <Status tone="good">Nothing that the rules would point at.</Status>
        </p>
      )}
      <ul className={styles.entries}>
        {findings &&
          grouped(findings)
            .slice(0, shown)
            .map((group) => (
              <li key={`${group[0].rule} ${group[0].reason} ${group[0].object_kind}`}>
                <div>
                  <Severity of={group[0].severity} /> <Named group={group} realm={realm} isCut={isCut} />
                </div>
                <small>{sentence(group[0].reason)}</small>
              </li>
            ))}
      </ul>
    </Section>
  )
}

type Group = readonly [Finding, ...Finding[]]

/** In the order of the list: of equal findings, the first one's place. */
function grouped(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>()
  for (const finding of findings) {
    const key = JSON.stringify([finding.rule, finding.reason, finding.object_kind])
    const group = groups.get(key)
    if (group) group.push(finding)
    else groups.set(key, [finding])
  }
  return [...groups.values()]
}

interface NamedProps {
  readonly group: Group
  readonly realm: string
  /** There are more findings than were read. */
  readonly isCut: boolean
}

function Named({ group, realm, isCut }: NamedProps): ReactNode {
  const [{ rule, severity, object_kind: kind, object_id: id, object_name }] = group
  if (group.length === 1) {
    return (
      <strong>
        <ObjectLink of={{ realm, kind, id, name: id }}>{object_name}</ObjectLink>
      </strong>
    )
  }
  const noun = kindName(kind)
  return (
    <Link to="/realms/$realm/health" params={{ realm }} search={{ rule, severity }} className={styles.object}>
      {isCut && 'at least '}
      {count(group.length, { one: noun, many: `${noun}s` })}
    </Link>
  )
}
