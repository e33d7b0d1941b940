/** What is worth a look in a realm, found by rules: the worst first, and mended by a click where no guess is needed. */
import { Button } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Wrench } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { type Finding, realmHealth, severities } from '#contract/health.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { Page } from '../../parts/page/page.tsx'
import { kindName, objectTarget } from '../../parts/show/object-link.tsx'
import { Severity, severityWords } from '../../parts/show/severity.tsx'
import { capital } from '../../parts/show/text.ts'
import { Nothing } from '../../parts/show/time.tsx'
import { mending } from './mend.tsx'

const kinds = ['client', 'realm', 'oauth_server']

export function HealthPage(): ReactNode {
  const { realm } = useParams({ from: '/realms/$realm/health' })
  const mayWrite = useMayWrite(realm)
  const asked = useMemo(() => mending(realm), [realm])
  const columns = useMemo(() => columnsOf(mayWrite ? asked.actions[0]?.run : undefined), [mayWrite, asked])
  return (
    <Page
      title="Health checks"
      layout="fill"
      lead="What rules have found in the realm, its clients and its OAuth servers: what does not work, what will stop working, what is a risk."
    >
      <List
        name="health"
        noun={{ one: 'finding', many: 'findings' }}
        operation={realmHealth}
        params={{ realm }}
        columns={columns}
        idOf={idOf}
        nameOf={({ object_name, rule }) => `${object_name}: ${rule}`}
        open={({ object_kind, object_id }) =>
          objectTarget({ realm, kind: object_kind, id: object_id, name: object_id })
        }
        {...(mayWrite && asked)}
        empty={{ title: 'All is well', text: 'No rule has anything to say about this realm.' }}
      />
    </Page>
  )
}

function idOf({ rule, object_kind, object_id }: Finding): string {
  return `${rule} ${object_kind} ${object_id}`
}

function columnsOf(onMend: ((finding: Finding) => void) | undefined): readonly Column<Finding>[] {
  return [
    { id: 'object_id', title: 'Object', kind: 'text' },
    {
      id: 'severity',
      title: 'Severity',
      kind: 'text',
      options: severities.map((value) => ({ value, label: severityWords[value] })),
      render: ({ severity }) => <Severity of={severity} />,
    },
    {
      id: 'object_kind',
      title: 'Kind',
      kind: 'text',
      options: kinds.map((value) => ({ value, label: capital(kindName(value)) })),
      render: ({ object_kind }) => capital(kindName(object_kind)),
    },
    { id: 'reason', title: 'What was found', kind: 'text' },
    {
      id: 'fix',
      title: 'What mends it',
      kind: 'text',
      render: (finding) => <Fix finding={finding} onMend={onMend} />,
    },
    { id: 'rule', title: 'Rule', kind: 'code', isOptional: true },
    { id: 'object_name', title: 'Object’s name', kind: 'text', isOptional: true },
  ]
}

interface FixProps {
  readonly finding: Finding
  readonly onMend: ((finding: Finding) => void) | undefined
}

function Fix({ finding, onMend }: FixProps): ReactNode {
  if (finding.fix === null) return <Nothing says="nothing without a guess" />
  const fields = Object.keys(finding.fix).join(', ')
  if (onMend === undefined) return <code>{fields}</code>
  return (
    <Button
      variant="default"
      size="compact-sm"
      leftSection={<Wrench size={13} aria-hidden />}
      aria-label={`Mend ${fields} of ${finding.object_name}`}
      onClick={() => onMend(finding)}
    >
      Mend
    </Button>
  )
}
