/** One run of a connector, its secrets masked. */
import { Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { z } from 'zod'
import type { connectorRun } from '#contract/connector-run.ts'
import { Facts } from '../../parts/show/facts.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Status } from '../../parts/show/status.tsx'
import { sentence } from '../../parts/show/text.ts'

export type ConnectorRun = z.output<typeof connectorRun>

export function RunResult({ of: { result, status } }: { of: ConnectorRun }): ReactNode {
  return (
    <Status tone={result === 'ok' ? 'good' : 'bad'}>
      {result === 'ok' ? 'OK' : 'Failed'}
      {status === null ? '' : ` ${status}`}
    </Status>
  )
}

export function RunDetail({ of }: { of: ConnectorRun }): ReactNode {
  const { code, detail, duration_ms, request, answer } = of
  const why = [code, detail].filter((part) => part !== null).join(': ')
  return (
    <>
      <Facts
        facts={[
          { label: 'Result', value: <RunResult of={of} /> },
          { label: 'Duration', value: `${duration_ms.toLocaleString('en')} ms` },
          ...(why === '' ? [] : [{ label: 'Why', value: <bdi>{sentence(why)}</bdi> }]),
        ]}
      />
      <Text size="sm" fw={600} mt="md" mb={4}>
        Request
      </Text>
      <Snippet
        label="request"
        text={[`${request.method} ${request.url}`, request.body].filter((part) => part !== null).join('\n\n')}
      />
      {answer && (
        <>
          <Text size="sm" fw={600} mt="md" mb={4}>
            Answer · {answer.content_type ?? 'of no type'} · {answer.bytes.toLocaleString('en')} bytes
          </Text>
          <Snippet label="answer" text={answer.excerpt} />
        </>
      )}
    </>
  )
}
