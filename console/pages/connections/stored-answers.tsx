/** Answers of the provider that were kept because no token was found in them: without tokens and secrets. */
import { Stack, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import { listStoredAnswers } from '#contract/connection.ts'
import { useRead } from '../../parts/api/call.ts'
import { ProblemAlert } from '../../parts/show/problem.tsx'
import { Snippet } from '../../parts/show/snippet.tsx'
import { Time } from '../../parts/show/time.tsx'

export function StoredAnswers({ realm, slug, id }: { realm: string; slug: string; id: string }): ReactNode {
  const { data, error } = useRead(listStoredAnswers, { params: { realm, slug, id } })
  if (error !== null) return <ProblemAlert error={error} />
  if (data === undefined) return null
  if (data.value.items.length === 0) {
    return <Text size="sm">None: every answer was understood, and what is understood is not kept.</Text>
  }
  return (
    <Stack gap="md">
      <Text size="sm">
        What could not be read is kept. When the settings or the profile are mended, Replay reads it again, and nothing
        is sent.
      </Text>
      {data.value.items.map((answer) => (
        <div key={answer.id}>
          <Text size="sm" mb={4}>
            {answer.grant_type} · status {answer.status} · <Time at={answer.received_at} show="both" />
          </Text>
          <Snippet
            label="stored answer"
            text={[...Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`), '', answer.body].join(
              '\n',
            )}
          />
        </div>
      ))}
    </Stack>
  )
}
