/** What was asked of the provider for a connection, and what it answered: without tokens and secrets. */
import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { type ConnectionExchange, listActivity } from '#contract/connection.ts'
import { useRead } from '../../parts/api/call.ts'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Status } from '../../parts/show/status.tsx'
import { Time } from '../../parts/show/time.tsx'
import styles from './connections.module.css'

export function Activity({ realm, slug, id }: { realm: string; slug: string; id: string }): ReactNode {
  const { data, error } = useRead(listActivity, { params: { realm, slug, id } })
  if (error !== null) return <ProblemAlert error={error} />
  if (data === undefined) return null
  const { items } = data.value
  if (items.length === 0) return <Text size="sm">None in the last seven days.</Text>
  return (
    <Stack gap="md">
      <Text size="sm">The last requests to the provider, the newest first. Tokens and secrets are blanked.</Text>
      {items.map((exchange, index) => (
        <Exchange key={exchange.id} of={exchange} isOpen={index === 0} />
      ))}
    </Stack>
  )
}

function Exchange({ of, isOpen }: { of: ConnectionExchange; isOpen: boolean }): ReactNode {
  const { result, code, description, grant_type, at_ms, duration_ms, request, answer } = of
  return (
    <details className={styles.exchange} open={isOpen}>
      <summary>
        <Status tone={result === 'ok' ? 'good' : 'bad'}>{result === 'ok' ? 'A token came' : (code ?? 'Failed')}</Status>
        <span>
          {grant_type}, {duration_ms} ms, <Time at={Math.floor(at_ms / 1000)} show="both" />
        </span>
      </summary>
      {description !== null && <p dir="auto">{description}</p>}
      {request === null ? (
        <p>No request could be made.</p>
      ) : (
        <Snippet label="request" text={wire(`${request.method} ${request.url}`, request.headers, request.body ?? '')} />
      )}
      {answer === null ? (
        <p>No answer came.</p>
      ) : (
        <Snippet label="answer" text={wire(`Status ${answer.status}`, answer.headers, answer.body)} />
      )}
    </details>
  )
}

function wire(first: string, headers: Readonly<Record<string, string>>, body: string): string {
  const lines = [first, ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`)]
  return body === '' ? lines.join('\n') : [...lines, '', body].join('\n')
}
