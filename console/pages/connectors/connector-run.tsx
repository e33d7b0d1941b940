/** A connector, run with sample inputs: what was sent, what came back, what was taken from it. */
import { Button, TextInput } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { z } from 'zod'
import { type Connector, readConnector } from '#contract/connector.ts'
import { runConnector } from '#contract/connector-run.ts'
import { useRead, useWrite } from '../../parts/api/call.ts'
import { useMayWrite } from '../../parts/api/rights.ts'
import { Section } from '../../parts/page/page.tsx'
import { Empty } from '../../parts/show/empty.tsx'
import { Facts } from '../../parts/show/facts.tsx'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { connectorNoun } from './connector-actions.tsx'
import { parametersOf } from './connector-values.ts'
import styles from './connectors.module.css'
import { RunDetail } from './run-detail.tsx'

type Result = z.output<(typeof runConnector)['answer']>

export function ConnectorRun(): ReactNode {
  const { realm, name } = useParams({ from: '/realms/$realm/connectors/$name/run' })
  const { data } = useRead(readConnector, { params: { realm, name } })
  const mayWrite = useMayWrite(realm)
  if (!mayWrite) return <Empty title="You may look, but not run" text="Ask an administrator of this realm." />
  return data && <Run key={name} realm={realm} connector={data.value} />
}

function Run({ realm, connector }: { realm: string; connector: Connector }): ReactNode {
  const { name, connection } = connector
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const { mutate, data, error, isPending } = useWrite(runConnector)
  const names = parametersOf(connector)
  if (connection === 'user') {
    return (
      <Empty
        title="It runs with the token of the user who calls"
        text={`An application runs such a ${connectorNoun.one}, with a token of that user: POST …/outbound/connectors/${name}/run.`}
      />
    )
  }
  const parameters = Object.fromEntries(names.map((each) => [each, typed[each] ?? '']))
  return (
    <>
      <Section title={names.length === 0 ? 'Run' : 'Sample inputs'}>
        <form
          className={styles.run}
          onSubmit={(event) => {
            event.preventDefault()
            mutate({ params: { realm, name }, body: { parameters } })
          }}
        >
          {names.map((each) => (
            <TextInput
              key={each}
              label={each}
              value={typed[each] ?? ''}
              onChange={(event) => setTyped({ ...typed, [each]: event.currentTarget.value })}
              autoComplete="off"
              spellCheck={false}
            />
          ))}
          <Button type="submit" loading={isPending} leftSection={<Play size={14} aria-hidden />}>
            Run
          </Button>
        </form>
      </Section>
      <div className={styles.result} aria-live="polite">
        {error !== null && <ProblemAlert error={error} />}
        {data && <Outcome of={data.value} />}
      </div>
    </>
  )
}

function Outcome({ of }: { of: Result }): ReactNode {
  const outputs = Object.entries(of.outputs)
  return (
    <>
      {outputs.length > 0 && (
        <Section title="Outputs">
          <Facts
            facts={outputs.map(([label, value]) => ({
              label,
              value: <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>,
            }))}
          />
        </Section>
      )}
      <Section title="What happened">
        <RunDetail of={of} />
      </Section>
    </>
  )
}
