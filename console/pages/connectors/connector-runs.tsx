/** What a connector did in the last thirty days. */
import { useParams } from '@tanstack/react-router'
import { Eye } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { listConnectorRuns } from '#contract/connector-run.ts'
import { Dialog } from '../../parts/dialog/dialog.tsx'
import type { Column } from '../../parts/list/column.ts'
import { List } from '../../parts/list/list.tsx'
import { localTime, Time } from '../../parts/show/time.tsx'
import { type ConnectorRun, RunDetail, RunResult } from './run-detail.tsx'

const runNoun = { one: 'run', many: 'runs' }

const columns: readonly Column<ConnectorRun>[] = [
  {
    id: 'at_ms',
    title: 'At',
    kind: 'time_ms',
    render: ({ at_ms }) => <Time at={Math.floor(at_ms / 1000)} show="both" />,
  },
  {
    id: 'result',
    title: 'Result',
    kind: 'text',
    options: [
      { value: 'ok', label: 'OK' },
      { value: 'failed', label: 'Failed' },
    ],
    render: (run) => <RunResult of={run} />,
  },
  { id: 'code', title: 'Why', kind: 'text' },
  { id: 'actor_name', title: 'Run by', kind: 'text' },
  { id: 'duration_ms', title: 'Milliseconds', kind: 'number' },
  { id: 'status', title: 'Status', kind: 'number', isOptional: true },
]

export function ConnectorRuns(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/connectors/$name/runs' })
  const [shown, setShown] = useState<ConnectorRun>()
  return (
    <>
      <List
        name="connector-runs"
        noun={runNoun}
        operation={listConnectorRuns}
        params={{ realm, name }}
        columns={columns}
        idOf={({ id }) => id}
        nameOf={({ at_ms }) => `the run of ${localTime(Math.floor(at_ms / 1000))}`}
        actions={[{ label: 'Show', icon: Eye, run: setShown }]}
        empty={{ title: 'No runs yet', text: 'What it does is kept for thirty days, with secrets masked.' }}
      />
      <Dialog opened={shown !== undefined} onClose={() => setShown(undefined)} title="Run" size="lg">
        {shown && <RunDetail of={shown} />}
      </Dialog>
    </>
  )
}
